"""A real PostgreSQL for tests: one cluster a session, on a Unix socket only, and a database that is empty when a test begins.

PostgreSQL does not run as root, so root starts it as somebody else. Import the fixtures into a conftest to use them.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
from psycopg import sql

from bot.store.addresses import parse_address
from bot.store.schemas import upgrade
from bot.store.tables import metadata

NO_SKIP = os.environ.get("RUNBELL_TEST_NO_SKIP") == "1"
PROGRAMS = ("initdb", "postgres")
PORT = 5432
"""Only the socket's name holds it: nothing listens on a network."""
START_SECONDS = 20
SETTINGS = (
    "listen_addresses=",
    f"port={PORT}",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "max_connections=100",
    "autovacuum=off",
    "deadlock_timeout=100ms",
    "unix_socket_permissions=0777",
)
USERS = ("postgres", "nobody")


def programs() -> dict[str, str] | None:
    """Where PostgreSQL's programs are: on the PATH, or where Debian keeps them, the newest first; None where there are none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: folder.parent.name.zfill(4), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])
    found = {name: shutil.which(name, path=path) for name in PROGRAMS}
    return {name: str(Path(place).resolve()) for name, place in found.items() if place} if all(found.values()) else None


def somebody() -> dict[str, Any]:
    """What makes a child process somebody who is not root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam(next(name for name in USERS if name in known))
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@dataclass
class Cluster:
    """`folder` holds the data, the socket and the log."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        return f"postgresql://runbell@/{database}?host={self.folder}"

    def run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a new database without tables, which is gone afterwards whoever still uses it."""
        name = f"test_{next(self.numbers)}"
        self.run(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield self.url(name)
        finally:
            self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def empty_tables(url: str) -> None:
    """Ten times quicker than a new database; whoever still holds a lock there is cut off first."""
    tables = sql.SQL(", ").join(map(sql.Identifier, metadata.tables))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))


def missing() -> NoReturn:
    sentence = "PostgreSQL's programs (initdb, postgres) are not on this machine"
    if NO_SKIP:
        pytest.fail(sentence)
    pytest.skip(sentence)


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    with made_cluster() as cluster, serving(cluster):
        yield cluster


@contextmanager
def made_cluster() -> Iterator[Cluster]:
    """A cluster that does not run yet: `serving` starts it, as often as one likes."""
    found = programs() or missing()
    who = somebody()
    where = os.environ.get("PYTEST_DEBUG_TEMPROOT")  # in memory, see tests/conftest.py
    with tempfile.TemporaryDirectory(prefix="runbell-pg-", dir=where, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if who:
            os.chown(folder, who["user"], who["group"])
        made = subprocess.run(  # noqa: S603 - the machine's own programs
            [found["initdb"], "-D", folder / "data", "-U", "runbell", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
            **who,
        )
        assert made.returncode == 0, made.stderr
        yield Cluster(folder)


@contextmanager
def serving(cluster: Cluster, ending: signal.Signals = signal.SIGQUIT) -> Iterator[None]:
    """The server, until the block ends: SIGQUIT drops everything, SIGINT cuts its clients off and keeps what was committed."""
    folder = cluster.folder
    settings = [f"unix_socket_directories={folder}", *SETTINGS]
    program = (programs() or missing())["postgres"]
    command = [program, "-D", str(folder / "data"), *(word for setting in settings for word in ("-c", setting))]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(  # noqa: S603 - as above
            command, cwd=folder, env={"PATH": os.defpath, "LC_ALL": "C"}, stdout=log, stderr=log, **somebody()
        )
    try:
        wait_until_up(server, folder)
        yield
    finally:
        server.send_signal(ending)
        server.wait(timeout=START_SECONDS)


def wait_until_up(server: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(START_SECONDS * 50):
        try:
            psycopg.connect(Cluster(folder).url("postgres")).close()
        except psycopg.OperationalError:
            assert server.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text()}")


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_database(postgres_cluster: Cluster) -> Iterator[str]:
    with postgres_cluster.fresh() as url:
        upgrade(parse_address(url))
        yield url


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """A database with our tables, all of them empty."""
    empty_tables(postgres_database)
    return postgres_database


@pytest.fixture
def bare_postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """A database without any tables."""
    with postgres_cluster.fresh() as url:
        yield url
