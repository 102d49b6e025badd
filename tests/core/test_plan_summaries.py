from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.contents import Effect, PlanContents, ResourceChange
from bot.core.plan_summaries import LOST_MOST, summary_of
from bot.core.plans import PlanFacts
from bot.core.previews import Preview
from bot.core.runs import Action, Run
from bot.core.workspaces import Workspace
from tests.core.making import NOON

RUN = Run(id="run-1", workspace_id="ws-1", status_word="planned", message="bump")
PLAN = PlanFacts(plan_id="plan-1", status_word="finished", additions=1, changes=0, destructions=0, has_changes=True, finished_at=NOON)
APPLYING = replace(RUN, status_word="applying")


def contents(*effects: Effect) -> PlanContents:
    changes = tuple(ResourceChange(f"a.{number:03}", "a", effect) for number, effect in enumerate(effects))
    return PlanContents("sha256:1", changes)


@pytest.mark.parametrize(
    "facts, read, keeps",
    [
        ({}, contents(Effect.CREATE, Effect.FORGET), True),
        ({}, None, True),
        ({"destructions": None}, contents(Effect.CREATE), True),
        ({"destructions": None}, None, False),
        ({"destructions": 1}, None, False),
        ({"destructions": 1}, contents(Effect.CREATE), False),
        ({}, contents(Effect.DESTROY), False),
        ({}, contents(Effect.REPLACE), False),
        ({}, contents(Effect.UNKNOWN), False),
        ({"status_word": "running"}, None, False),
    ],
)
def test_what_is_not_known_is_never_taken_for_nothing(facts: dict[str, Any], read: PlanContents | None, keeps: bool) -> None:  # noqa: FBT001
    assert summary_of(RUN, replace(PLAN, **facts), read).keeps_all is keeps


def test_a_destroy_run_and_a_run_without_a_plan_keep_nothing_for_sure() -> None:
    assert not summary_of(replace(RUN, is_destroy=True), PLAN, contents()).keeps_all
    assert not summary_of(RUN, None, None).keeps_all


def test_what_is_destroyed_comes_first_and_the_rest_is_counted() -> None:
    found = summary_of(RUN, PLAN, contents(Effect.REPLACE, Effect.UNKNOWN, *[Effect.DESTROY] * LOST_MOST, Effect.CREATE))
    assert [effect for effect, _ in found.lost] == ["destroy"] * LOST_MOST
    assert (found.more, found.is_read) == (2, True)


def preview(action: Action, run: Run = RUN, plan: PlanFacts = PLAN, **facts: Any) -> Preview:
    workspace = Workspace(id="ws-1", name="web", organization="acme")
    return Preview(action=action, run=run, workspace=workspace, plan=plan, digest="d", summary=summary_of(run, plan, None), **facts)


@pytest.mark.parametrize(
    "asked, reason, name, needs",
    [
        (preview(Action.APPLY), "", "", False),
        (preview(Action.APPLY, plan=replace(PLAN, destructions=1)), "why", "web", True),
        (preview(Action.APPLY, wants_reason=True), " ", "", True),
        (preview(Action.OVERRIDE, wants_reason=True), "why", "", False),
        (preview(Action.OVERRIDE, wants_typed_name=True), "why", "other", True),
        (preview(Action.APPLY, wants_typed_name=True), "", "web", False),
        (preview(Action.DISCARD, plan=replace(PLAN, destructions=1)), "", "", False),
        (preview(Action.CANCEL), "", "", False),
        (preview(Action.CANCEL, APPLYING), "", "", True),
        (preview(Action.FORCE_CANCEL, APPLYING), "", "", True),
    ],
)
def test_a_form_comes_first_where_one_click_is_not_enough(asked: Preview, reason: str, name: str, needs: bool) -> None:  # noqa: FBT001
    assert asked.needs_form(reason, name) is needs
    assert asked.message == "bump"
