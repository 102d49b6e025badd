"""Counts what a piece of work costs on any machine: transactions, SQL statements, and our own files that it enters."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot.store.database import Database

ROOT = Path(__file__).parent.parent
OURS = (f"{ROOT}/bot/", f"{ROOT}/handlers/")
NOT_OURS = f"{ROOT}/bot/sandbox/"


@dataclass
class Counts:
    """`reads` and `writes` are transactions; `files` are paths from the root of the project."""

    reads: int = 0
    writes: int = 0
    statements: int = 0
    files: set[str] = field(default_factory=set)

    @property
    def row(self) -> tuple[int, int, int, int]:
        return self.reads, self.writes, self.statements, len(self.files)


@contextmanager
def counting(database: Database) -> Iterator[Counts]:
    """Count what this thread does with a database until the block ends."""
    counts = Counts()
    reading, writing = database._engines.reading.sync_engine, database._engines.writing.sync_engine

    def begun(connection: Connection) -> None:
        # On PostgreSQL the engine that reads is made from the one that writes and hears its events too, so each says which it is.
        counts.reads += connection.engine is reading
        counts.writes += connection.engine is writing

    def executed(connection: Connection, *_rest: Any) -> None:
        counts.statements += connection.engine in {reading, writing}

    def entered(frame: FrameType, what: str, _argument: Any) -> None:
        name = frame.f_code.co_filename
        if what == "call" and name.startswith(OURS) and not name.startswith(NOT_OURS):
            counts.files.add(name.removeprefix(f"{ROOT}/"))

    listeners = (("begin", begun), ("before_cursor_execute", executed))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    # Coverage uses sys.settrace or sys.monitoring, so the profiler is free on every Python.
    before = sys.getprofile()
    sys.setprofile(entered)
    try:
        yield counts
    finally:
        sys.setprofile(before)
        for name, listener in listeners:
            event.remove(Engine, name, listener)
