"""The filters and sorts of the list of workspaces, made for worlds of ten thousand."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING

from bot.sandbox.terraform.context import context_of
from bot.sandbox.terraform.errors import bad_request
from bot.sandbox.terraform.queries import words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp import web

    from bot.sandbox.terraform.records import Workspace

    Condition = Callable[[Workspace], bool]

TAGGED = re.compile(r"filter\[tagged\]\[(\d{1,3})\]\[(key|value)\]")
SORTS = ("name", "current-run.created-at", "latest-change-at")


def wanted_workspaces(request: web.Request) -> Sequence[Workspace]:
    """The workspaces that the query asks for, in its order; by name where it says none."""
    context = context_of(request)
    order = request.query.get("sort") or "name"
    if order.removeprefix("-") not in SORTS:
        raise bad_request(f"sort must be one of {', '.join(SORTS)}, with - before it to reverse")
    found: Sequence[Workspace] = context.store.workspaces_by_name()
    if not context.flavour.filters:
        return found
    for condition in _conditions(request):
        found = [each for each in found if condition(each)]
    return _sorted(found, order)


def _conditions(request: web.Request) -> list[Condition]:
    conditions: list[Condition] = []
    if statuses := words(request, "filter[current-run][status]"):
        conditions.append(lambda workspace: workspace.current_run is not None and workspace.current_run.status in statuses)
    if text := request.query.get("search[name]", "").lower():
        conditions.append(lambda workspace: text in workspace.name)
    if pattern := request.query.get("search[wildcard-name]", "").lower():
        conditions.append(_matches(pattern))
    if tags := words(request, "search[tags]"):
        conditions.append(lambda workspace: tags.issubset(workspace.tags))
    if unwanted := words(request, "search[exclude-tags]"):
        conditions.append(lambda workspace: unwanted.isdisjoint(workspace.tags))
    if project := request.query.get("filter[project][id]"):
        is_known = project == context_of(request).store.project_id
        conditions.append(lambda _workspace: is_known)
    return conditions + _bindings(request)


def _matches(pattern: str) -> Condition:
    """A star at the start, at the end or at both stands for anything."""
    expression = re.compile(".*".join(re.escape(part) for part in pattern.split("*")))
    return lambda workspace: expression.fullmatch(workspace.name) is not None


def _bindings(request: web.Request) -> list[Condition]:
    """`filter[tagged][0][key]` and `[value]`: every number must hold; a plain tag is a key without a value."""
    wanted: dict[str, dict[str, str]] = {}
    for name, value in request.query.items():
        if found := TAGGED.fullmatch(name):
            wanted.setdefault(found[1], {})[found[2]] = value
    return [_has_binding(each.get("key", ""), each.get("value")) for each in wanted.values()]


def _has_binding(key: str, value: str | None) -> Condition:
    if value is None:
        return lambda workspace: key in workspace.bindings or key in workspace.tags
    return lambda workspace: workspace.bindings.get(key) == value


def _sorted(workspaces: Sequence[Workspace], order: str) -> Sequence[Workspace]:
    """They come sorted by name, and those of one moment stay so; workspaces without a run stand last."""
    is_reversed, key = order.startswith("-"), order.removeprefix("-")
    if key == "name":
        return workspaces[::-1] if is_reversed else workspaces
    if key == "latest-change-at":
        return sorted(workspaces, key=attrgetter("changed_at"), reverse=is_reversed)
    with_run = [each for each in workspaces if each.current_run is not None]
    without = [each for each in workspaces if each.current_run is None]
    return sorted(with_run, key=attrgetter("current_run.created_at"), reverse=is_reversed) + without
