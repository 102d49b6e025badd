from __future__ import annotations

from decimal import Decimal

from sqlalchemy import insert

from bot.core.details import Check, Details, Failure, Said, Source
from bot.store.database import Database
from bot.store.tables import details

CHECK = Check(source=Source.POLICIES, said=Said.ADVISED, word="passed", number=4, failed=1)
FAILURE = Failure(summary="Invalid index", detail="…", file="main.tf", line=7, address="null_resource.a")
FOUND = Details(mark="errored", cost=Decimal("-12.50"), checks=(CHECK,), failures=(FAILURE,))


async def test_what_was_read_of_a_run_is_kept_until_it_is_read_again(database: Database) -> None:
    async with database.write() as transaction:
        assert await transaction.details.get("run-1") is None
        await transaction.details.put("run-1", Details(mark="cost-estimated"))
        await transaction.details.put("run-1", FOUND)
    async with database.read() as transaction:
        assert await transaction.details.get("run-1") == FOUND


async def test_what_another_release_has_written_is_read_afresh(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.details.connection.execute(insert(details).values(run_id="run-1", mark="errored", body='{"costs": 3}'))
        assert await transaction.details.get("run-1") is None
