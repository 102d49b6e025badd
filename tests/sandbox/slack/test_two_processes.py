"""Two Bolt processes on one app: each payload reaches exactly one of them, and when one is killed nothing comes twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting, eventually

ROOT = Path(__file__).parents[3]
START_SECONDS = 15.0
Line = tuple[int, str]


@asynccontextmanager
async def _process(slack: SlackServer, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    card = slack.card()
    arguments = ("-m", "tests.sandbox.slack.lamp_process", card["api"], card["bot_token"], card["app_token"], str(log))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(log.parent)}
    child = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


def _lines(log: Path) -> list[Line]:
    rows = [line.split(" ", 1) for line in log.read_text().splitlines()] if log.exists() else []
    return [(int(pid), what) for pid, what in rows]


def _connected(slack: SlackServer, count: int) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return slack.state.links.count == count

    return look


def _written(log: Path, what: str) -> Callable[[], Awaitable[list[int]]]:
    async def look() -> list[int]:
        return [pid for pid, line in _lines(log) if line == what]

    return look


@pytest.fixture
async def processes(slack: SlackServer, tmp_path: Path) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    async with AsyncExitStack() as stack:
        children = [await stack.enter_async_context(_process(slack, tmp_path / "log")) for _ in range(2)]
        await eventually(_connected(slack, 2), START_SECONDS)
        yield children


async def _traffic(ana: Acting, words: range) -> None:
    """A command and a message for each number, all at once."""
    commands = [ana.command(f"/tf {number}") for number in words]
    messages = [ana.post("message", channel="D0ANA", text=str(number)) for number in words]
    answers = await asyncio.gather(*commands, *messages)
    assert all(answer["ok"] for answer in answers), answers


async def test_each_payload_reaches_one_process_and_none_comes_twice_when_one_is_killed(
    slack: SlackServer, ana: Acting, tmp_path: Path, processes: list[asyncio.subprocess.Process]
) -> None:
    log = tmp_path / "log"
    slack.state.clock.speed = 10_000  # so that a retry, if there were one, would come at once
    await _traffic(ana, range(10))
    holding = asyncio.create_task(ana.command("/tf hold"))
    killed = (await eventually(_written(log, "command hold")))[0]
    os.kill(killed, signal.SIGKILL)
    await eventually(_connected(slack, 1))
    await _traffic(ana, range(10, 20))
    held = await holding
    await eventually(_written(log, "message 19"))

    lines = _lines(log)
    expected = [f"{kind} {number}" for kind in ("command", "message") for number in range(20)]
    assert sorted(what for _, what in lines) == sorted([*expected, "command hold"])
    assert {pid for pid, _ in lines[:20]} == {child.pid for child in processes}
    assert killed not in {pid for pid, what in lines if what in expected[10:20]}
    assert held == {"ok": False, "error": "operation_timeout"}
