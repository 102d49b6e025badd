"""A database that goes away and comes back: the socket to Slack is closed meanwhile, and everything goes on by itself."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from bot.store.schemas import migrate
from tests.postgres import made_cluster, serving
from tests.scenes.fleet import Fleet, open_fleet


@pytest.mark.postgres
async def test_a_replica_that_lost_its_database_leaves_slack_to_others_and_comes_back_by_itself(tmp_path: Path) -> None:
    with made_cluster() as cluster:
        async with open_fleet(tmp_path, cluster.url("postgres"), tables=False) as fleet:
            with serving(cluster, signal.SIGINT):
                await fleet.prepare()
                await fleet.start("one")
                await fleet.stage.types("U0ANA", "/tf watch storefront-*")
                await fleet.stage.expects("3 workspaces", person="U0ANA")
            await fleet.until("one", lambda troubles: troubles is not None and {"database", "socket"} <= troubles.keys())
            told = [entry for entry in fleet.events("one") if "closing the socket to Slack" in entry["event"]]
            assert {entry["level"] for entry in told} == {"error"}
            assert not (await fleet.stage.types("U0ANA", "/tf help"))["ok"]
            with serving(cluster, signal.SIGINT):
                await fleet.until_ready("one")
                await fleet.stage.start_outside("storefront-dev")
                await fleet.stage.expects("Decision needed", action="run.approve")
                assert fleet.is_up("one")
                await fleet.end()


async def ended(fleet: Fleet, name: str) -> str:
    """What a process that cannot serve says before it ends with status 1."""
    await fleet.launch(name)
    async with asyncio.timeout(30):
        assert await fleet.ships[name].child.wait() == 1
    return fleet.ships[name].log.read_text(encoding="utf-8")


@pytest.mark.postgres
async def test_a_release_serves_no_tables_of_another_one_and_says_what_to_do(tmp_path: Path, bare_postgres_url: str) -> None:
    async with open_fleet(tmp_path, bare_postgres_url, tables=False) as fleet:
        assert "holds no tables of mine yet. Run “runbell migrate” once" in await ended(fleet, "one")
        await migrate(bare_postgres_url)
        await stamp(bare_postgres_url, "0001")
        assert "are of an older release. Run “runbell migrate” once" in await ended(fleet, "one")
        await stamp(bare_postgres_url, "9999")
        assert "are of a newer release than this one" in await ended(fleet, "one")


async def stamp(url: str, revision: str) -> None:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("UPDATE alembic_version SET version_num = %s", (revision,))


async def test_a_file_serves_one_process_and_outlives_its_sudden_death(tmp_path: Path) -> None:
    async with open_fleet(tmp_path, f"sqlite:///{tmp_path / 'runbell.db'}") as fleet:
        await fleet.start("one")
        assert "SQLite serves one process" in await ended(fleet, "two")
        await fleet.stage.types("U0ANA", "/tf watch storefront-*")
        await fleet.stage.expects("3 workspaces", person="U0ANA")
        await fleet.kill("one")
        with closing(sqlite3.connect(tmp_path / "runbell.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        await fleet.start("one")
        await fleet.stage.start_outside("storefront-dev")
        await fleet.stage.expects("Decision needed", action="run.approve")
