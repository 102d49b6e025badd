from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, column, insert, inspect, table, text

from bot.store import schemas
from bot.store.addresses import parse_address
from bot.store.columns import Moment
from bot.store.database import open_database
from bot.store.engines import blocking_engine
from bot.store.locks import locked_file
from bot.store.migrations.running import configuration
from bot.store.refusals import DatabaseInUse, DatabaseRefused, DatabaseUnreachable, ForeignTables, SchemaMissing, SchemaNewer, SchemaOld
from bot.store.schemas import SchemaState, migrate, schema_state
from bot.store.tables import REVISION, metadata


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    with blocking_engine(parse_address(url)).begin() as connection:
        yield connection


def run(url: str, statement: str) -> None:
    with connected(url) as connection:
        connection.execute(text(statement))


async def test_the_revisions_make_exactly_the_tables(bare_url: str) -> None:
    await migrate(bare_url)
    with connected(bare_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_revision_is_the_one_the_tables_name() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [REVISION]


async def test_migrating_brings_an_empty_database_up_and_then_does_nothing(bare_url: str) -> None:
    assert await schema_state(bare_url) is SchemaState.EMPTY
    await migrate(bare_url)
    assert await schema_state(bare_url) is SchemaState.CURRENT
    run(bare_url, "INSERT INTO seen VALUES ('a', '2026-01-01 00:00:00')")
    await migrate(bare_url)
    with connected(bare_url) as connection:
        assert connection.execute(text("SELECT count(*) FROM seen")).scalar_one() == 1


OLD_RUNS = table(
    "runs", *map(column, ("id", "workspace_id", "status", "is_final", "version")), column("asked_at", Moment()), column("snapshot", JSON())
)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_runs_of_the_release_before_are_found_by_their_configuration(bare_url: str) -> None:
    with connected(bare_url) as connection:
        upgrade_to(connection, "0007")
        for number, version in enumerate(({"configuration_version_id": "cv-1"}, {"configuration_version_id": None}, {})):
            facts = {"id": f"run-{number}", "workspace_id": "ws-1", "status": "applied", "is_final": True, "version": 1}
            connection.execute(insert(OLD_RUNS).values(**facts, asked_at=NOON, snapshot=version))
    with connected(bare_url) as connection:
        upgrade_to(connection, "head")
        found = connection.execute(text("SELECT configuration_version_id FROM runs ORDER BY id")).scalars().all()
    assert found == ["cv-1", None, None]


def upgrade_to(connection: Connection, revision: str) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_looking_at_a_file_that_is_not_there_does_not_make_it(tmp_path: Path) -> None:
    assert schemas.look(parse_address(f"sqlite:///{tmp_path}/runbell.db")) is SchemaState.EMPTY
    assert list(tmp_path.iterdir()) == []


async def test_tables_of_an_older_release_are_told(bare_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrate(bare_url)
    monkeypatch.setattr(schemas, "REVISION", "of tomorrow")
    assert await schema_state(bare_url) is SchemaState.OLD
    assert isinstance(schemas.refusal(SchemaState.OLD, parse_address(bare_url)), SchemaOld)


async def test_tables_of_a_newer_release_are_refused(bare_url: str) -> None:
    await migrate(bare_url)
    run(bare_url, "UPDATE alembic_version SET version_num = 'of tomorrow'")
    assert await schema_state(bare_url) is SchemaState.NEWER
    with pytest.raises(SchemaNewer, match="of a newer release"):
        await migrate(bare_url)
    with pytest.raises(SchemaNewer):
        async with open_database(bare_url):
            pass


async def test_a_database_whose_migration_was_never_noted_is_empty(bare_url: str) -> None:
    run(bare_url, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    assert await schema_state(bare_url) is SchemaState.EMPTY
    await migrate(bare_url)
    assert await schema_state(bare_url) is SchemaState.CURRENT


@pytest.mark.postgres
async def test_a_server_without_our_tables_is_refused_until_it_is_migrated(bare_postgres_url: str) -> None:
    with pytest.raises(SchemaMissing, match="runbell migrate"):
        async with open_database(bare_postgres_url):
            pass
    await migrate(bare_postgres_url)
    async with open_database(bare_postgres_url) as database:
        assert database.connections_in_use == 0


@pytest.mark.postgres
async def test_a_server_with_older_tables_is_refused(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "REVISION", "of tomorrow")
    with pytest.raises(SchemaOld, match="runbell migrate"):
        async with open_database(postgres_url):
            pass


async def test_tables_that_are_not_ours_are_left_alone(bare_url: str) -> None:
    run(bare_url, "CREATE TABLE runs (kilometres integer)")
    with pytest.raises(ForeignTables, match="runs"):
        await migrate(bare_url)
    with connected(bare_url) as connection:
        assert inspect(connection).get_table_names() == ["runs"]


async def test_a_migration_that_fails_leaves_nothing_behind(bare_url: str) -> None:
    run(bare_url, "CREATE TABLE ix_runs_is_final_asked_at (in_the_way integer)")
    with pytest.raises(DatabaseRefused, match="ix_runs_is_final_asked_at"):
        await migrate(bare_url)
    assert await schema_state(bare_url) is SchemaState.EMPTY
    with connected(bare_url) as connection:
        assert inspect(connection).get_table_names() == ["ix_runs_is_final_asked_at"]


@pytest.mark.postgres
async def test_migrations_at_the_same_time_come_one_after_the_other(bare_postgres_url: str) -> None:
    await asyncio.gather(*(migrate(bare_postgres_url) for _ in range(3)))
    assert await schema_state(bare_postgres_url) is SchemaState.CURRENT


ONE_START = """
import asyncio, sys
from bot.store.database import open_database
async def main():
    async with open_database(sys.argv[1]):
        print(*(name for name in sys.modules if name.startswith("alembic")))
asyncio.run(main())
"""


async def test_a_start_with_tables_that_are_current_does_not_load_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runbell.db"
    await migrate(url)
    start = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ONE_START, url, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    said, _ = await start.communicate()
    assert (start.returncode, said) == (0, b"\n")


async def test_a_file_in_use_is_not_migrated(tmp_path: Path) -> None:
    with locked_file(tmp_path / "runbell.db"), pytest.raises(DatabaseInUse, match="Another Runbell process"):
        await migrate(f"sqlite:///{tmp_path}/runbell.db")


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "runbell.db").write_text("Dear diary, " * 100)
    with pytest.raises(DatabaseUnreachable, match="not a database"):
        await schema_state(f"sqlite:///{tmp_path}/runbell.db")
    with pytest.raises(DatabaseUnreachable, match="not a database"):
        async with open_database(f"sqlite:///{tmp_path}/runbell.db"):
            pass
