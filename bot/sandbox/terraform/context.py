"""What the routes of the server share, and how they reach it."""

from __future__ import annotations

import itertools
from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.terraform.flavours import FLAVOURS, Flavour

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from bot.sandbox.clock import Clock
    from bot.sandbox.faults import Faults
    from bot.sandbox.terraform.blobs import Blobs
    from bot.sandbox.terraform.limits import Limits
    from bot.sandbox.terraform.machine import Machine
    from bot.sandbox.terraform.notifications import Notifications
    from bot.sandbox.terraform.records import Token
    from bot.sandbox.terraform.serials import Serials
    from bot.sandbox.terraform.store import Store
    from bot.sandbox.terraform.tokens import Tokens

READS = frozenset({"GET", "HEAD", "OPTIONS"})
KEPT_READS = 1000
KEPT_WRITES = 50_000


@dataclass(slots=True)
class RequestLog:
    """The last requests, and how often each method and path was asked for.

    Reads never push writes out: a client that polls sends a thousand of them while a person decides once.
    """

    reads: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_READS))
    writes: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_WRITES))
    counts: dict[str, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Return what is kept, oldest first."""
        return sorted([*self.reads, *self.writes], key=lambda entry: entry["number"])

    def add(self, method: str, path: str, query: str, at: datetime, notes: Mapping[str, Any]) -> dict[str, Any]:
        """Note a request when it comes. Its `status` stays None until it has an answer, and where its connection is closed without one."""
        entry: dict[str, Any] = {"number": next(self.numbers), "method": method, "path": path, "query": query, "status": None}
        entry |= {"at": at.isoformat(), **notes}
        (self.reads if method in READS else self.writes).append(entry)
        key = f"{method} {path}"
        self.counts[key] = self.counts.get(key, 0) + 1
        return entry


@dataclass(slots=True)
class Context:
    store: Store
    machine: Machine
    tokens: Tokens
    limits: Limits
    faults: Faults
    clock: Clock
    blobs: Blobs
    address: str
    notifications: Notifications
    serials: Serials
    flavour: Flavour = FLAVOURS["hcp"]
    requests: RequestLog = field(default_factory=RequestLog)


SOMEBODY_ELSE: ContextVar[Token | None] = ContextVar("somebody else", default=None)
CONTEXT = web.AppKey("context", Context)


def context_of(request: web.Request) -> Context:
    return request.app[CONTEXT]


def caller_of(request: web.Request) -> Token:
    """Who is calling; a fault may let somebody else do the deed first."""
    return SOMEBODY_ELSE.get() or context_of(request).tokens.caller(request.headers)
