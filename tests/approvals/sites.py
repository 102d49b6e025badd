"""The database that all examples use, and the product's names for people, groups and rules of the model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import exists, select

from bot.core.identities import KnownPerson, Role
from bot.core.people import Circle
from bot.core.policy import Actor, Grant, Policy, Right
from bot.core.rules import Demand, Match
from bot.core.rules import Rule as PolicyRule
from bot.store.database import Database, open_database
from bot.store.tables import metadata
from tests.approvals.model import DECIDERS, DECIDING_GROUP, HUMANS, Rule
from tests.services.house import TEAM, TestClock


@dataclass(frozen=True)
class Site:
    """A database as each of two processes opens it, and the loop that all examples run on."""

    runner: asyncio.Runner
    databases: tuple[Database, Database]
    clock: TestClock


@contextmanager
def open_site(*urls: str) -> Iterator[Site]:
    """Open the database at one or two addresses. SQLite serves one process, so there both replicas share what is opened once."""
    clock = TestClock()
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        opened = [runner.run(stack.enter_async_context(open_database(url, clock=clock))) for url in urls]
        try:
            yield Site(runner, (opened[0], opened[-1]), clock)
        finally:
            runner.run(stack.aclose())


def slack_id(person: str) -> str:
    return f"U0{person.upper()}"


def actor_of(person: str) -> Actor:
    return Actor(id=slack_id(person), team_id=TEAM, name=person)


def group_id(group: str) -> str:
    return f"S0{group.upper()}"


def policy_of(name: str, rules: tuple[Rule, ...]) -> Policy:
    """The product's policy for rules in plain words; its hash is their name."""
    deciders, groups = frozenset(map(slack_id, DECIDERS)), frozenset({group_id(DECIDING_GROUP)})
    accounts = {human: (slack_id(human), *(slack_id(one) for one in HUMANS if HUMANS[one] == human)) for human in ("kim", "raj")}
    return Policy(
        grants=(
            Grant(may=frozenset({Right.READ}), members=True),
            Grant(may=frozenset({Right.DECIDE, Right.ADMIN}), people=deciders),
            Grant(may=frozenset({Right.DECIDE}), groups=groups),
        ),
        source="runbell.toml",
        rules=tuple(policy_rule(f"{name}/{number}", one) for number, one in enumerate(rules)),
        people=tuple(KnownPerson(slack=slack, terraform=frozenset({human})) for human, slack in accounts.items()),
        hash=name,
    )


def policy_rule(name: str, one: Rule) -> PolicyRule:
    circle = Circle(groups=frozenset({group_id(one.group)} if one.group else ()))
    four_eyes = frozenset({Role.CREATOR} if one.four_eyes else ())
    return PolicyRule(
        name=name,
        match=Match(workspaces=(one.glob,), destroys=one.destroys),
        demand=Demand(votes=one.votes, circle=circle, four_eyes=four_eyes),
    )


async def empty(database: Database) -> None:
    """Delete every row. Most tables stay empty, and to ask is quicker than to delete."""
    every = reversed(metadata.sorted_tables)
    async with database.write() as transaction:
        connection = transaction.gates.connection
        full = (
            await connection.execute(select(*(exists().select_from(table).label(table.name) for table in metadata.sorted_tables)))
        ).one()
        for table in every:
            if getattr(full, table.name):
                await connection.execute(table.delete())
