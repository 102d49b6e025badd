"""Reads what a bot's database says about what it sent: once, after the bot has stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.activations import Activation
from bot.core.audits import AuditRow
from bot.core.decisions import Decision, Intent
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.tallies import Tally
from bot.core.votes import Vote
from bot.core.workspaces import Workspace
from bot.store import audits, gates, intents, plans, rules, runs, votes, workspaces
from bot.store.database import Transaction, looking_into
from bot.store.tables import metadata
from bot.store.tallies import tally_from

Gate = tuple[str, str]
"""A run's id, and the name of the gate."""
Round = tuple[str, str, int]
"""The same, with the number of the round."""
CLOCKS_APART = timedelta(seconds=1)
"""On PostgreSQL, each process measures the offset of the server's clock, and a busy machine makes that inexact."""


@dataclass(frozen=True, kw_only=True)
class Records:
    """`verdicts` are the round that is open at a gate and the verdict stored there. `audit` is in the order of its rows.

    `apart` is how far two clocks may differ. Nothing on SQLite, which serves one process.
    """

    intents: Mapping[str, Intent]
    decisions: Mapping[Round, Decision]
    votes: Mapping[Round, tuple[Vote, ...]]
    verdicts: Mapping[Gate, tuple[int, Tally | None]]
    runs: Mapping[str, Run]
    plans: Mapping[str, PlanFacts]
    workspaces: Mapping[str, Workspace]
    activations: tuple[Activation, ...]
    audit: tuple[AuditRow, ...]
    apart: timedelta


async def read_records(url: str) -> Records:
    """Read all of it in one transaction."""
    async with looking_into(url) as database, database.read() as transaction:
        return await records_in(transaction, CLOCKS_APART if database.address.path is None else timedelta())


async def records_in(transaction: Transaction, apart: timedelta = timedelta()) -> Records:
    connection = transaction.runs.connection
    projects = {row["id"]: row["name"] for row in await rows(connection, "projects")}
    voted: dict[Round, list[Vote]] = defaultdict(list)
    for row in await rows(connection, "votes"):
        voted[round_of(row)].append(votes.decode(row))
    return Records(
        intents={row["id"]: intents.decode(row) for row in await rows(connection, "intents")},
        decisions={round_of(row): gates.decode(row) for row in await rows(connection, "decisions")},
        votes={number: tuple(found) for number, found in voted.items()},
        verdicts={(row["run_id"], row["gate"]): (row["round"], tally_from(row["tally"])) for row in await rows(connection, "gates")},
        runs={row["id"]: runs.decode(row).run for row in await rows(connection, "runs")},
        plans={row["id"]: plans.decode(row) for row in await rows(connection, "plans")},
        workspaces={row["id"]: workspaces.decode(row, projects.get(row["project_id"])) for row in await rows(connection, "workspaces")},
        activations=tuple(rules.decode(row) for row in sorted(await rows(connection, "rules"), key=number_of)),
        audit=tuple(audits.decode(row) for row in sorted(await rows(connection, "audit"), key=number_of)),
        apart=apart,
    )


async def rows(connection: AsyncConnection, name: str) -> list[RowMapping]:
    table: Table = metadata.tables[name]
    return list((await connection.execute(select(table))).mappings())


def number_of(row: RowMapping) -> int:
    return int(row["id"])


def round_of(row: Mapping[Any, Any]) -> Round:
    return row["run_id"], row["gate"], row["round"]
