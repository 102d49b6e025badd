"""What the use cases may rely on, whatever stands behind the port Runs: changing runs."""

from __future__ import annotations

import pytest

from bot.core.errors import NotVisible, StateMovedOn, TerraformAnswerLost
from bot.core.readings import NewRun
from bot.core.runs import Action, Run
from tests.contracts.benches import DNS, DOCS, ORGANIZATION, SHOP, SLOW, STUBBORN, Bench

OLDEST, LEAST = "2017", "compatible"
NOBODY = "run-doesnotexist0001"


async def start(bench: Bench, name: str = SHOP, message: str = "ship it", *, plan_only: bool = False, is_destroy: bool = False) -> Run:
    workspace = await bench.runs.read_workspace(ORGANIZATION, name)
    return await bench.runs.create_run(NewRun(workspace_id=workspace.id, message=message, plan_only=plan_only, is_destroy=is_destroy))


def kept(bench: Bench, *comments: str) -> tuple[str, ...]:
    return () if bench.flavour == LEAST else comments


async def test_a_run_is_created_with_its_message_and_waits_to_be_confirmed(bench: Bench) -> None:
    created = await start(bench, message="ship 4.2 · asked by kim")
    assert created.message == "ship 4.2 · asked by kim"
    assert not created.is_final
    assert created.has_changes is None
    resting = await bench.rest(created.id)
    assert resting.status_word == "planned"
    assert resting.gate == "confirm"
    assert resting.may(Action.APPLY)
    assert resting.may(Action.DISCARD)
    assert not resting.may(Action.CANCEL)


async def test_a_run_says_when_it_was_created_and_planned_and_by_whom(bench: Bench) -> None:
    created = await start(bench)
    await bench.rest(created.id)
    run = (await bench.runs.read_run(created.id)).run
    assert run.created_at is not None
    assert run.created_at.utcoffset() is not None
    assert run.timestamps["planned"].utcoffset() is not None
    assert run.created_by or bench.flavour == LEAST


async def test_a_run_read_comes_with_its_workspace_and_the_facts_of_its_plan(bench: Bench) -> None:
    created = await start(bench)
    await bench.rest(created.id)
    reading = await bench.runs.read_run(created.id)
    if bench.flavour == LEAST:
        assert (reading.workspace, reading.plan) == (None, None)
        return
    assert reading.workspace is not None
    assert (reading.workspace.organization, reading.workspace.name) == (ORGANIZATION, SHOP)
    assert reading.workspace.id == reading.run.workspace_id
    assert reading.plan is not None
    assert reading.plan.plan_id == reading.run.plan_id
    assert (reading.plan.additions, reading.plan.changes, reading.plan.destructions) == (1, 0, 0)
    assert reading.plan.is_finished
    assert reading.plan.finished_at is not None


async def test_a_plan_read_by_itself_says_the_same(bench: Bench) -> None:
    created = await start(bench)
    await bench.rest(created.id)
    reading = await bench.runs.read_run(created.id)
    assert reading.run.plan_id is not None
    plan = await bench.runs.read_plan(reading.run.plan_id)
    assert (plan.plan_id, plan.is_finished, plan.additions) == (reading.run.plan_id, True, 1)
    assert reading.plan in {plan, None}


async def test_a_run_never_applies_by_itself_even_where_its_workspace_does(bench: Bench) -> None:
    created = await start(bench, DOCS)
    assert created.auto_apply is False
    assert (await bench.rest(created.id)).gate == "confirm"


async def test_a_destroying_run_says_so(bench: Bench) -> None:
    created = await start(bench, is_destroy=True)
    assert created.is_destroy
    assert (await bench.runs.read_run(created.id)).run.is_destroy


async def test_apply_takes_a_run_to_applied_and_keeps_the_comment(bench: Bench) -> None:
    created = await start(bench)
    await bench.rest(created.id)
    await bench.runs.act(Action.APPLY, created.id, "approved by kim in #infra")
    ended = await bench.rest(created.id)
    assert ended.status_word == "applied"
    assert ended.was_confirmed
    assert ended.ended_at is not None
    assert ended.allowed == frozenset()
    assert await bench.runs.comments(created.id) == kept(bench, "approved by kim in #infra")


async def test_discard_ends_a_run_that_waits(bench: Bench) -> None:
    created = await start(bench)
    await bench.rest(created.id)
    await bench.runs.act(Action.DISCARD, created.id, "not today")
    assert (await bench.rest(created.id)).status_word == "discarded"


async def test_cancel_ends_a_run_that_plans(bench: Bench) -> None:
    created = await start(bench, SLOW)
    await bench.runs.act(Action.CANCEL, created.id, "too slow")
    assert (await bench.rest(created.id)).status_word == "canceled"


