"""What the routes of the server share, and how they reach it."""

from __future__ import annotations

from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.terraform.flavours import FLAVOURS, Flavour

if TYPE_CHECKING:
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

KEPT_REQUESTS = 1000


@dataclass(slots=True)
class RequestLog:
    """The last requests, and how often each method and path was asked for."""

    entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, method: str, path: str, query: str, status: int | None, at: datetime) -> None:
        """`status` is None where the connection was closed without an answer."""
        self.entries.append({"method": method, "path": path, "query": query, "status": status, "at": at.isoformat()})
        key = f"{method} {path}"
        self.counts[key] = self.counts.get(key, 0) + 1


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
