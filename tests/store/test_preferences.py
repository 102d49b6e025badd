from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.decisions import Deed, Intent, IntentState
from bot.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def ask(database: Database, person: str, *, wanted: bool, at: datetime = NOON) -> None:
    async with database.write() as transaction:
        await transaction.preferences.hear_of_own(person, at, wanted=wanted)


async def test_nobody_hears_of_their_own_runs_who_has_not_asked_for_it(database: Database) -> None:
    async with database.read() as transaction:
        assert not await transaction.preferences.any_hears()
        assert not await transaction.preferences.hears_of_own("U0ANA")
        assert await transaction.preferences.hearing_of_own([]) == frozenset()


async def test_the_last_word_counts(database: Database) -> None:
    await ask(database, "U0ANA", wanted=True)
    await ask(database, "U0KIM", wanted=True)
    await ask(database, "U0KIM", wanted=False, at=NOON + timedelta(hours=1))
    async with database.read() as transaction:
        assert await transaction.preferences.hears_of_own("U0ANA")
        assert await transaction.preferences.any_hears()
        assert await transaction.preferences.hearing_of_own(["U0RAJ", "U0KIM", "U0ANA", "U0ANA"]) == {"U0ANA"}


def intent(number: int, person: str, *, deed: Deed = Deed.CREATE, run_id: str | None = "") -> Intent:
    return Intent(
        id=f"rb-{number}",
        deed=deed,
        state=IntentState.SETTLED,
        run_id=f"run-{number}" if run_id == "" else run_id,
        workspace_id="ws-1",
        person=person,
        person_name=person,
        channel="C0DEPLOYS",
        created_at=NOON + timedelta(minutes=number),
        payload={},
    )


async def test_the_runs_that_somebody_asked_for_come_newest_first(database: Database) -> None:
    async with database.write() as transaction:
        for one in (intent(1, "U0ANA"), intent(2, "U0KIM"), intent(3, "U0ANA"), intent(4, "U0ANA", run_id=None)):
            await transaction.intents.add(one)
        await transaction.intents.add(intent(5, "U0ANA", deed=Deed.APPLY))
    async with database.read() as transaction:
        assert [one.run_id for one in await transaction.intents.started_by("U0ANA")] == ["run-3", "run-1"]
        assert [one.run_id for one in await transaction.intents.started_by("U0ANA", most=1)] == ["run-3"]
