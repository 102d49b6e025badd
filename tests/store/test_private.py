"""SQLite's files are for one user alone, whatever the umask was and whoever made them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.store.database import open_database
from bot.store.private import tighten


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0o000)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {path.name: f"{stat.S_IMODE(path.stat().st_mode):04o}" for path in folder.rglob("*")}


async def test_what_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    async with open_database(f"sqlite:///{tmp_path / 'inner' / 'runbell.db'}") as database:
        async with database.write() as transaction:
            await transaction.leases.free_all_but("")
        found = modes(tmp_path)
    assert found.pop("inner") == "0700"
    assert set(found) >= {"runbell.db", "runbell.db-wal", "runbell.db-shm", "runbell.db.lock"}
    assert set(found.values()) == {"0600"}


def open_to_others(folder: Path) -> None:
    (folder / "other.txt").touch()
    for path in folder.iterdir():
        path.chmod(0o664)


async def test_what_is_there_and_open_to_others_is_tightened_and_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'runbell.db'}"
    async with open_database(url):
        pass
    open_to_others(tmp_path)
    with capture_logs() as logs:
        async with open_database(url):
            found = modes(tmp_path)
    assert found.pop("other.txt") == "0664"
    assert set(found.values()) == {"0600"}
    told = [log for log in logs if log["event"] == "file_tightened"]
    assert {Path(log["path"]).name for log in told} >= {"runbell.db", "runbell.db.lock"}
    assert {(log["before"], log["now"]) for log in told} == {("0664", "0600")}
    with capture_logs() as logs:
        async with open_database(url):
            pass
    assert [log for log in logs if log["event"] == "file_tightened"] == []


def test_what_cannot_be_looked_at_is_told_and_a_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "folder"
    folder.mkdir(0o755)
    with capture_logs() as logs:
        tighten(tmp_path / "file" / "runbell.db")
        tighten(folder)
    assert [(log["event"], log["error"]) for log in logs] == [("file_open_to_others", "Not a directory")]
    assert modes(tmp_path)["folder"] == "0755"


def test_every_command_makes_files_for_its_owner_alone(tmp_path: Path) -> None:
    """A process of its own, since the umask is one of the process."""
    script = "import os; from click.testing import CliRunner; from bot.cli import cli; "
    script += "CliRunner().invoke(cli, ['migrate']); open('made.txt', 'w').close(); os.mkdir('made')"
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite:///{tmp_path / 'runbell.db'}", "PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, timeout=60, check=True)  # noqa: S603 - our own words
    found = modes(tmp_path)
    assert found.pop("made") == "0700"
    assert {"runbell.db", "made.txt"} <= set(found)
    assert set(found.values()) == {"0600"}
