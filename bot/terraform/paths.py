"""Paths below the base, and bodies of what is sent. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bot.core.errors import NotVisible
from bot.core.notifications import NewNotification
from bot.core.readings import NewRun, RunQuery, WorkspaceQuery

PATH_STEPS = frozenset({"", ".", ".."})
ALL_OPERATIONS = ("plan_and_apply", "plan_only", "save_plan", "refresh_only", "destroy", "empty_apply", "action_only")
"""Run lists leave out what is not named here (Runs API, "List runs in a workspace")."""


def path_of(what: str, *steps: str) -> str:
    """A path below the base, each step escaped; NotVisible for one that would lead elsewhere."""
    if not PATH_STEPS.isdisjoint(steps):
        raise NotVisible(what)
    return "/".join(quote(step, safe="", errors="replace") for step in steps)


def encodable(words: str) -> str:
    """Text without the halves of letters that JSON from elsewhere may carry and UTF-8 does not."""
    return words.encode(errors="replace").decode()


def resource(kind: str, attributes: dict[str, Any], **relations: tuple[str, str]) -> dict[str, Any]:
    """A JSON:API document; `relations` are (type, id) by name, with underscores."""
    related = {name.replace("_", "-"): {"data": {"type": of, "id": key}} for name, (of, key) in relations.items()}
    return {"data": {"type": kind, "attributes": attributes, **({"relationships": related} if related else {})}}


def new_run_document(wish: NewRun) -> dict[str, Any]:
    """The body of `POST /runs`: what differs from the server's own choice, and that it never applies by itself."""
    attributes: dict[str, Any] = {"message": encodable(wish.message), "is-destroy": wish.is_destroy, "auto-apply": False}
    said: dict[str, Any] = {
        "plan-only": wish.plan_only or None,
        "refresh": False if not wish.refresh else None,
        "refresh-only": wish.refresh_only or None,
        "target-addrs": list(wish.targets) or None,
        "replace-addrs": list(wish.replacements) or None,
        "variables": [{"key": key, "value": value} for key, value in wish.variables] or None,
        "allow-empty-apply": wish.allow_empty_apply,
        "allow-config-generation": wish.allow_config_generation or None,
        "save-plan": wish.save_plan or None,
        "terraform-version": wish.terraform_version,
        "debugging-mode": wish.debugging or None,
        "invoke-action-addrs": list(wish.actions) or None,
        "policy-paths": list(wish.policy_paths) or None,
    }
    attributes |= {name: value for name, value in said.items() if value is not None}
    relations = {"workspace": ("workspaces", wish.workspace_id)}
    if wish.configuration_version_id is not None:
        relations["configuration_version"] = ("configuration-versions", wish.configuration_version_id)
    return resource("runs", attributes, **relations)


def new_notification_document(wish: NewNotification) -> dict[str, Any]:
    attributes = {
        "destination-type": "generic",
        "enabled": wish.enabled,
        "name": encodable(wish.name),
        "url": wish.url,
        "token": wish.secret,
        "triggers": list(wish.triggers),
    }
    return resource("notification-configurations", attributes)


def run_filters(query: RunQuery) -> dict[str, str | int]:
    """Parameters of a run list; every operation is named where the query names none."""
    said = {
        "filter[operation]": ",".join(query.operations or ALL_OPERATIONS),
        "filter[status]": ",".join(query.statuses),
        "filter[status_group]": query.group or "",
        "filter[source]": ",".join(query.sources),
        "filter[agent_pool_names]": ",".join(query.agent_pools),
        "filter[workspace_names]": ",".join(query.workspaces),
        "filter[timeframe]": query.year,
        "search[user]": query.user,
        "search[commit]": query.commit,
        "search[basic]": query.text,
    }
    return {name: value for name, value in said.items() if value}


def workspace_filters(query: WorkspaceQuery) -> dict[str, str | int]:
    said = {
        "search[name]": query.name,
        "search[wildcard-name]": query.wildcard,
        "search[tags]": ",".join(query.tags),
        "search[exclude-tags]": ",".join(query.without_tags),
        "filter[project][id]": query.project_id,
        "filter[current-run][status]": ",".join(query.statuses),
        "sort": query.order or "",
    }
    for number, (key, value) in enumerate(query.tagged):
        said[f"filter[tagged][{number}][key]"], said[f"filter[tagged][{number}][value]"] = key, value
    return {name: value for name, value in said.items() if value}