async def test_a_run_that_a_cancel_does_not_end_is_killed_once_a_cancel_was_asked_for(bench: Bench) -> None:
    created = await start(bench, STUBBORN)
    with pytest.raises(NotVisible if bench.flavour == LEAST else StateMovedOn):
        await bench.admin.force_cancel(created.id, "too early")
    await bench.runs.act(Action.CANCEL, created.id, "too slow")
    assert not (await bench.runs.read_run(created.id)).run.is_final
    if bench.flavour != LEAST:
        assert await bench.killed(created.id, "stuck") in {"canceled", "force_canceled"}


async def test_a_run_that_waits_behind_another_is_let_go_first(bench: Bench) -> None:
    first = await start(bench)
    await bench.rest(first.id)
    second = await start(bench)
    if bench.flavour == LEAST:
        with pytest.raises(NotVisible):
            await bench.runs.force_execute(second.id)
        return
    await bench.runs.force_execute(second.id)
    assert (await bench.rest(first.id)).status_word == "discarded"
    assert (await bench.rest(second.id)).gate == "confirm"
    with pytest.raises(NotVisible):
        await bench.runs.force_execute(second.id)


async def test_a_second_apply_is_refused_because_the_run_moved_on(bench: Bench) -> None:
    created = await start(bench)
    await bench.rest(created.id)
    await bench.runs.act(Action.APPLY, created.id, "first")
    with pytest.raises(StateMovedOn, match="transition not allowed"):
        await bench.runs.act(Action.APPLY, created.id, "second")
    await bench.rest(created.id)
    assert await bench.runs.comments(created.id) == kept(bench, "first")


@pytest.mark.parametrize("action", [Action.APPLY, Action.DISCARD])
async def test_a_run_that_plans_can_be_neither_applied_nor_discarded(bench: Bench, action: Action) -> None:
    created = await start(bench, SLOW)
    with pytest.raises(StateMovedOn):
        await bench.runs.act(action, created.id, "too early")


async def test_a_run_waits_behind_another_until_that_has_ended(bench: Bench) -> None:
    first = await start(bench)
    await bench.rest(first.id)
    second = await start(bench)
    assert (await bench.runs.read_run(second.id)).run.status_word == "pending"
    await bench.runs.act(Action.DISCARD, first.id, "")
    assert (await bench.rest(second.id)).gate == "confirm"


async def test_a_run_without_changes_ends_without_a_question(bench: Bench) -> None:
    ended = await bench.rest((await start(bench, DNS)).id)
    assert ended.status_word == "planned_and_finished"
    assert ended.has_changes is False
    assert ended.gate is None


async def test_a_plan_only_run_ends_with_its_plan(bench: Bench) -> None:
    created = await start(bench, plan_only=True)
    assert created.plan_only or bench.flavour == OLDEST
    ended = await bench.rest(created.id)
    assert ended.status_word == "planned_and_finished"
    assert ended.has_changes is True


async def test_what_does_not_exist_is_not_visible(bench: Bench) -> None:
    with pytest.raises(NotVisible):
        await bench.runs.read_run(NOBODY)
    with pytest.raises(NotVisible):
        await bench.runs.read_plan("plan-doesnotexist001")
    with pytest.raises(NotVisible):
        await bench.runs.act(Action.APPLY, NOBODY, "")
    with pytest.raises(NotVisible):
        await bench.runs.create_run(NewRun(workspace_id="ws-doesnotexist00001", message=""))


async def test_a_run_without_comments_has_none(bench: Bench) -> None:
    assert await bench.runs.comments((await start(bench)).id) == ()


async def test_a_server_that_has_no_such_run_has_no_comments_on_it(bench: Bench) -> None:
    assert await bench.runs.comments(NOBODY) == ()


async def test_an_apply_whose_answer_is_lost_is_done_once_and_known_by_its_comment(bench: Bench) -> None:
    created = await start(bench)
    await bench.rest(created.id)
    bench.lose_answer("act")
    with pytest.raises(TerraformAnswerLost) as caught:
        await bench.runs.act(Action.APPLY, created.id, "approved by kim")
    assert caught.value.was_received
    assert (await bench.rest(created.id)).status_word == "applied"
    assert await bench.runs.comments(created.id) == kept(bench, "approved by kim")


async def test_a_run_whose_creation_was_not_answered_is_found_by_its_message(bench: Bench) -> None:
    bench.lose_answer("create_run")
    with pytest.raises(TerraformAnswerLost):
        await start(bench, SLOW, message="ship it · ref 7Qz")
    workspace = await bench.runs.read_workspace(ORGANIZATION, SLOW)
    assert [run.message for run in (await bench.runs.list_workspace_runs(workspace.id)).runs] == ["ship it · ref 7Qz"]
