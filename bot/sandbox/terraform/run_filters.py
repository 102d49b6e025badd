"""The filters and searches of both lists of runs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.terraform.context import context_of
from bot.sandbox.terraform.errors import bad_request
from bot.sandbox.terraform.queries import words
from bot.sandbox.terraform.statuses import OPERATIONS, in_group

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from bot.sandbox.terraform.records import Ingress, Run

    Condition = Callable[[Run], bool]

GROUPS = ("non_final", "final", "discardable")
YEAR = re.compile(r"[0-9]{4}")


def run_conditions(request: web.Request, timeframe: str | None) -> list[Condition]:
    """What a run must meet to be listed. Plan-only runs are listed only where `filter[operation]` names them."""
    operations = words(request, "filter[operation]") or OPERATIONS - {"plan_only"}
    conditions: list[Condition] = [lambda run: run.request.operation in operations]
    if statuses := words(request, "filter[status]"):
        conditions.insert(0, lambda run: run.status in statuses)
    if group := request.query.get("filter[status_group]"):
        if group not in GROUPS:
            raise bad_request(f"filter[status_group] must be one of {', '.join(GROUPS)}")
        conditions.insert(0, lambda run: in_group(run, group))
    if sources := words(request, "filter[source]"):
        conditions.append(lambda run: run.source in sources)
    if words(request, "filter[agent_pool_names]"):
        conditions.append(lambda _run: False)
    if frame := request.query.get("filter[timeframe]") or timeframe:
        conditions.append(_in_timeframe(request, frame))
    return conditions + _searches(request)


def _searches(request: web.Request) -> list[Condition]:
    """By user, by commit, or by either of them, id and message; the last is ignored beside one of the others."""
    ingress = _ingresses(request)
    found: list[Condition] = []
    if user := request.query.get("search[user]"):
        found.append(lambda run: (commit := ingress(run)) is not None and commit.sender == user)
    if sha := request.query.get("search[commit]"):
        found.append(lambda run: (commit := ingress(run)) is not None and commit.commit_sha.startswith(sha))
    text = request.query.get("search[basic]")
    if text and not found:
        found.append(lambda run: _holds(run, ingress(run), text))
    return found


def _ingresses(request: web.Request) -> Callable[[Run], Ingress | None]:
    configurations = context_of(request).store.configurations
    return lambda run: configurations[run.configuration_id].ingress


def _holds(run: Run, commit: Ingress | None, text: str) -> bool:
    if commit is not None and (commit.sender == text or commit.commit_sha.startswith(text)):
        return True
    return run.id == text or text.lower() in run.request.message.lower()


def _in_timeframe(request: web.Request, frame: str) -> Condition:
    if frame == "year":
        since = context_of(request).clock.now() - timedelta(days=365)
        return lambda run: run.created_at >= since
    if not YEAR.fullmatch(frame):
        raise bad_request("filter[timeframe] must be a year, or the word year")
    return lambda run: run.created_at.year == int(frame)
