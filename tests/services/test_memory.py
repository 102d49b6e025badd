"""What is remembered of the store: only what is the same is passed over, and not for ever."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from bot.core.runs import Action, Commit, Hurdle, Run
from bot.core.snapshots import mark
from bot.core.workspaces import Workspace
from bot.services.memory import LASTS, Memory
from bot.terraform.times import Timestamps

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RUN = Run(id="run-1", workspace_id="ws-1", status_word="planning", timestamps=MappingProxyType({"planning": NOON}))
WORKSPACE = Workspace(id="ws-1", name="dns", organization="acme")
OTHERS: dict[str, Any] = {
    "status_word": "planned",
    "message": "another",
    "created_at": NOON,
    "plan_id": "plan-1",
    "has_changes": True,
    "allowed": frozenset({Action.APPLY}),
    "timestamps": MappingProxyType({"planning": NOON, "planned": NOON}),
}
NAMES = {"created_by", "commit"}


def remembered() -> Memory:
    memory = Memory()
    memory.keep_run(RUN, NOON)
    memory.keep_workspace(WORKSPACE, NOON)
    return memory


def test_only_what_is_just_the_same_is_passed_over() -> None:
    memory = remembered()
    assert memory.has_run(replace(RUN), NOON)
    assert memory.has_workspace(replace(WORKSPACE), NOON)
    assert not memory.has_run(replace(RUN, id="run-2"), NOON)
    assert not memory.has_workspace(replace(WORKSPACE, locked=True), NOON)


@pytest.mark.parametrize("name", OTHERS)
def test_whatever_moves_in_a_run_is_news(name: str) -> None:
    assert not remembered().has_run(replace(RUN, **{name: OTHERS[name]}), NOON)


@pytest.mark.parametrize("name", sorted({field.name for field in fields(Run)} - NAMES - {"hurdle"}))
def test_every_field_of_a_run_but_the_names_that_come_and_go_counts(name: str) -> None:
    value = getattr(RUN, name)
    changes: dict[str, Any] = {name: not value if isinstance(value, bool) else OTHERS.get(name, f"{value} and more")}
    assert mark(replace(RUN, **changes)) != mark(RUN)


def test_names_that_come_along_now_are_news_and_names_that_do_not_are_none() -> None:
    memory = remembered()
    named = replace(RUN, created_by="kim", commit=Commit(sha="abc"))
    assert not memory.has_run(replace(RUN, created_by="kim"), NOON)
    assert not memory.has_run(replace(RUN, commit=Commit(sha="abc")), NOON)
    memory.keep_run(named, NOON)
    assert memory.has_run(RUN, NOON)
    assert memory.has_run(named, NOON)


def test_a_run_whose_hurdle_nobody_has_read_is_news_at_every_look() -> None:
    memory, waits = remembered(), replace(RUN, status_word="policy_override")
    memory.keep_run(waits, NOON)
    assert not memory.has_run(waits, NOON)
    memory.keep_run(replace(waits, hurdle=Hurdle(id="polchk-1")), NOON)
    assert memory.has_run(waits, NOON)


def test_what_is_remembered_is_compared_again_after_a_while_and_let_go_of() -> None:
    memory, late = remembered(), NOON + 1.6 * LASTS
    assert memory.has_run(RUN, NOON + timedelta(minutes=29))
    assert not memory.has_run(RUN, late)
    assert not memory.has_workspace(WORKSPACE, late)
    memory.forget_old(late)
    assert not memory._runs
    assert not memory._workspaces


def test_what_the_store_lets_go_of_is_forgotten() -> None:
    memory = remembered()
    memory.forget("run-1", "ws-1", "ws-unheard-of")
    assert not memory.has_run(RUN, NOON)
    assert not memory.has_workspace(WORKSPACE, NOON)


def test_times_are_told_apart_without_reading_them_and_compare_as_what_they_are() -> None:
    raw = {"planning-at": "2026-11-24T12:00:00+00:00"}
    assert hash(Timestamps(raw)) == hash(Timestamps(dict(raw)))
    assert hash(Timestamps(raw)) != hash(Timestamps(raw | {"planned-at": "2026-11-24T12:00:01+00:00"}))
    assert Timestamps(raw) == {"planning": NOON}
    assert Timestamps(raw) != 7
