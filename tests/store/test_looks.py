from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import insert

from bot.core.cadence import Look, Recipe
from bot.store.database import Database
from bot.store.tables import looks

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIVE = Look(organization="acme", recipe=Recipe.LIVE, next_at=NOON, watermark=NOON, failures=2, last_error="The server is down.")
NEW = Look(organization="acme", recipe=Recipe.NEW, supported=False)


async def test_a_look_is_kept_by_organization_and_recipe(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.looks.put(replace(LIVE, failures=1))
        await transaction.looks.put(NEW)
        await transaction.looks.put(LIVE)
    async with database.read() as transaction:
        assert await transaction.looks.all() == (LIVE, NEW)


async def test_a_recipe_of_another_release_is_passed_over(database: Database) -> None:
    async with database.write() as transaction:
        row = {"organization": "acme", "recipe": "tomorrow", "supported": True, "failures": 0, "last_error": ""}
        await transaction.looks.connection.execute(insert(looks), row)
        await transaction.looks.put(NEW)
        assert await transaction.looks.all() == (NEW,)
