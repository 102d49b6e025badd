"""A database of the release before is brought up with what its lists need, taken from the snapshots that are there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from alembic import command
from sqlalchemy import text

from bot.core.listings import FIRST, RunsWanted, Scope
from bot.store.addresses import parse_address
from bot.store.database import open_database
from bot.store.engines import blocking_engine
from bot.store.migrations.running import configuration
from bot.store.schemas import migrate

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE = "0008"


def snapshot(number: int, status: str, **facts: Any) -> dict[str, Any]:
    usual = {"id": f"run-{number:04}", "workspace_id": "ws-1", "status_word": status, "message": "\x00"}
    times = {"planned": (NOON + timedelta(seconds=number)).isoformat()}
    return usual | {"allowed": [], "permitted": [], "timestamps": times, "created_at": None, "commit": None} | facts


SNAPSHOTS = [
    snapshot(1, "planned", allowed=["apply"], has_changes=True),
    snapshot(2, "policy_override", timestamps={}, created_at=NOON.isoformat()),
    snapshot(3, "planned", allowed=["apply"], has_changes=False),
    snapshot(4, "applied", allowed=["apply"], created_by="Kim", configuration_version_id="cv-1"),
    snapshot(5, "pre_plan_awaiting_decision", timestamps={}),
    *(snapshot(number, "planning") for number in range(100, 700)),
]


def fill(url: str) -> None:
    with blocking_engine(parse_address(url)).begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
        rows = [
            {
                "id": one["id"],
                "status": one["status_word"],
                "is_final": one["status_word"] == "applied",
                "snapshot": json.dumps(one),
                "asked_at": NOON.strftime("%Y-%m-%d %H:%M:%S.%f"),
            }
            for one in SNAPSHOTS
        ]
        connection.execute(
            text(
                "INSERT INTO runs (id, workspace_id, status, is_final, asked_at, version, snapshot) "
                "VALUES (:id, 'ws-1', :status, :is_final, :asked_at, 1, :snapshot)"
            ),
            rows,
        )


async def test_lists_know_the_runs_that_were_there_before(bare_url: str) -> None:
    fill(bare_url)
    await migrate(bare_url)
    async with open_database(bare_url) as database, database.read() as transaction:
        waiting = await transaction.listings.waiting(Scope(), FIRST, 10)
        mine = await transaction.listings.runs(RunsWanted(of=(frozenset(), frozenset({"kim"}))), FIRST, 10)
        everything = await transaction.listings.runs(RunsWanted(), FIRST, 1000)
        given = await transaction.runs.of_configuration("cv-1")
    assert [one.run.id for one in given] == ["run-0004"]
    assert [one.run.id for one in waiting] == ["run-0005", "run-0002", "run-0001"]
    assert [one.run.id for one in mine] == ["run-0004"]
    assert len(everything) == len(SNAPSHOTS)
