from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.decisions import OPEN, Deed, Intent, IntentState
from bot.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = NOON + timedelta(seconds=30)
APPLY = Intent(
    id="i-1",
    deed=Deed.APPLY,
    state=IntentState.PENDING,
    run_id="run-1",
    workspace_id="ws-1",
    person="U1",
    person_name="Ada",
    channel="C1",
    created_at=NOON,
    payload={"comment": "go\x00"},
    gate="confirm",
    round=1,
    not_before=NOON,
)


async def add(database: Database, *intents: Intent) -> None:
    async with database.write() as transaction:
        for intent in intents:
            await transaction.intents.add(intent)


async def move(database: Database, intent: Intent, state: IntentState, **changes: object) -> bool:
    async with database.write() as transaction:
        return await transaction.intents.move(intent, state, **changes)


async def get(database: Database, intent_id: str = "i-1") -> Intent | None:
    async with database.read() as transaction:
        return await transaction.intents.get(intent_id)


async def test_an_intent_comes_back_as_it_was_added(database: Database) -> None:
    await add(database, APPLY)
    assert await get(database) == APPLY
    assert await get(database, "i-2") is None


async def test_open_intents_are_those_without_an_end_oldest_first(database: Database) -> None:
    await add(
        database,
        *(replace(APPLY, id=state.value, state=state, created_at=NOON - timedelta(hours=n)) for n, state in enumerate(IntentState)),
    )
    async with database.read() as transaction:
        found = await transaction.intents.open()
    assert [intent.state for intent in found] == [state for state in reversed(IntentState) if state in OPEN]


async def test_an_intent_is_sent_by_one_owner(database: Database) -> None:
    await add(database, APPLY)
    sent = replace(APPLY, state=IntentState.SENT, owner="a", lease_until=LEASE, sent_at=NOON)
    assert await move(database, APPLY, IntentState.SENT, owner="a", lease_until=LEASE, sent_at=NOON)
    assert not await move(database, APPLY, IntentState.SENT, owner="b", lease_until=LEASE, sent_at=NOON)
    assert await get(database) == sent


async def test_an_intent_moves_only_under_the_lease_it_was_read_with(database: Database) -> None:
    sent = replace(APPLY, state=IntentState.SENT, owner="a", lease_until=LEASE)
    await add(database, sent)
    assert not await move(database, replace(sent, owner="b"), IntentState.SETTLED)
    assert not await move(database, replace(sent, lease_until=NOON), IntentState.SETTLED)
    assert await move(database, sent, IntentState.UNSURE, owner="b", lease_until=NOON)
    assert not await move(database, sent, IntentState.SETTLED)


async def test_an_intent_read_without_a_lease_moves_by_its_state(database: Database) -> None:
    await add(database, APPLY)
    assert await move(database, APPLY, IntentState.REFUSED, outcome="It is locked.", settled_at=LEASE, payload={})
    assert await get(database) == replace(APPLY, state=IntentState.REFUSED, outcome="It is locked.", settled_at=LEASE, payload={})


async def test_an_intent_has_no_other_fields_to_change(database: Database) -> None:
    await add(database, APPLY)
    for name in ("id", "state_word", "1=1 --"):
        with pytest.raises(TypeError, match="no field"):
            await move(database, APPLY, IntentState.SENT, **{name: "x"})


async def test_the_intent_that_created_a_run_is_found_by_the_run(database: Database) -> None:
    create = replace(APPLY, id="i-0", deed=Deed.CREATE, run_id=None)
    await add(database, create, APPLY)
    async with database.read() as transaction:
        assert await transaction.intents.creating("run-1") is None
    await move(database, create, IntentState.SETTLED, run_id="run-1")
    async with database.read() as transaction:
        assert await transaction.intents.creating("run-1") == replace(create, state=IntentState.SETTLED, run_id="run-1")


async def test_of_two_who_would_look_after_an_intent_one_has_the_turn(database: Database, replica: Database) -> None:
    await add(database, APPLY)
    read = await get(database)
    assert read is not None
    later = NOON + timedelta(seconds=20)
    found = []
    for store in (database, replica):
        async with store.write() as transaction:
            found.append(await transaction.intents.turn(read, later))
    assert found == [True, False]
    assert (await get(database)) == replace(read, not_before=later)


async def test_an_intent_that_was_never_put_off_has_a_turn_too_and_one_that_moved_has_none(database: Database) -> None:
    fresh = replace(APPLY, not_before=None)
    await add(database, fresh)
    async with database.write() as transaction:
        assert await transaction.intents.turn(fresh, NOON)
    assert await move(database, fresh, IntentState.SENT)
    async with database.write() as transaction:
        assert not await transaction.intents.turn(replace(fresh, not_before=NOON), LEASE)


async def test_they_are_counted_by_state_and_found_by_the_runs_they_created(database: Database) -> None:
    first = replace(APPLY, id="i-2", deed=Deed.CREATE, run_id="run-2")
    await add(
        database, APPLY, first, replace(first, id="i-3", created_at=NOON + timedelta(hours=1)), replace(first, id="i-4", run_id="run-3")
    )
    assert await move(database, APPLY, IntentState.SENT)
    async with database.read() as transaction:
        assert await transaction.intents.counts() == {IntentState.PENDING: 3, IntentState.SENT: 1}
        created = await transaction.intents.creating_of(["run-1", "run-2", "run-3", "run-4"])
        assert {run_id: intent.id for run_id, intent in created.items()} == {"run-2": "i-2", "run-3": "i-4"}
        assert await transaction.intents.creating("run-2") == created["run-2"]
