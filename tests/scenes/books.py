"""A bot in this process that decides about runs, and what a server would note about the requests that it sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.core.audits import Entry
from bot.core.runs import Run
from bot.rules import parse_rules
from bot.store.database import Database
from tests.scenes.applies import undecided
from tests.scenes.entitlements import People
from tests.scenes.orders import Order
from tests.scenes.records import records_in
from tests.services.house import ANA, KIM, House, open_house

RULES = """\
[[rights]]
may = ["read"]
members = true

[[rights]]
may = ["start", "decide"]
groups = ["S0PLATFORM"]

[[rules]]
name = "two"
workspaces = ["*-prod"]
votes = 2

[break_glass]
people = ["U0ANA"]
channel = "C0INFRA"
"""
GROUP = frozenset({"U0ANA", "U0KIM"})
PEOPLE = People(GROUP | {"U0RAJ"}, {"S0PLATFORM": GROUP})
CREATES = {"address": "a.b", "type": "a", "change": {"actions": ["create"]}}
PLAN = {"format_version": "1.2", "resource_changes": [CREATES]}
DIGEST = "sha256:" + sha256(json.dumps(PLAN, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass
class Book:
    """Its rows can be changed behind the bot's back."""

    house: House
    orders: list[Order] = field(default_factory=list)

    @property
    def database(self) -> Database:
        assert isinstance(self.house.store, Database)
        return self.house.store

    async def planned(self, name: str = "storefront-prod", *, is_readable: bool = True) -> Run:
        run = self.house.runs.add_run(self.house.runs.add_workspace(name), "planned")
        if is_readable:
            self.house.texts.texts[str(run.plan_id)] = json.dumps(PLAN).encode()
        await self.house.poll()
        self.house.clock.move(600)
        return run

    async def approved(self, name: str = "storefront-prod", *, is_readable: bool = True) -> Run:
        """Return a run that Kim and Ana have approved."""
        run = await self.planned(name, is_readable=is_readable)
        await self.approve(run)
        return run

    async def approve(self, run: Run) -> None:
        for actor in (KIM, ANA):
            await self.house.vote(run.id, actor, reason="looks good")
        await self.note(run)

    async def note(self, run: Run, path: str = "", **facts: Any) -> None:
        """Add what the server would note about the request for the newest decision about a run."""
        intent = await self.house.intent_of(run.id)
        known: dict[str, Any] = {
            "path": path or f"/api/v2/runs/{run.id}/actions/apply",
            "run_id": run.id,
            "status": 202,
            "received_at": self.house.clock.now(),
            "token": "the bot's",
            "comment": intent.payload["comment"],
            "plan": DIGEST if str(run.plan_id) in self.house.texts.texts else "",
        }
        self.orders.append(Order(**known | facts))

    async def wrongs(self, orders: Sequence[Order] = (), people: People = PEOPLE, apart: timedelta = timedelta()) -> list[str]:
        async with self.database.read() as transaction:
            records = await records_in(transaction, apart)
        return undecided(orders or self.orders, [records], people)

    async def change(self, *statements: str, **values: Any) -> None:
        async with self.database.write() as transaction:
            for statement in statements:
                await transaction.runs.connection.execute(text(statement), values)

    async def write(self, *entries: Entry) -> None:
        """Add rows to the audit."""
        async with self.database.write() as transaction:
            await transaction.audit.add(*entries)


@asynccontextmanager
async def open_book(folder: Path, rules: str = RULES) -> AsyncIterator[Book]:
    async with open_house(folder, policy=parse_rules(rules)) as house:
        book = Book(house)
        await book.change("UPDATE rules SET text = :text", text=rules)
        yield book
