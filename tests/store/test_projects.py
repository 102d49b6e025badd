"""What projects are called, on both databases: the newest look is all there is."""

from __future__ import annotations

from bot.core.servers import Project
from bot.store.database import Database


async def put(database: Database, organization: str, **names: str) -> None:
    async with database.write() as transaction:
        await transaction.projects.put(organization, [Project(id=f"prj-{key}", name=name) for key, name in names.items()])


async def test_names_are_those_of_the_newest_look_and_other_organizations_keep_theirs(database: Database, replica: Database) -> None:
    await put(database, "acme", web="Web Shop", data="“Käse”")
    await put(database, "globex", dns="dns")
    await put(database, "acme", web="Shop", new="new")
    async with replica.read() as transaction:
        assert await transaction.projects.of("acme") == {"prj-web": "Shop", "prj-new": "new"}
        assert await transaction.projects.names(["prj-web", "prj-dns", "prj-data"]) == {"prj-web": "Shop", "prj-dns": "dns"}
        assert await transaction.projects.names([]) == {}
    await put(database, "acme")
    async with replica.read() as transaction:
        assert [await transaction.projects.of(one) for one in ("acme", "globex")] == [{}, {"prj-dns": "dns"}]


async def test_more_than_a_statement_holds_are_known_and_forgotten(database: Database) -> None:
    many = {f"n{number}": f"project {number}" for number in range(1100)}
    await put(database, "acme", **many)
    async with database.read() as transaction:
        assert len(await transaction.projects.names(f"prj-{key}" for key in many)) == 1100
    await put(database, "acme", n7="seven")
    async with database.read() as transaction:
        assert await transaction.projects.of("acme") == {"prj-n7": "seven"}
