"""The processes that are compared: how they are started, how long that takes, how much memory they hold, and how they are ended."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any

import aiohttp

ROOT = Path(__file__).parent.parent.parent
START_MOST = 20.0
STOP_MOST = 3.0


@dataclass(frozen=True, slots=True)
class Running:
    """`url` takes Slack's requests; `started_in` is seconds from the start of the process until it is ready for them.

    `database` and `health` are the bot's alone: its file, and the port of /metrics.
    """

    url: str
    started_in: float
    pid: int
    database: Path = Path()
    health: int = 0

    async def memory(self) -> float:
        """Resident memory in MB."""
        asked = await asyncio.create_subprocess_exec("ps", "-o", "rss=", "-p", str(self.pid), stdout=PIPE)
        said, _ = await asked.communicate()
        return int(said) / 1024


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def process(
    *arguments: str, folder: Path, environment: Mapping[str, str], stdout: int = DEVNULL, goodbye: Signals = Signals.SIGKILL
) -> AsyncIterator[Process]:
    """A Python process with these arguments and nothing but this environment, until the block ends.

    It is killed, since a graceful stop would wait for commands that nobody wants answered any more, unless `goodbye` is milder.
    """
    usual = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    with (folder / "errors.txt").open("a") as errors:
        started = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=folder, env={**usual, **environment}, stdout=stdout, stderr=errors
        )
    try:
        yield started
    except RuntimeError as error:
        error.add_note((folder / "errors.txt").read_text()[-2000:])
        raise
    finally:
        if started.returncode is None:
            started.send_signal(goodbye)
            try:
                await asyncio.wait_for(started.wait(), STOP_MOST)
            except TimeoutError:
                started.kill()
                await started.wait()


@asynccontextmanager
async def sandbox(folder: Path, *options: str) -> AsyncIterator[dict[str, Any]]:
    """A Slack and a Runs API to talk to; the card of their addresses and tokens."""
    arguments = ("-m", "bot", "sandbox", "--json", "--port", "0", "--engine", "scripted", *options)
    async with process(*arguments, folder=folder, environment={}, stdout=PIPE, goodbye=Signals.SIGTERM) as started:
        if started.stdout is None:
            raise RuntimeError("the sandbox has no output")
        line = await asyncio.wait_for(started.stdout.readline(), START_MOST)
        yield json.loads(line)


@asynccontextmanager
async def runbell(card: Mapping[str, Any], folder: Path, **settings: str) -> AsyncIterator[Running]:
    """`runbell serve` over signed HTTP, with a database of its own."""
    port, health = free_port(), free_port()
    environment = slack_settings(card) | {
        "TFE_ADDRESS": card["terraform"]["address"],
        "TFE_TOKEN": card["terraform"]["token"],
        "TF_CLOUD_ORGANIZATION": card["terraform"]["organization"],
        "DATABASE_URL": f"sqlite:///{folder / f'bench-{port}.db'}",
        "RUNBELL_HTTP_PORT": str(port),
        "RUNBELL_HEALTH_PORT": str(health),
        "RUNBELL_LOG_LEVEL": "error",
        **settings,
    }
    began = time.perf_counter()
    async with process("-m", "bot", "serve", folder=folder, environment=environment) as started:
        await answering(f"http://127.0.0.1:{health}/readyz", started)
        started_in = time.perf_counter() - began
        yield Running(f"http://127.0.0.1:{port}/slack/events", started_in, started.pid, folder / f"bench-{port}.db", health)


@asynccontextmanager
async def bare_app(card: Mapping[str, Any], folder: Path) -> AsyncIterator[Running]:
    port = free_port()
    began = time.perf_counter()
    async with process("-m", "tests.benchmarks.bare", str(port), folder=folder, environment=slack_settings(card)) as started:
        await answering(f"http://127.0.0.1:{port}/", started)
        yield Running(f"http://127.0.0.1:{port}/slack/events", time.perf_counter() - began, started.pid)


def slack_settings(card: Mapping[str, Any]) -> dict[str, str]:
    slack = card["slack"]
    return {"SLACK_BOT_TOKEN": slack["bot_token"], "SLACK_SIGNING_SECRET": slack["signing_secret"], "SLACK_API_URL": slack["api"]}


async def answering(url: str, started: Process) -> None:
    """Wait until the address answers with anything but a trouble of the server."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(START_MOST):
        while started.returncode is None:
            try:
                async with session.get(url) as answer:
                    if answer.status < 500:  # a bare app has no page at all, and says so with 404
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.01)
    raise RuntimeError(f"the process ended with status {started.returncode} before {url} answered")
