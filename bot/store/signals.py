"""Word from one process to another that messages are wanted: NOTIFY with the commit, LISTEN on a connection of its own (PostgreSQL).

A word may be lost with its connection, so it only ever hastens what is done anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.addresses import Address
from bot.store.engines import server_arguments

log = structlog.get_logger("runbell.store")

CHANNEL = "runbell_wanted"


@dataclass(slots=True)
class Word:
    """Whether a transaction has something to tell when it commits."""

    is_due: bool = False

    def note(self) -> None:
        self.is_due = True

    async def send(self, connection: AsyncConnection) -> None:
        """With the commit, once, and to every process that listens; SQLite has one process, which knows."""
        if self.is_due and connection.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


async def listen(address: Address, heard: Callable[[], None], again_seconds: float) -> None:
    """Until canceled: call `heard` for each word, and after each connecting, since some may have been missed."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**connection_arguments(address), autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                heard()
                async for _ in connection.notifies():
                    heard()
        except psycopg.OperationalError as error:
            log.warning("not listening to the database", error=type(error).__name__)
        await asyncio.sleep(again_seconds)


def connection_arguments(address: Address) -> dict[str, Any]:
    """What libpq wants to know; time limits are for transactions, of which there are none here."""
    _, said = address.url.get_dialect()().create_connect_args(address.url)
    return {**said, **server_arguments(address.url, 0)}
