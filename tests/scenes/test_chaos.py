"""Processes are killed and faults are pulled while runs are on their way; afterwards every channel shows the truth, once.

CHAOS_RUNS, CHAOS_KILLS, CHAOS_SEED and CHAOS_SPEED say how much of it, and how fast at most; `make bench-faults` asks for more.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.scenes.aftermath import aftermath_of
from tests.scenes.chaos import MADE_UP, Chaos
from tests.scenes.fleet import open_fleet
from tests.scenes.nursery import nursery

RUNS = int(os.environ.get("CHAOS_RUNS", "60"))
KILLS = int(os.environ["CHAOS_KILLS"])
SEED = int(os.environ.get("CHAOS_SEED", "1"))
SPEED = float(os.environ.get("CHAOS_SPEED", "20"))

pytestmark = pytest.mark.timeout(int(os.environ.get("FAULTS_TIMEOUT", "600")))


async def play(folder: Path, url: str, *names: str) -> list[str]:
    speed = nursery().speed(SPEED)
    async with open_fleet(folder, url, "--workspaces", str(MADE_UP), speed=speed) as fleet:
        chaos = Chaos(fleet, names, RUNS, KILLS, SEED)
        await chaos.play()
        wrongs = list((await aftermath_of(chaos)).wrongs())
        chaos.note(f"judged, at {speed:.1f} times the usual pace")
        return wrongs


async def test_one_process_on_a_file_tells_everything_once_however_often_it_is_killed(tmp_path: Path) -> None:
    assert await play(tmp_path, f"sqlite:///{tmp_path / 'runbell.db'}", "one") == []


@pytest.mark.postgres
async def test_three_processes_tell_everything_once_however_often_they_are_killed(tmp_path: Path, bare_postgres_url: str) -> None:
    assert await play(tmp_path, bare_postgres_url, "one", "two", "three") == []
