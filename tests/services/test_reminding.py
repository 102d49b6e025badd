"""Clocks of waiting gates: reminders that come once and stop, warnings, expiry, snoozing, and what waits behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.core.commands.runs import RunReference
from bot.core.commands.watches import AddWatch
from bot.core.decisions import IntentState
from bot.core.errors import NothingWaits, NotPossibleNow, RightMissing, TerraformRateLimited, TerraformUnreachable
from bot.core.freezes import FreezeWindow
from bot.core.messages import Kind
from bot.core.pictures import ReminderPicture
from bot.core.reminders import ReminderRule, Step, Waiting
from bot.core.runs import CONFIRM, Action, Run
from bot.core.scopes import Scope
from bot.core.windows import Window
from tests.fakes.chat import FakeMessage
from tests.services.house import ANA, DEPLOYS, KIM, POLICY, RAJ, House, open_house
from tests.services.test_approvals import waiting_run

HOUR, DAY = 3600, 86400
EXPIRING = ReminderRule(scope=Scope(workspaces=("storefront-*",)), escalate="S0ONCALL", expire_after=timedelta(days=2))
RULED = replace(POLICY, reminders=(EXPIRING,), hash="with reminders")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=RULED) as house:
        yield house


async def after(house: House, seconds: float) -> None:
    """A while later the loops run; what was wanted is painted."""
    house.clock.move(seconds)
    await house.reminders.tick(house.clock.now())
    await house.paint()


async def begun(house: House, workspace: str = "storefront-dev") -> Run:
    run = await waiting_run(house, workspace)
    await house.reminders.tick(house.clock.now())
    return run


def reminders(house: House, channel: str = DEPLOYS.channel) -> list[FakeMessage]:
    return [one for one in house.chat.in_channel(channel) if isinstance(one.picture, ReminderPicture)]


async def reminded(house: House, run: Run) -> list[str]:
    """Where reminders of a run were ever wanted, said or not."""
    async with house.store.read() as transaction:
        return [one.channel for one in await transaction.messages.of_subject(run.id) if one.kind is Kind.REMINDER]


def picture(message: FakeMessage) -> ReminderPicture:
    assert isinstance(message.picture, ReminderPicture)
    return message.picture


async def clock_of(house: House, run: Run) -> Waiting | None:
    async with house.store.read() as transaction:
        return await transaction.reminders.get(run.id, CONFIRM)


async def test_a_reminder_comes_once_in_the_thread_of_the_call(house: House) -> None:
    await begun(house)
    await after(house, HOUR - 60)
    assert reminders(house) == []
    for _ in range(3):
        await after(house, 60)
    [reminder] = reminders(house)
    call = next(one for one in house.in_channel() if one.run_picture.kind is Kind.CALL)
    assert (reminder.thread_ts, reminder.broadcast) == (call.ts, False)
    assert (picture(reminder).step, picture(reminder).is_over) == (Step.THREAD, False)


async def test_then_people_who_can_still_approve_and_then_the_group_are_told(house: House) -> None:
    run = await begun(house)
    house.people.groups["S0PLATFORM"] = frozenset({"U0ANA", "U0KIM", "U0GUS"})
    await after(house, HOUR)
    await after(house, 4 * HOUR)
    assert [len(reminders(house, one)) for one in ("U0ANA", "U0KIM", "U0RAJ", "U0GUS", DEPLOYS.channel)] == [1, 1, 0, 0, 1]
    assert picture(reminders(house, "U0KIM")[0]).about == DEPLOYS.channel
    await after(house, 4 * HOUR)
    group = reminders(house)[-1]
    assert (picture(group).group, group.broadcast, picture(group).step) == ("S0ONCALL", True, Step.GROUP)
    await after(house, 20 * HOUR)
    assert len(reminders(house)) == 2
    waiting = await clock_of(house, run)
    assert waiting is not None
    assert waiting.step == 3


async def test_nothing_comes_after_the_decision_and_what_was_said_shows_it(house: House) -> None:
    run = await begun(house)
    await after(house, HOUR)
    await house.act(Action.APPLY, run.id, actor=KIM)
    await after(house, 15)
    assert picture(reminders(house)[0]).is_over
    assert await clock_of(house, run) is None
    await after(house, 3 * DAY)
    assert len(reminders(house)) == 1
    assert reminders(house, "U0ANA") == []


async def test_a_reminder_that_was_not_said_before_the_decision_is_never_said(house: House) -> None:
    run = await begun(house)
    house.clock.move(HOUR)
    await house.reminders.tick(house.clock.now())
    await house.act(Action.DISCARD, run.id)
    await house.paint()
    assert reminders(house) == []


async def test_a_clock_ends_where_the_run_moves_on_outside_of_slack(house: House) -> None:
    run = await begun(house)
    house.runs.move(run.id, "discarded")
    await house.poll()
    await after(house, HOUR)
    assert reminders(house) == []
    assert await clock_of(house, run) is None


async def test_nobody_is_reminded_of_a_run_that_turns_out_to_have_moved_on(house: House) -> None:
    run = await begun(house)
    await after(house, HOUR)
    house.runs.move(run.id, "discarded")
    await after(house, 4 * HOUR)
    assert await reminded(house, run) == [DEPLOYS.channel]


async def test_nobody_is_reminded_of_what_is_decided_while_it_is_found_out_whom_to_remind(house: House) -> None:
    run = await begun(house)
    await after(house, HOUR)

    async def somebody_approves() -> None:
        house.runs.before.clear()
        house.runs.fail("act", TerraformRateLimited("terraform.test", 60))
        await house.act(Action.APPLY, run.id)

    house.runs.before["read_run"] = somebody_approves
    await after(house, 4 * HOUR)
    assert (await house.intent_of(run.id)).state is IntentState.PENDING
    assert await reminded(house, run) == [DEPLOYS.channel]


async def test_two_replicas_that_look_at_once_remind_once(house: House) -> None:
    await begun(house)
    house.clock.move(HOUR)
    now = house.clock.now()
    await asyncio.gather(*(house.reminders.tick(now) for _ in range(4)))
    await house.paint()
    assert len(reminders(house)) == 1


async def test_a_gate_that_opens_again_waits_anew(house: House) -> None:
    run = await begun(house)
    await after(house, HOUR)
    house.runs.fail("act", TerraformUnreachable("terraform.test"))
    with pytest.raises(TerraformUnreachable):
        await house.act(Action.APPLY, run.id)
    async with house.store.write() as transaction:
        await transaction.reminders.end(run.id, CONFIRM)
    await after(house, 15)
    waiting = await clock_of(house, run)
    assert waiting is not None
    assert (waiting.round, waiting.step) == (2, 0)
    await after(house, HOUR)
    assert len(reminders(house)) == 2


async def test_a_run_expires_after_a_warning_with_a_comment_that_says_why(house: House) -> None:
    run = await begun(house)
    for hours in (1, 4, 4, 38):
        await after(house, hours * HOUR)
    warning = reminders(house)[-1]
    assert (picture(warning).step, warning.broadcast) == (Step.WARNING, True)
    expires = picture(warning).expires_at
    assert expires is not None
    assert house.runs.calls_of("act") == []

    house.clock.time = expires
    await after(house, 0)
    [comment] = house.runs.said_about(run.id)
    assert comment.startswith("discarded by Runbell (runbell) in C0DEPLOYS (ref rb-")
    assert comment.endswith(": “Nobody decided within 2 d 28 s, so it expired”")
    assert (await house.intent_of(run.id)).state is IntentState.SETTLED
    await after(house, DAY)
    assert len(house.runs.calls_of("act")) == 1


async def test_a_run_that_nobody_asked_for_in_slack_never_expires_unless_that_is_configured(tmp_path: Path) -> None:
    async with open_house(tmp_path, policy=RULED) as house:
        assert not await expires(house)
    everything = replace(RULED, reminders=(replace(EXPIRING, expires_all=True),))
    (tmp_path / "all").mkdir()
    async with open_house(tmp_path / "all", policy=everything) as house:
        assert await expires(house)


async def expires(house: House) -> bool:
    workspace = house.runs.add_workspace("storefront-dev")
    await house.watching.add(AddWatch("storefront-dev"), ANA, DEPLOYS)
    house.runs.add_run(workspace, "planned")
    await house.poll()
    for _ in range(20):
        await after(house, 12 * HOUR)
    return [one.given["action"] for one in house.runs.calls_of("act")] == [Action.DISCARD]


async def test_without_a_table_nothing_ever_expires_and_people_are_reminded_plainly(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await begun(house)
        for _ in range(20):
            await after(house, 12 * HOUR)
        assert house.runs.calls_of("act") == []
        assert [picture(one).step for one in reminders(house)] == [Step.THREAD]
        assert len(reminders(house, "U0ANA")) == 1


async def warned_long_ago(house: House, run: Run) -> None:
    async with house.store.write() as transaction:
        before = await transaction.reminders.get(run.id, CONFIRM)
        assert before is not None
        began = before.began_at - timedelta(days=3)
        await transaction.reminders.move(before, replace(before, step=3, warned_at=before.began_at, began_at=began))


async def test_an_expiry_that_fails_is_put_off_and_holds_up_no_other(house: House) -> None:
    run = await begun(house)
    await warned_long_ago(house, run)
    house.runs.fail("act", TerraformUnreachable("terraform.test"))
    await after(house, DAY)
    await after(house, 60)
    assert len(house.runs.calls_of("act")) == 1


async def test_candidates_that_cannot_be_read_put_the_reminder_off(house: House) -> None:
    await begun(house)
    await after(house, HOUR)
    house.runs.fail("read_run", TerraformUnreachable("terraform.test"))
    await after(house, 4 * HOUR)
    assert reminders(house, "U0ANA") == []
    await after(house, 60)
    assert reminders(house, "U0ANA") == []
    await after(house, 601)
    assert len(reminders(house, "U0ANA")) == 1


async def test_a_decision_outside_of_the_clock_is_no_trouble_for_an_expiry(house: House) -> None:
    run = await begun(house)
    await warned_long_ago(house, run)
    house.runs.move(run.id, "discarded")
    await after(house, DAY)
    assert house.runs.calls_of("act") == []


async def test_a_clock_discards_nothing_that_waits_for_another_answer_by_now(house: House) -> None:
    run = await begun(house)
    await warned_long_ago(house, run)
    waiting = await clock_of(house, run)
    assert waiting is not None
    with pytest.raises(NotPossibleNow):
        await house.approvals.expire(replace(waiting, gate="override:polchk-1"), "", "too late")
    assert house.runs.calls_of("act") == []


async def test_what_is_snoozed_while_it_is_about_to_expire_stays(house: House) -> None:
    run = await begun(house)
    await warned_long_ago(house, run)
    waiting = await clock_of(house, run)
    assert waiting is not None
    await house.reminders.snooze(RunReference(run_id=run.id), timedelta(hours=3), KIM, DEPLOYS)
    with pytest.raises(NotPossibleNow):
        await house.approvals.expire(waiting, "", "too late")
    await after(house, 2 * HOUR)
    assert house.runs.calls_of("act") == []


# Snoozing


async def test_a_snoozed_run_is_quiet_and_does_not_expire_meanwhile(house: House) -> None:
    run = await begun(house)
    found = await house.reminders.snooze(RunReference(run_id=run.id), timedelta(hours=3), KIM, DEPLOYS)
    assert found.until == house.clock.now() + timedelta(hours=3)
    await after(house, 2 * HOUR)
    assert reminders(house) == []
    waiting = await clock_of(house, run)
    assert waiting is not None
    assert (waiting.snoozed_by, waiting.snoozed_until) == ("U0KIM", found.until)
    await after(house, HOUR)
    assert len(reminders(house)) == 1


async def test_what_does_not_wait_cannot_be_snoozed_and_who_may_not_decide_may_not_snooze(house: House) -> None:
    run = await begun(house)
    with pytest.raises(RightMissing):
        await house.reminders.snooze(RunReference(run_id=run.id), timedelta(hours=1), RAJ, DEPLOYS)
    await house.act(Action.APPLY, run.id)
    with pytest.raises(NothingWaits):
        await house.reminders.snooze(RunReference(run_id=run.id), timedelta(hours=1), ANA, DEPLOYS)


async def test_a_run_can_be_snoozed_before_its_clock_was_looked_at(house: House) -> None:
    run = await waiting_run(house)
    await house.reminders.snooze(RunReference(run_id=run.id), timedelta(hours=2), ANA, DEPLOYS)
    await after(house, HOUR + 60)
    assert reminders(house) == []


# What waits behind, and freezes that come by the clock


async def test_a_call_and_a_reminder_tell_how_many_runs_wait_behind(house: House) -> None:
    run = await begun(house)
    workspace = (await house.finder.run(RunReference(run_id=run.id), ANA)).workspace
    for _ in range(3):
        house.runs.add_run(workspace)
    await house.poll()
    await after(house, 15)
    call = next(one for one in house.in_channel() if one.run_picture.kind is Kind.CALL)
    assert call.run_picture.behind == 3
    await after(house, HOUR)
    assert picture(reminders(house)[0]).behind == 3
    assert picture(reminders(house)[0]).run.id == run.id


async def test_a_freeze_of_the_file_shows_on_the_call_when_it_begins(tmp_path: Path) -> None:
    window = Window(start=time(12, 30), end=time(20))
    noon = FreezeWindow(name="noon", scope=Scope(), window=window)
    async with open_house(tmp_path, policy=replace(POLICY, freezes=(noon,), hash="noon")) as house:
        await begun(house)
        await house.paint()
        await after(house, 1800)
        call = next(one for one in house.in_channel() if one.run_picture.kind is Kind.CALL)
        assert call.run_picture.tally is not None
        assert any("“noon”: every workspace is frozen" in words for words in call.run_picture.tally.lacks)
