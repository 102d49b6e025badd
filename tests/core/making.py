"""Runs, workspaces and moments for the tests of core: usual ones, with what a test is about given by name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.policy import Grant, Person, Right
from bot.core.runs import Action, Run
from bot.core.workspaces import Workspace

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""The moment at which the tests of core take place."""

PROD = Workspace(id="ws-prod", name="storefront-prod", organization="acme")
DEV = Workspace(id="ws-dev", name="storefront-dev", organization="acme")


def ago(**spans: float) -> datetime:
    return NOON - timedelta(**spans)


def make_run(status: str = "planning", **facts: Any) -> Run:
    return Run(**{"id": "run-1", "workspace_id": PROD.id, "status_word": status} | facts)


def waiting_run(**facts: Any) -> Run:
    """A run that rests after its plan until somebody applies or discards it."""
    return make_run("planned", **{"has_changes": True, "allowed": frozenset({Action.APPLY, Action.DISCARD})} | facts)


def ended_run(status: str = "applied", **facts: Any) -> Run:
    """A run that has just ended."""
    return make_run(status, **{"has_changes": True, "timestamps": {status.replace("_", "-"): ago(minutes=1)}} | facts)


def grant(
    *may: Right, workspaces: Iterable[str] = ("*",), people: Iterable[str] = (), groups: Iterable[str] = (), members: bool = False
) -> Grant:
    return Grant(may=frozenset(may), workspaces=tuple(workspaces), people=frozenset(people), groups=frozenset(groups), members=members)


ANA = Person(id="U0ANA", name="ana")
KIM = Person(id="U0KIM", name="kim")
