from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.workspaces import Workspace
from bot.store.database import Database, Transaction

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
SHOP = Workspace(
    id="ws-1",
    name="shop-prod",
    organization="acme",
    project_id="prj-1",
    tags=frozenset({"web", "prod"}),
    auto_apply=True,
    allow_destroy_plan=False,
    locked=True,
    execution_mode="agent",
    current_run_id="run-1",
)


async def put(database: Database, *workspaces: Workspace, seen_at: datetime = NOON) -> None:
    async with database.write() as transaction:
        await transaction.workspaces.put(workspaces, seen_at)


async def test_a_workspace_comes_back_as_it_was_put(database: Database) -> None:
    await put(database, SHOP)
    async with database.read() as transaction:
        assert await transaction.workspaces.get("ws-1") == SHOP
        assert await transaction.workspaces.named("acme", "shop-prod") == SHOP
        assert await transaction.workspaces.get("ws-2") is None
        assert await transaction.workspaces.named("acme", "shop") is None


async def test_a_look_refreshes_what_has_changed(database: Database) -> None:
    await put(database, SHOP)
    unlocked = replace(SHOP, locked=False, current_run_id=None)
    await put(database, unlocked, seen_at=LATER)
    async with database.read() as transaction:
        assert await transaction.workspaces.all() == (unlocked,)


async def test_an_older_look_refreshes_nothing(database: Database) -> None:
    await put(database, SHOP, seen_at=LATER)
    await put(database, replace(SHOP, current_run_id="run-0"))
    async with database.read() as transaction:
        assert await transaction.workspaces.get("ws-1") == SHOP


async def test_only_rows_that_changed_are_written(database: Database) -> None:
    await put(database, SHOP, replace(SHOP, id="ws-2", name="shop-dev"))
    async with database.write() as transaction:
        before = await rows_written(transaction)
        await transaction.workspaces.put([SHOP, replace(SHOP, id="ws-2", name="shop-dev")], LATER)
        assert await rows_written(transaction) == before
        await transaction.workspaces.put([SHOP, replace(SHOP, id="ws-2", name="shop-dev", locked=False)], LATER)
        assert await rows_written(transaction) == before + 1


async def rows_written(transaction: Transaction) -> int:
    """How many rows the transaction has written so far, as its database counts them."""
    connection = transaction.workspaces.connection
    if connection.dialect.name == "sqlite":
        return int((await connection.exec_driver_sql("SELECT total_changes()")).scalar_one())
    query = "SELECT n_tup_ins + n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'workspaces'"
    return int((await connection.exec_driver_sql(query)).scalar_one())


async def test_a_workspace_is_first_seen_anew_when_it_is_renamed(database: Database) -> None:
    await put(database, SHOP)
    await put(database, replace(SHOP, locked=False), seen_at=LATER)
    async with database.read() as transaction:
        assert await transaction.workspaces.first_seen(["ws-1", "ws-2"]) == {"ws-1": NOON}
    await put(database, replace(SHOP, name="payments-prod"), seen_at=LATER)
    async with database.read() as transaction:
        assert await transaction.workspaces.first_seen(["ws-1"]) == {"ws-1": LATER}


async def test_of_two_that_bear_one_name_the_one_seen_last_is_meant(database: Database) -> None:
    await put(database, SHOP)
    await put(database, replace(SHOP, id="ws-0"), seen_at=LATER)
    async with database.read() as transaction:
        found = await transaction.workspaces.named("acme", "shop-prod")
    assert found is not None
    assert found.id == "ws-0"


async def test_all_workspaces_come_by_organization_and_name_in_both_databases(database: Database) -> None:
    names = [("b", "a"), ("a", "B"), ("a", "a"), ("a", "_"), ("a", "ä")]
    await put(database, *(replace(SHOP, id=f"ws-{number}", organization=org, name=name) for number, (org, name) in enumerate(names)))
    async with database.read() as transaction:
        found = await transaction.workspaces.all()
    assert [(one.organization, one.name) for one in found] == [("a", "B"), ("a", "_"), ("a", "a"), ("a", "ä"), ("b", "a")]


async def test_a_whole_organization_is_put_at_once_and_some_are_forgotten(database: Database) -> None:
    await put(database, *(replace(SHOP, id=f"ws-{number}") for number in range(1200)))
    async with database.write() as transaction:
        await transaction.workspaces.forget([f"ws-{number}" for number in range(1199)])
    async with database.read() as transaction:
        assert [one.id for one in await transaction.workspaces.all()] == ["ws-1199"]


async def test_those_of_an_organization_are_counted_and_listed_a_portion_at_a_time(database: Database) -> None:
    many = [replace(SHOP, id=f"ws-{number}", name=f"shop-{number}") for number in range(5)]
    await put(database, *many, replace(SHOP, id="ws-9", organization="globex"))
    async with database.read() as transaction:
        assert await transaction.workspaces.count("acme") == 5
        assert await transaction.workspaces.ids("acme", most=3) == ("ws-0", "ws-1", "ws-2")
        assert await transaction.workspaces.ids("acme", "ws-2") == ("ws-3", "ws-4")
        assert await transaction.workspaces.ids("nobody") == ()
        found = await transaction.workspaces.many(["ws-4", "ws-9", "ws-unheard-of"])
        assert {key: one.organization for key, one in found.items()} == {"ws-4": "acme", "ws-9": "globex"}


async def test_those_that_bear_a_name_are_found_in_any_capitals_and_no_others(database: Database) -> None:
    names = (
        ("1", "acme", "Shop_Prod"),
        ("2", "acme", "shop_prod"),
        ("3", "Umbrella", "SHOP_PROD"),
        ("4", "acme", "shopXprod"),
        ("5", "acme", "%"),
    )
    found = [replace(SHOP, id=row, organization=organization, name=name) for row, organization, name in names]
    await put(database, *found)
    async with database.read() as transaction:
        assert await transaction.workspaces.alike("SHOP_prod") == (found[2], found[0], found[1])
        assert await transaction.workspaces.alike("%") == (found[4],)
        assert [await transaction.workspaces.alike(name) for name in ("shop", "", "\\", "*")] == [()] * 4
