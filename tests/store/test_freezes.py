from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.freezes import DeclaredFreeze, in_force
from bot.core.workspaces import Workspace
from bot.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SALE = DeclaredFreeze(pattern="*-prod", reason="sale now", by="U1", by_name="Ada", channel="C1", at=NOON, until=NOON + timedelta(hours=1))
LASTING = replace(SALE, pattern="dns", until=None)


async def add(database: Database, *freezes: DeclaredFreeze) -> tuple[DeclaredFreeze, ...]:
    async with database.write() as transaction:
        for freeze in freezes:
            await transaction.freezes.add(freeze)
        return await transaction.freezes.all()


async def test_a_freeze_comes_back_as_it_was_declared_with_a_number(database: Database) -> None:
    found = await add(database, SALE, LASTING)
    assert [replace(one, id=0) for one in found] == [SALE, LASTING]
    assert len({one.id for one in found} - {0}) == 2


async def test_those_that_are_removed_are_gone_once(database: Database) -> None:
    sale, lasting = await add(database, SALE, LASTING)
    async with database.write() as transaction:
        assert [await transaction.freezes.remove(some) for some in ([sale], [sale], [])] == [1, 0, 0]
        assert await transaction.freezes.all() == (lasting,)


async def test_what_is_over_is_forgotten_and_what_has_no_end_stays(database: Database) -> None:
    await add(database, SALE, LASTING)
    async with database.write() as transaction:
        await transaction.freezes.forget(NOON + timedelta(minutes=59))
        assert len(await transaction.freezes.all()) == 2
        await transaction.freezes.forget(NOON + timedelta(hours=1))
        assert [one.pattern for one in await transaction.freezes.all()] == ["dns"]


async def test_a_freeze_that_was_stored_holds_a_stored_workspace_in_other_capitals(database: Database) -> None:
    await add(
        database, replace(SALE, pattern="ACME/Storefront-*"), replace(LASTING, pattern="storefront-PROD"), replace(LASTING, pattern="dns")
    )
    workspace = Workspace(id="ws-1", name="Storefront-Prod", organization="acme", tags=frozenset({"Production"}))
    async with database.write() as transaction:
        await transaction.workspaces.put([workspace], NOON)
    async with database.read() as transaction:
        stored, declared = await transaction.workspaces.get("ws-1"), await transaction.freezes.all()
    assert stored == workspace
    assert [one.scope for one in in_force((), "", declared, stored, NOON)] == ["ACME/Storefront-*", "storefront-PROD"]
