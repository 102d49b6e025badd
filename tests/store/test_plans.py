from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.plans import PlanFacts
from bot.store.database import Database

PLANNING = PlanFacts(plan_id="plan-1", status_word="running")
FINISHED = PlanFacts(
    plan_id="plan-1",
    status_word="finished",
    additions=3,
    changes=0,
    destructions=1,
    imports=None,
    has_changes=True,
    finished_at=datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC),
)


async def put(database: Database, plan: PlanFacts) -> None:
    async with database.write() as transaction:
        await transaction.plans.put(plan)


async def test_a_plan_is_read_until_it_has_finished(database: Database) -> None:
    await put(database, PLANNING)
    await put(database, FINISHED)
    async with database.read() as transaction:
        assert await transaction.plans.get("plan-1") == FINISHED
        assert await transaction.plans.get("plan-2") is None


async def test_a_finished_plan_never_changes(database: Database) -> None:
    await put(database, FINISHED)
    await put(database, replace(FINISHED, additions=99))
    await put(database, PLANNING)
    async with database.read() as transaction:
        assert await transaction.plans.many(["plan-1", "plan-2"]) == {"plan-1": FINISHED}


async def test_how_a_plan_compares_is_noted_beside_it(database: Database) -> None:
    await put(database, FINISHED)
    async with database.write() as transaction:
        assert await transaction.plans.comparison("plan-1") is None
        await transaction.plans.compared("plan-1", {"also": {"destroy": 2}})
        await transaction.plans.compared("plan-2", {})
    await put(database, replace(FINISHED, additions=99))
    async with database.read() as transaction:
        assert await transaction.plans.comparison("plan-1") == {"also": {"destroy": 2}}
        assert await transaction.plans.comparison("plan-2") is None
