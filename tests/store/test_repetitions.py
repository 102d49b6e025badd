from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.core.audits import AuditKind, Entry
from bot.core.repetitions import REFUSALS_WITHIN, SNOOZES_WITHIN, Repetition, RepetitionKind, refusal_of
from bot.store.database import Database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def refusal(person: str = "U0KIM", action: str = "show", at: datetime = NOW, *, is_excess: bool = False) -> Repetition:
    entry = Entry(
        at=at, kind=AuditKind.REFUSAL, person=person, channel="C0", action=action, outcome="UnknownRun", details={"right": "read"}
    )
    return refusal_of(entry, is_excess=is_excess)


async def counted(database: Database, *repetitions: Repetition) -> list[int]:
    async with database.write() as transaction:
        return [await transaction.repetitions.count(one) for one in repetitions]


async def test_the_same_is_counted_and_something_else_begins_anew(database: Database) -> None:
    later = NOW + timedelta(seconds=5)
    assert await counted(database, refusal(), refusal(at=later), refusal(action="why"), refusal("U0RAJ")) == [1, 2, 1, 1]
    assert await counted(database, refusal(is_excess=True), refusal(action="log", is_excess=True)) == [1, 2]
    async with database.read() as transaction:
        assert await transaction.repetitions.total(RepetitionKind.REFUSAL, "U0KIM", "C0") == 3
        assert await transaction.repetitions.total(RepetitionKind.EXCESS, "U0KIM", "C0") == 2
        assert await transaction.repetitions.total(RepetitionKind.REFUSAL, "U0KIM", "C1") == 0


async def test_a_window_that_is_over_is_taken_once_with_all_that_it_holds(database: Database) -> None:
    snooze = Repetition(kind=RepetitionKind.SNOOZE, person="U0KIM", channel="C0", began_at=NOW, last_at=NOW)
    await counted(database, refusal(), refusal(at=NOW + timedelta(minutes=9)), snooze)
    async with database.write() as transaction:
        assert await transaction.repetitions.take_ended(NOW + REFUSALS_WITHIN - timedelta(seconds=1)) == ()
        [taken] = await transaction.repetitions.take_ended(NOW + REFUSALS_WITHIN)
        assert await transaction.repetitions.take_ended(NOW + REFUSALS_WITHIN) == ()
        [put_off] = await transaction.repetitions.take_ended(NOW + SNOOZES_WITHIN)
    assert (taken.times, taken.began_at, taken.last_at) == (2, NOW, NOW + timedelta(minutes=9))
    assert taken.entry == refusal().entry
    assert (put_off.kind, put_off.entry) == (RepetitionKind.SNOOZE, None)


async def test_processes_that_count_and_take_at_once_lose_and_double_nothing(database: Database, replica: Database) -> None:
    await asyncio.gather(*(counted(one, refusal()) for one in (database, replica) * 5))

    async def take(one: Database) -> int:
        async with one.write() as transaction:
            return sum(taken.times for taken in await transaction.repetitions.take_ended(NOW + REFUSALS_WITHIN))

    assert sum(await asyncio.gather(*(take(one) for one in (database, replica) * 3))) == 10
