"""Processes are interrupted, killed and never left behind, with any program in terraform's place."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from bot.sandbox.terraform.processes import Processes, bare_environment

if TYPE_CHECKING:
    from pathlib import Path

CHILD = "import subprocess, sys; subprocess.Popen(['sleep', '60']); print('left a child', flush=True)"
PATIENT = "import time; print('at work', flush=True); time.sleep(60)"


class Kept:
    """What a process wrote."""

    def __init__(self) -> None:
        self.text = ""

    def __call__(self, chunk: bytes) -> None:
        self.text += chunk.decode()


async def run(code: str, tmp_path: Path, kept: Kept, interrupted: asyncio.Event | None = None, grace_seconds: float = 0.2) -> int:
    return await Processes(grace_seconds=grace_seconds).run(
        [sys.executable, "-c", code],
        folder=tmp_path,
        environment=bare_environment(tmp_path),
        output=kept,
        interrupted=interrupted or asyncio.Event(),
        killed=asyncio.Event(),
    )


async def test_output_of_both_kinds_and_the_status_come_back(tmp_path: Path) -> None:
    kept = Kept()
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"
    assert await run(code, tmp_path, kept) == 3
    assert kept.text == "out\nerr\n"


async def test_an_interrupted_process_ends_soon(tmp_path: Path) -> None:
    kept, interrupted = Kept(), asyncio.Event()
    running = asyncio.create_task(run(PATIENT, tmp_path, kept, interrupted, grace_seconds=30))
    while "at work" not in kept.text:
        await asyncio.sleep(0.01)
    interrupted.set()
    await running
    assert "KeyboardInterrupt" in kept.text


async def test_a_child_that_holds_the_output_does_not_hold_us(tmp_path: Path) -> None:
    kept, began = Kept(), time.monotonic()
    assert await run(CHILD, tmp_path, kept) == 0
    assert kept.text == "left a child\n"
    assert time.monotonic() - began < 5


async def test_a_killed_process_ends_before_its_grace_time(tmp_path: Path) -> None:
    kept, interrupted, killed = Kept(), asyncio.Event(), asyncio.Event()
    interrupted.set()
    killed.set()
    began = time.monotonic()
    status = await Processes(grace_seconds=60).run(
        [sys.executable, "-c", PATIENT],
        folder=tmp_path,
        environment=bare_environment(tmp_path),
        output=kept,
        interrupted=interrupted,
        killed=killed,
    )
    assert status < 0
    assert time.monotonic() - began < 5


async def test_closing_ends_what_still_runs(tmp_path: Path) -> None:
    processes, kept, never = Processes(grace_seconds=60), Kept(), asyncio.Event()
    command = [sys.executable, "-c", PATIENT]
    work = processes.run(
        command, folder=tmp_path, environment=bare_environment(tmp_path), output=kept, interrupted=never, killed=asyncio.Event()
    )
    running = asyncio.create_task(work)
    while "at work" not in kept.text:
        await asyncio.sleep(0.01)
    await processes.close()
    assert await running == -9


def test_the_environment_has_a_home_of_its_own_and_nothing_else_of_ours(tmp_path: Path) -> None:
    names = set(bare_environment(tmp_path))
    assert names == {"PATH", "HOME", "TMPDIR", "TF_CLI_CONFIG_FILE", "CHECKPOINT_DISABLE", "TF_IN_AUTOMATION", "TF_INPUT"}
