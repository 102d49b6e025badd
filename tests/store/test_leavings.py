"""What ended long ago goes with all that hangs on it; what is open, due, current or young stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.decisions import Decision, Deed, Intent, IntentState
from bot.core.leavings import Leavings
from bot.core.messages import Kind
from bot.core.plans import PlanFacts
from bot.core.runs import Action, Run
from bot.core.workspaces import Workspace
from bot.store.database import Database, Transaction

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=100)
EDGE = NOON - timedelta(days=90)


async def put_run(transaction: Transaction, number: int, status: str = "applied", asked_at: datetime = LONG_AGO) -> None:
    run = Run(id=f"run-{number}", workspace_id="ws-1", status_word=status, plan_id=f"plan-{number}")
    await transaction.runs.put(run, asked_at)
    await transaction.plans.put(PlanFacts(plan_id=f"plan-{number}", status_word="finished", finished_at=LONG_AGO))


async def put_decision(transaction: Transaction, run_id: str, intent_id: str) -> None:
    number = await transaction.gates.lock(run_id, "confirm")
    await transaction.gates.decide(
        Decision(
            run_id=run_id,
            gate="confirm",
            round=number,
            action=Action.APPLY,
            person="U1",
            person_name="ada",
            channel="C1",
            comment="",
            plan_digest="",
            decided_at=LONG_AGO,
            intent_id=intent_id,
        )
    )


def intent(name: str, run_id: str | None, state: IntentState = IntentState.SETTLED) -> Intent:
    return Intent(
        id=name,
        deed=Deed.APPLY,
        state=state,
        run_id=run_id,
        workspace_id="ws-1",
        person="U1",
        person_name="ada",
        channel="C1",
        created_at=LONG_AGO,
    )


async def paint(transaction: Transaction, subject: str, at: datetime = LONG_AGO, kind: Kind = Kind.CARD) -> None:
    await transaction.messages.want(subject, "C1", kind)
    message = (await transaction.messages.of_subject(subject))[-1]
    await transaction.messages.painted(message, "1.1", message.wanted, at)


async def whole_run(database: Database, number: int) -> None:
    async with database.write() as transaction:
        await put_run(transaction, number)
        await put_decision(transaction, f"run-{number}", f"i-{number}")
        await transaction.intents.add(intent(f"i-{number}", f"run-{number}"))
        await paint(transaction, f"run-{number}")
        await paint(transaction, f"run-{number}", kind=Kind.END)


async def ended(database: Database) -> tuple[str, ...]:
    async with database.read() as transaction:
        return await transaction.leavings.ended(EDGE, 10)


async def counted(database: Database) -> Leavings:
    async with database.read() as transaction:
        return await transaction.leavings.count(EDGE)


async def remove(database: Database) -> Leavings:
    async with database.write() as transaction:
        gone = await transaction.leavings.remove_runs(await transaction.leavings.ended(EDGE, 10))
        return gone + await transaction.leavings.remove_loose(EDGE)


async def test_a_run_goes_with_all_that_hangs_on_it(database: Database) -> None:
    await whole_run(database, 1)
    whole = Leavings(runs=1, messages=2, plans=1, decisions=1, intents=1)
    assert await counted(database) == whole
    assert await remove(database) == whole
    async with database.read() as transaction:
        assert await transaction.runs.get("run-1") is None
        assert await transaction.plans.get("plan-1") is None
        assert await transaction.intents.get("i-1") is None
        assert await transaction.gates.latest("run-1") is None
        assert await transaction.messages.of_subject("run-1") == ()
    assert await counted(database) == Leavings()


@pytest.mark.parametrize("status,asked_at", [("planned", LONG_AGO), ("applied", EDGE + timedelta(seconds=1))])
async def test_a_run_that_is_open_or_young_stays(database: Database, status: str, asked_at: datetime) -> None:
    async with database.write() as transaction:
        await put_run(transaction, 1, status, asked_at)
        await paint(transaction, "run-1")
    assert await counted(database) == await remove(database) == Leavings()


async def test_a_workspaces_current_run_stays(database: Database) -> None:
    async with database.write() as transaction:
        await put_run(transaction, 1)
        await put_run(transaction, 2)
        await transaction.workspaces.put([Workspace(id="ws-1", name="a", organization="acme", current_run_id="run-2")], NOON)
    assert await ended(database) == ("run-1",)


async def test_a_run_of_which_something_is_still_to_be_told_or_settled_stays(database: Database) -> None:
    for number in (1, 2, 3):
        await whole_run(database, number)
    async with database.write() as transaction:
        await transaction.messages.raise_wanted("run-1")
        await transaction.intents.add(intent("i-4", "run-2", IntentState.UNSURE))
        (card, _) = await transaction.messages.of_subject("run-3")
        await transaction.messages.doubt(card, NOON)
    assert await ended(database) == ()
    assert await remove(database) == Leavings()


async def test_what_hangs_on_no_run_goes_by_its_own_age(database: Database) -> None:
    async with database.write() as transaction:
        await paint(transaction, "note-1", kind=Kind.NOTE)
        await paint(transaction, "note-2", NOON, Kind.NOTE)
        await transaction.messages.want("note-3", "C1", Kind.NOTE)
        await put_decision(transaction, "run-gone", "i-9")
        await transaction.intents.add(intent("i-1", None, IntentState.REFUSED))
        await transaction.intents.add(intent("i-2", None, IntentState.PENDING))
        await transaction.seen.first_time("p-1", LONG_AGO)
        await transaction.seen.first_time("p-2", NOON)
    loose = Leavings(messages=1, decisions=1, intents=1, payloads=1)
    assert await counted(database) == loose
    assert await remove(database) == loose
    async with database.write() as transaction:
        assert [await transaction.seen.first_time(name, NOON) for name in ("p-1", "p-2")] == [True, False]
        assert await transaction.intents.get("i-2") is not None
        assert len(await transaction.messages.of_subject("note-3")) == 1
        assert await transaction.gates.lock("run-gone", "confirm") == 1
