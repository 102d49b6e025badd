"""Several at once: people at one gate, painters at one message, readers of one run, owners of one intent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import cycle

from bot.core.decisions import Decision, Deed, Intent, IntentState
from bot.core.errors import AlreadyDecided
from bot.core.messages import Kind
from bot.core.runs import Action, Run
from bot.store.database import Database, open_database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEOPLE = [f"U{number}" for number in range(8)]


def decision(person: str, number: int = 1) -> Decision:
    return Decision(
        run_id="run-1",
        gate="confirm",
        round=number,
        action=Action.APPLY,
        person=person,
        person_name=person,
        channel="C1",
        comment="",
        plan_digest="weak:1",
        decided_at=NOON,
        intent_id=f"i-{person}",
    )


async def test_of_people_who_decide_at_one_gate_at_once_one_decides(database: Database, replica: Database) -> None:
    """Each reads under the lock whether somebody has decided, as the use case does; nobody runs into the unique key."""

    async def click(store: Database, person: str) -> str:
        async with store.write() as transaction:
            number = await transaction.gates.lock("run-1", "confirm")
            standing = await transaction.gates.decision("run-1", "confirm", number)
            if standing is None:
                await asyncio.sleep(0.01)
                await transaction.gates.decide(decision(person, number))
            return standing.person if standing else person

    told = await asyncio.gather(*(click(store, person) for store, person in zip(cycle([database, replica]), PEOPLE, strict=False)))
    assert len(set(told)) == 1


async def test_without_the_lock_the_key_still_lets_one_decide(database: Database, replica: Database) -> None:
    async with database.write() as transaction:
        await transaction.gates.lock("run-1", "confirm")

    async def click(store: Database, person: str) -> str:
        try:
            async with store.write() as transaction:
                await transaction.gates.decide(decision(person))
        except AlreadyDecided as already:
            return already.by
        return person

    told = await asyncio.gather(*(click(store, person) for store, person in zip(cycle([database, replica]), PEOPLE, strict=False)))
    assert len(set(told)) == 1


async def test_of_painters_who_claim_one_message_one_has_it(database: Database, replica: Database) -> None:
    async with database.write() as transaction:
        await transaction.messages.want("run-1", "C1", Kind.CARD)
        (message,) = await transaction.messages.of_subject("run-1")

    async def claim(store: Database, second: int) -> bool:
        async with store.write() as transaction:
            return await transaction.messages.claim(message, NOON + timedelta(seconds=second))

    got = await asyncio.gather(*(claim(store, second) for store, second in zip(cycle([database, replica]), range(8), strict=False)))
    assert sum(got) == 1


async def test_of_those_who_want_one_message_one_makes_it(database: Database, replica: Database) -> None:
    async def want(store: Database) -> bool:
        async with store.write() as transaction:
            return await transaction.messages.want("run-1", "C1", Kind.CALL, "confirm")

    assert sum(await asyncio.gather(*(want(store) for store in [database, replica] * 4))) == 1


async def test_of_reads_written_at_once_the_newest_stays(database: Database, replica: Database) -> None:
    async def put(store: Database, second: int) -> None:
        async with store.write() as transaction:
            run = Run(id="run-1", workspace_id="ws-1", status_word=f"look {second}")
            await transaction.runs.put(run, NOON + timedelta(seconds=second))

    order = [5, 1, 7, 0, 3, 6, 2, 4]
    await asyncio.gather(*(put(store, second) for store, second in zip(cycle([database, replica]), order, strict=False)))
    async with database.read() as transaction:
        stored = await transaction.runs.get("run-1")
    assert stored is not None
    assert (stored.run.status_word, stored.asked_at) == ("look 7", NOON + timedelta(seconds=7))


async def test_of_owners_who_would_send_one_intent_one_does(database: Database, replica: Database) -> None:
    intent = Intent(
        id="i-1",
        deed=Deed.APPLY,
        state=IntentState.PENDING,
        run_id="run-1",
        workspace_id="ws-1",
        person="U1",
        person_name="Ada",
        channel="C1",
        created_at=NOON,
    )
    async with database.write() as transaction:
        await transaction.intents.add(intent)

    async def send(store: Database, owner: str) -> bool:
        async with store.write() as transaction:
            return await transaction.intents.move(intent, IntentState.SENT, owner=owner, lease_until=NOON)

    sent = await asyncio.gather(*(send(store, owner) for store, owner in zip(cycle([database, replica]), PEOPLE, strict=False)))
    assert sum(sent) == 1


async def test_whoever_is_cancelled_in_the_middle_of_a_write_locks_nobody_out(database_url: str) -> None:
    """At any step of it: what a loop or a click that takes too long leaves behind must not hold the database."""

    async def want(store: Database, subject: str) -> None:
        async with store.write() as transaction:
            await transaction.messages.want(subject, "C1", Kind.CARD)
            await transaction.messages.due(NOON)
            await transaction.messages.raise_wanted(subject)

    async with open_database(database_url, wait_seconds=1) as store:
        for steps in range(60):
            gone = [asyncio.create_task(want(store, f"run-{steps}-{number}")) for number in range(3)]
            for _ in range(steps):
                await asyncio.sleep(0.0001)
            for task in gone:
                task.cancel()
            await asyncio.gather(*gone, return_exceptions=True)
            await want(store, f"run-{steps}")
        assert store.connections_in_use == 0
