"""Storing what was asked for: how many transactions it takes, and what a database that fails makes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from math import inf
from time import perf_counter
from typing import Any

import pytest

from bot.core.errors import HandledBefore, StoreBusy
from bot.core.requests import Request, RequestKind, RequestState, payload_of
from bot.services.repeats import Repeats
from bot.services.requests import Requests
from bot.store.database import Database
from tests.services.house import House

REQUEST = Request(id="r1", kind=RequestKind.CLICK, listener="x", person="U0ANA", action="run.approve", payload=payload_of(value="r1:run-1"))


def requests_of(house: House, owner: str = "us") -> Requests:
    return Requests(house.store, house.clock, house.pace, owner)


async def state_of(house: House) -> RequestState | None:
    async with house.store.read() as transaction:
        found = await transaction.requests.get("r1")
    return found.state if found is not None else None


class Counted:
    """How many transactions wrote; `is_down` has each refused, and `down_after` each once so many have."""

    def __init__(self, house: House) -> None:
        assert isinstance(house.store, Database)
        self.count, self.is_down, self.write = 0, False, house.store.write
        self.down_after: float = inf
        house.store.write = self.counted  # type: ignore[method-assign]

    @asynccontextmanager
    async def counted(self) -> AsyncIterator[Any]:
        if self.is_down or self.count >= self.down_after:
            raise StoreBusy
        async with self.write() as transaction:
            yield transaction
        self.count += 1


async def test_a_request_costs_one_transaction_before_the_ack_one_after_it_and_one_to_finish(house: House) -> None:
    requests, counted, counts = requests_of(house), Counted(house), list[int]()
    request = await requests.store(REQUEST, "1.2.a", perf_counter())
    counts.append(counted.count)
    assert await requests.acknowledge(request)
    counts.append(counted.count)
    assert await requests.finish(request)
    counts.append(counted.count)
    assert counts == [1, 2, 3]
    requests.release(request)
    assert await requests.take() == []
    assert counted.count == 3, "looking for what waits writes nothing where nothing does"


async def test_a_trigger_is_stored_once(house: House) -> None:
    await requests_of(house).store(REQUEST, "1.2.a", perf_counter())
    with pytest.raises(HandledBefore):
        await requests_of(house, "them").store(REQUEST, "1.2.a", perf_counter())
    with pytest.raises(HandledBefore):
        await Repeats(house.store, house.clock).demand_new("1.2.a")


async def test_a_database_that_is_lost_meanwhile_leaves_it_to_whoever_finds_the_row(house: House) -> None:
    requests, counted = requests_of(house), Counted(house)
    request = await requests.store(REQUEST, "1.2.a", perf_counter())
    counted.is_down = True
    assert not await requests.acknowledge(request)
    counted.is_down = False
    assert await requests.acknowledge(request)
    counted.is_down = True
    assert not await requests.finish(request)
    counted.is_down = False
    requests.release(request)
    assert await state_of(house) is RequestState.ACKNOWLEDGED
    house.clock.move(11)
    [(_, taken)] = await requests_of(house, "them").take()
    assert taken.owner == "them"
    assert not await requests.finish(request), "it is another's now"


async def test_what_was_taken_before_the_database_was_lost_is_judged(house: House) -> None:
    theirs = requests_of(house, "them")
    for name in ("r1", "r2"):
        await theirs.acknowledge(await theirs.store(replace(REQUEST, id=name), f"1.2.{name}", perf_counter()))
    house.clock.move(11)
    requests, counted = requests_of(house), Counted(house)
    counted.down_after = 1
    assert [taken.id for _, taken in await requests.take()] == ["r1"]
    assert requests.at_work == {"r1"}
    counted.down_after = inf
    assert [taken.id for _, taken in await requests.take()] == ["r2"]
