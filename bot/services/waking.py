"""Word that the server sends of runs, taken as no more than a wake-up: the run is read at once, and what was sent is believed in nothing.

Who may send it is checked in bot/web.py. The bodies are told in "Notification configurations API", "Run notification payload".
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import structlog

from bot.core.errors import RunbellError
from bot.core.metrics import NOTIFICATIONS, UNMETERED, Meter
from bot.core.pace import Pace
from bot.services.reading import Reader

log = structlog.get_logger(__name__)

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
FOLLOWED_MOST = 1000
"""Runs that are read at word of them at the same time; word of more is left to polling, which sees them all."""
READS_AT_ONCE = 8


class Waking:
    """Reads a run when word of it comes: at most once in `wake_gap`, and once more after the last word. Words that repeat cost nothing."""

    def __init__(self, reader: Reader, pace: Pace, organizations: tuple[str, ...], meter: Meter = UNMETERED) -> None:
        self._reader = reader
        self._pace = pace
        self._organizations = frozenset(organizations)
        self._meter = meter
        self._told: dict[str, bool] = {}
        self._turns = asyncio.Semaphore(READS_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, body: bytes) -> None:
        """What to do at a body that bears our signature: nothing is waited for, and nothing is raised."""
        run_ids = runs_of(body, self._organizations)
        if not run_ids:
            self._meter.count(NOTIFICATIONS, outcome="nothing")
        for run_id in run_ids:
            self._meter.count(NOTIFICATIONS, outcome=self._wake(run_id))

    async def finish(self) -> None:
        """Read nothing more; polling sees what was left."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _wake(self, run_id: str) -> str:
        if run_id in self._told:
            self._told[run_id] = True
            return "joined"
        if len(self._told) >= FOLLOWED_MOST:
            return "left"
        self._told[run_id] = True
        task = asyncio.get_running_loop().create_task(self._follow(run_id), name="wake")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return "woke"

    async def _follow(self, run_id: str) -> None:
        """Read; then keep still for a while, and read again only where word came meanwhile."""
        try:
            while self._told[run_id]:
                async with self._turns:
                    self._told[run_id] = False
                    await self._read(run_id)
                await asyncio.sleep(self._pace.wake_gap)
        finally:
            del self._told[run_id]

    async def _read(self, run_id: str) -> None:
        try:
            await self._reader.read(run_id, hurry=False)
        except RunbellError as trouble:
            log.warning("wake_unread", run=run_id, error=trouble.sentence)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("wake_broke", exc_info=error)


def runs_of(body: bytes, organizations: frozenset[str]) -> tuple[str, ...]:
    """The runs of our organizations that a body tells of; none where it tells of something else, or is no JSON at all."""
    document = parsed(body)
    run_id, organization = document.get("run_id"), document.get("organization_name")
    if not isinstance(run_id, str) or not RUN_ID.fullmatch(run_id):
        return ()
    is_ours = organization is None or (isinstance(organization, str) and organization in organizations)
    return (run_id,) if is_ours else ()


def is_verification(body: bytes) -> bool:
    """Whether a body is what a server asks with when a configuration is saved: it names no run, and its trigger says so."""
    document = parsed(body)
    told = document.get("notifications")
    if document.get("run_id") is not None or not isinstance(told, list) or not told:
        return False
    return all(isinstance(one, dict) and one.get("trigger") == "verification" for one in told)


def parsed(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
