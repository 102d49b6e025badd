"""Processes are killed and faults are pulled while runs are on their way; afterwards every channel shows the truth, once.

CHAOS_RUNS, CHAOS_KILLS, CHAOS_SEED and CHAOS_SPEED say how much of it, and how fast; `make bench-faults` asks for more.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.scenes.chaos import Chaos
from tests.scenes.fleet import open_fleet

RUNS = int(os.environ.get("CHAOS_RUNS", "60"))
KILLS = int(os.environ.get("CHAOS_KILLS", "15"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
SPEED = float(os.environ.get("CHAOS_SPEED", "20"))

pytestmark = pytest.mark.timeout(int(os.environ.get("FAULTS_TIMEOUT", "240")))


async def play(folder: Path, url: str, *names: str) -> list[str]:
    async with open_fleet(folder, url, speed=SPEED) as fleet:
        chaos = Chaos(fleet, names, RUNS, KILLS, SEED)
        await chaos.play()
        return await chaos.faults_found()


async def test_one_process_on_a_file_tells_everything_once_however_often_it_is_killed(tmp_path: Path) -> None:
    assert await play(tmp_path, f"sqlite:///{tmp_path / 'runbell.db'}", "one") == []


@pytest.mark.postgres
async def test_three_processes_tell_everything_once_however_often_they_are_killed(tmp_path: Path, bare_postgres_url: str) -> None:
    assert await play(tmp_path, bare_postgres_url, "one", "two", "three") == []
