from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.decisions import Decision
from bot.core.messages import Kind
from bot.core.reminders import Waiting
from bot.core.runs import CONFIRM, Action, Run
from bot.core.tallies import Tally
from bot.core.verdicts import Outcome
from bot.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WAITING = Waiting(
    run_id="run-1",
    gate=CONFIRM,
    round=1,
    began_at=NOON,
    next_at=NOON + timedelta(hours=1),
    told_at=NOON,
    warned_at=None,
    snoozed_by="U1",
    behind=2,
)
DECISION = Decision(
    run_id="run-1",
    gate=CONFIRM,
    round=1,
    action=Action.APPLY,
    person="U1",
    person_name="Ada",
    channel="C1",
    comment="",
    plan_digest="",
    decided_at=NOON,
    intent_id="rb-1",
    broke_glass=True,
)


def run(run_id: str, status: str = "planned", workspace: str = "ws-1") -> Run:
    return Run(id=run_id, workspace_id=workspace, status_word=status)


async def test_a_clock_comes_back_as_it_was_begun_and_is_begun_once(database: Database) -> None:
    async with database.write() as transaction:
        assert await transaction.reminders.begin(WAITING)
        assert not await transaction.reminders.begin(replace(WAITING, round=2))
        assert await transaction.reminders.get("run-1", CONFIRM) == WAITING
        assert await transaction.reminders.all() == (WAITING,)
        await transaction.reminders.end("run-1", CONFIRM)
        assert await transaction.reminders.get("run-1", CONFIRM) is None


async def test_a_clock_is_moved_by_one_who_has_read_it_as_it_is(database: Database) -> None:
    told = replace(WAITING, step=1, next_at=None)
    warned, quiet = replace(told, warned_at=NOON), replace(told, snoozed_until=NOON, snoozed_by="U2")
    async with database.write() as transaction:
        await transaction.reminders.begin(WAITING)
        assert await transaction.reminders.move(WAITING, told)
        assert not await transaction.reminders.move(WAITING, told)
        assert await transaction.reminders.move(told, warned)
        assert not await transaction.reminders.move(told, quiet)
        assert await transaction.reminders.move(warned, quiet)
        assert not await transaction.reminders.move(warned, told)
        assert await transaction.reminders.get("run-1", CONFIRM) == quiet


async def test_runs_about_which_people_were_called_and_that_have_no_clock(database: Database) -> None:
    async with database.write() as transaction:
        for number, (kind, gate, text, status) in enumerate(
            [
                (Kind.CALL, CONFIRM, "", "planned"),
                (Kind.CARD, "", CONFIRM, "planned"),
                (Kind.CARD, "", "", "planned"),
                (Kind.CARD, "", "ended", "planned"),
                (Kind.CALL, CONFIRM, "", "applied"),
                (Kind.NOTE, "x", "", "planned"),
            ]
        ):
            await transaction.runs.put(run(f"run-{number}", status), NOON)
            await transaction.messages.want(f"run-{number}", "C1", kind, gate, text=text)
            await transaction.messages.want(f"run-{number}", "C2", kind, gate, text=text)
        assert await transaction.reminders.unclocked() == ("run-0", "run-1")
        await transaction.reminders.begin(replace(WAITING, run_id="run-0"))
        assert await transaction.reminders.unclocked() == ("run-1",)


async def test_a_gate_is_answered_by_a_decision_in_the_round_that_is_open(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.reminders.begin(WAITING)
        await transaction.gates.lock("run-1", CONFIRM)
        assert await transaction.reminders.answered() == frozenset()
        await transaction.gates.decide(DECISION)
        assert await transaction.reminders.answered() == {("run-1", CONFIRM)}
        assert await transaction.gates.decision("run-1", CONFIRM, 1) == DECISION
        await transaction.gates.reopen("run-1", CONFIRM, 1)
        assert await transaction.reminders.answered() == frozenset()


async def test_runs_behind_are_those_of_the_workspace_that_have_yet_to_begin(database: Database) -> None:
    async with database.write() as transaction:
        for number, status in enumerate(["planned", "pending", "pending", "canceled"]):
            await transaction.runs.put(run(f"run-{number}", status), NOON)
        await transaction.runs.put(run("run-9", "pending", "ws-2"), NOON)
        assert await transaction.reminders.behind(["ws-1", "ws-2", "ws-3"]) == {"ws-1": 2, "ws-2": 1}
        assert await transaction.reminders.behind([]) == {}


async def test_a_tally_that_is_doubted_is_there_and_not_fresh(database: Database) -> None:
    tally = Tally(outcome=Outcome.MISSING, headline="It cannot be applied yet.")
    async with database.write() as transaction:
        await transaction.gates.lock("run-1", CONFIRM)
        await transaction.gates.judged("run-1", CONFIRM, tally, NOON)
        await transaction.gates.doubt(["run-1", "run-2"])
        assert await transaction.gates.look("run-1", CONFIRM) == (1, tally, None)


async def test_a_clock_goes_with_its_run(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.reminders.begin(WAITING)
        await transaction.reminders.begin(replace(WAITING, run_id="run-lost"))
        await transaction.runs.put(run("run-1"), NOON)
        await transaction.leavings.remove_loose(NOON + timedelta(days=1))
        assert [one.run_id for one in await transaction.reminders.all()] == ["run-1"]
        await transaction.leavings.remove_runs(["run-1"])
        assert await transaction.reminders.all() == ()


async def test_gates_at_which_a_posted_message_asks_and_that_were_never_judged(database: Database) -> None:
    tally = Tally(outcome=Outcome.MISSING, headline="It cannot be applied yet.")
    async with database.write() as transaction:
        for number, (kind, gate, text, status) in enumerate(
            [
                (Kind.CALL, CONFIRM, "", "planned"),
                (Kind.CARD, "", CONFIRM, "planned"),
                (Kind.CALL, CONFIRM, "", "applied"),
                (Kind.CARD, "", "", "planned"),
                (Kind.CARD, "", "ended", "planned"),
                (Kind.CALL, "override:polchk-1", "", "policy_override"),
            ]
        ):
            await transaction.runs.put(run(f"run-{number}", status), NOON)
            for channel in ("C1", "C2"):
                await transaction.messages.want(f"run-{number}", channel, kind, gate, text=text)
        assert await transaction.gates.unjudged() == ()
        for number, message in enumerate(await transaction.messages.due(NOON)):
            await transaction.messages.painted(message, f"{number}.0", 1, NOON)
        unjudged = (("run-0", CONFIRM), ("run-1", CONFIRM), ("run-5", "override:polchk-1"))
        assert await transaction.gates.unjudged() == unjudged
        for run_id in ("run-0", "run-5"):
            await transaction.gates.lock(run_id, CONFIRM)
            await transaction.gates.judged(run_id, CONFIRM, tally, NOON)
        assert await transaction.gates.unjudged() == unjudged[1:]
        await transaction.gates.doubt(["run-0"])
        assert await transaction.gates.unjudged() == unjudged[1:]
