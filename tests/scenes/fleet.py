"""Several processes of the bot on one database: started, killed and watched from outside."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bot.demos import child_environment
from tests.scenes.applies import Bot
from tests.scenes.nursery import nursery
from tests.scenes.stage import NothingSeen, Process, Stage, open_stage

READY_WITHIN = 60.0
RULES = """\
[[rights]]
may = ["read"]
members = true

[[rights]]
may = ["start", "decide", "admin"]
people = ["U0ANA", "U0KIM"]
"""
POSTGRES = "postgresql"


@dataclass
class Fleet:
    """`ships` are the processes by a name that outlives them; each life of one has a log of its own.

    The bots run `speed` times as fast, and what the server's clock is about `server_speed` times.
    """

    stage: Stage
    url: str
    speed: float = 20.0
    server_speed: float = 20.0
    lives: int = 0
    ships: dict[str, Process] = field(default_factory=dict)

    async def start(self, *names: str) -> None:
        """Start processes, and wait until each is ready."""
        for name in names:
            await self.launch(name)
        await asyncio.gather(*(self.until_ready(name) for name in names))

    async def launch(self, name: str) -> None:
        self.lives += 1
        self.ships[name] = await self.command(f"{name}-{self.lives:04d}.log", "serve")

    async def command(self, log_name: str, *words: str) -> Process:
        """`runbell` with these words, in the environment of the fleet."""
        environment = child_environment(self.stage.card, self.stage.folder, 0)
        environment |= {
            "DATABASE_URL": self.url,
            "RUNBELL_TEST_SPEED": str(self.speed),
            "RUNBELL_TEST_SERVER_SPEED": str(self.server_speed),
            "RUNBELL_LOG_FORMAT": "json",
            **self.stage.settings,
        }
        self.stage.bots.add(Bot.of(environment))
        log = self.stage.folder / log_name
        log.touch()
        return Process(await nursery().bear(words, environment, self.stage.folder, log), log)

    async def prepare(self) -> None:
        """What an operator does once on PostgreSQL: the tables, and the rules."""
        for words in (("migrate",), ("policy", "activate")):
            process = await self.command("-".join(words) + ".log", *words)
            assert await process.child.wait() == 0, process.log.read_text(encoding="utf-8")

    def is_up(self, name: str) -> bool:
        return name in self.ships and self.ships[name].child.returncode is None

    async def kill(self, name: str) -> None:
        """With -9: nothing is finished, nothing is given back."""
        await self.ships[name].end(signal.SIGKILL)

    async def end(self) -> None:
        await asyncio.gather(*(ship.end(signal.SIGKILL) for ship in self.ships.values()))

    # What they say of themselves

    def events(self, name: str) -> list[dict[str, Any]]:
        """What the present life of a process has written to its log."""
        found = []
        for line in self.ships[name].log.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError):
                found.append(json.loads(line))
        return found

    def said(self, name: str, event: str) -> list[dict[str, Any]]:
        return [entry for entry in self.events(name) if entry.get("event") == event]

    async def readiness(self, name: str) -> dict[str, str] | None:
        """The troubles of a process, by part; None while it does not answer."""
        for entry in self.said(name, "healthy"):
            with suppress(httpx.TransportError):
                answer = await self.stage.client.get(f"http://127.0.0.1:{entry['port']}/readyz")
                troubles: dict[str, str] = answer.json()["troubles"]
                return troubles
        return None

    async def until(self, name: str, wanted: Callable[[dict[str, str] | None], bool], within: float = READY_WITHIN) -> None:
        """Until a process's readiness is as wanted."""
        troubles = None
        for _ in range(int(within / 0.05)):
            if not self.is_up(name):
                break
            troubles = await self.readiness(name)
            if wanted(troubles):
                return
            await asyncio.sleep(0.05)
        raise NothingSeen(f"{name}: {troubles}\n{self.ships[name].log.read_text(encoding='utf-8')[-3000:]}")

    async def until_ready(self, name: str) -> None:
        await self.until(name, lambda troubles: troubles == {})

    def of_pid(self, pid: int) -> str:
        return next(name for name, ship in self.ships.items() if ship.child.pid == pid)


async def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """What stands in a PostgreSQL database, seen from outside."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return await (await connection.execute(query.encode())).fetchall()


async def holder(fleet: Fleet, role: str) -> str:
    """The process that holds a role now."""
    async with asyncio.timeout(READY_WITHIN):
        while True:
            query = f"SELECT owner FROM leases WHERE role LIKE '{role}:%' AND until > clock_timestamp()"  # noqa: S608 - a word of ours
            for (owner,) in await rows(fleet.url, query):
                with suppress(StopIteration):
                    return fleet.of_pid(int(owner.split(":")[1]))
            await asyncio.sleep(0.05)


@asynccontextmanager
async def open_fleet(
    folder: Path,
    url: str,
    *options: str,
    speed: float = 20.0,
    server_speed: float | None = None,
    tables: bool = True,
) -> AsyncIterator[Fleet]:
    """A scripted sandbox whose clock runs as fast as the bots, or as is said, and a database with its tables; no bot yet."""
    server_speed = speed if server_speed is None else server_speed
    async with open_stage(folder, "--engine", "scripted", "--speed", str(server_speed), *options, rules=RULES) as stage:
        fleet = Fleet(stage, url, speed, server_speed)
        if url.startswith(POSTGRES) and tables:
            await fleet.prepare()
        try:
            yield fleet
        finally:
            await fleet.end()
