"""Requests in both databases: one process judges each, and an effect commits with its row or not at all."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.audits import AuditKind, Entry
from bot.core.errors import RequestLost
from bot.core.requests import AT_WORK, UNJUDGED, Hold, Request, RequestKind, RequestState, holding, payload_of
from bot.store.database import Database

REQUEST = Request(
    id="r1",
    kind=RequestKind.CLICK,
    listener="approve_clicked",
    person="U0ANA",
    person_name="ana",
    team="T0ACME",
    channel="C0DEPLOYS",
    channel_name="deploys",
    action="run.approve",
    run_id="run-1",
    digest="sha256:" + 64 * "0",
    payload=payload_of(action_id="run.approve", value="r1:run-1"),
    owner="us",
)


async def stored(database: Database, request: Request = REQUEST, lease: float = 10, *, acknowledged: bool = True) -> Request:
    async with database.write() as transaction:
        await transaction.requests.add(request, lease)
        if acknowledged:
            assert await transaction.requests.acknowledge(request)
    return await read(database, request.id)


async def read(database: Database, request_id: str = "r1") -> Request:
    async with database.read() as transaction:
        found = await transaction.requests.get(request_id)
    assert found is not None
    return found


async def has_effect(database: Database, person: str = "U0ANA") -> None:
    now = database.clock.now()
    async with database.write() as transaction:
        await transaction.audit.add(Entry(at=now, kind=AuditKind.FREEZE, person=person, action="freeze", outcome="done"))


async def test_a_request_comes_back_as_it_went_with_the_times_of_the_database(database: Database) -> None:
    found = await stored(database, acknowledged=False)
    assert found == replace(REQUEST, lease_until=found.lease_until, received_at=found.received_at)
    assert found.lease_until is not None
    assert found.received_at is not None
    assert timedelta(seconds=9.9) < found.lease_until - found.received_at < timedelta(seconds=10.1)
    async with database.read() as transaction:
        assert abs(await transaction.requests.time() - found.received_at) < timedelta(seconds=60)
        assert await transaction.requests.get("r2") is None


async def test_it_is_acknowledged_and_closed_once_by_its_owner_and_keeps_no_payload(database: Database) -> None:
    await stored(database)
    async with database.write() as transaction:
        assert not await transaction.requests.acknowledge(REQUEST)
        others = replace(REQUEST, owner="them")
        closed = [await transaction.requests.close(one, RequestState.JUDGED, before=AT_WORK) for one in (others, REQUEST, REQUEST)]
    assert closed == [False, True, False]
    found = await read(database)
    assert (found.state, found.payload) == (RequestState.JUDGED, {})


async def test_one_of_two_processes_takes_what_nobody_is_at(database: Database, replica: Database) -> None:
    await stored(database, lease=0)
    busy = await stored(database, replace(REQUEST, id="r2"))
    async with replica.read() as transaction:
        assert [one.id for one in await transaction.requests.waiting(60)] == ["r1"]
        assert [one.id for one in await transaction.requests.waiting(0)] == ["r1", "r2"]
    seen = await read(database)
    taken = []
    for store, owner in ((database, "one"), (replica, "two")):
        async with store.write() as transaction:
            taken.append(await transaction.requests.take(seen, RequestState.ACKNOWLEDGED, owner, 10))
    assert taken == [True, False]
    assert (await read(database)).owner == "one"
    async with database.write() as transaction:
        await transaction.requests.renew(["r2"], "us", 100)
    async with replica.write() as transaction:
        assert not await transaction.requests.take(busy, RequestState.UNDONE, "two", 10), "its owner has renewed it meanwhile"


async def test_what_is_answered_keeps_no_payload(database: Database) -> None:
    seen = await stored(database, lease=0)
    async with database.write() as transaction:
        assert await transaction.requests.take(seen, RequestState.UNDONE, "one", 10)
    assert (await read(database)).payload == {}


async def test_an_effect_notes_that_the_request_has_begun_in_its_own_transaction(database: Database) -> None:
    await stored(database)
    with holding(Hold("r1", "us", "U0ANA")):
        await has_effect(database, "U0KIM")
        assert (await read(database)).state is RequestState.ACKNOWLEDGED, "what is told of somebody else is no effect of hers"
        with suppress(ZeroDivisionError):
            async with database.write() as transaction:
                await transaction.requests.begin()
                raise ZeroDivisionError
        assert (await read(database)).state is RequestState.ACKNOWLEDGED, "it was rolled back with its effect"
        await has_effect(database)
        await has_effect(database)
    found = await read(database)
    assert (found.state, found.payload) == (RequestState.BEGUN, {})


@pytest.mark.parametrize("state", [RequestState.UNDONE, RequestState.WITHDRAWN, RequestState.JUDGED])
async def test_what_was_answered_or_is_over_can_have_no_effect_any_more(database: Database, state: RequestState) -> None:
    await stored(database)
    async with database.write() as transaction:
        assert await transaction.requests.close(REQUEST, state, before=UNJUDGED)
    with holding(Hold("r1", "us", "U0ANA")), pytest.raises(RequestLost):
        await has_effect(database)
    async with database.read() as transaction:
        assert await transaction.audit.newest() == ()


async def test_whoever_lost_a_request_to_another_process_does_nothing_more(database: Database, replica: Database) -> None:
    seen = await stored(database, lease=0)
    async with replica.write() as transaction:
        assert await transaction.requests.take(seen, RequestState.ACKNOWLEDGED, "them", 10)
    with holding(Hold("r1", "us", "U0ANA")), pytest.raises(RequestLost):
        await has_effect(database)
    with holding(Hold("r1", "them", "U0ANA")):
        await has_effect(replica)


async def test_outside_of_a_request_nothing_is_noted(database: Database) -> None:
    await has_effect(database)
    async with database.write() as transaction:
        await transaction.requests.begin()


async def test_a_file_that_is_opened_again_has_nobody_at_its_requests(database: Database) -> None:
    await stored(database)
    async with database.write() as transaction:
        await transaction.requests.free_all()
        assert [one.id for one in await transaction.requests.waiting(60)] == ["r1"]


async def test_what_was_judged_long_ago_is_forgotten_and_what_is_open_is_not(database: Database) -> None:
    for state in (RequestState.JUDGED, RequestState.ANSWERED, RequestState.WITHDRAWN):
        await stored(database, replace(REQUEST, id=state))
        async with database.write() as transaction:
            await transaction.requests.close(replace(REQUEST, id=state), state, before=UNJUDGED)
    await stored(database)
    now = database.clock.now()
    async with database.write() as transaction:
        await transaction.leavings.remove_loose(now - timedelta(hours=1))
        assert await transaction.requests.get("judged") is not None
        await transaction.leavings.remove_loose(now + timedelta(hours=1))
        left = [await transaction.requests.get(one) for one in ("judged", "answered", "withdrawn", "r1")]
    assert [one is not None for one in left] == [False, False, False, True]
