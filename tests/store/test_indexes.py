"""What the loops ask all the time reads the rows it is about, not whole tables: SQLite says how it goes about a question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.core.listings import FIRST, RunsWanted, Scope
from bot.store.database import Transaction, open_database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "ask,index",
    [
        (lambda rows: rows.messages.due(NOON), "ix_messages_due"),
        (lambda rows: rows.messages.doubtful(NOON), "ix_messages_doubtful"),
        (lambda rows: rows.messages.of_subjects(["run-1"]), "autoindex_messages"),
        (lambda rows: rows.runs.live(), "ix_runs_is_final_asked_at"),
        (lambda rows: rows.runs.newest(["ws-1"]), "ix_runs_workspace_id_created_at"),
        (lambda rows: rows.runs.of_configuration("cv-1"), "ix_runs_configuration"),
        (lambda rows: rows.runs.with_commit("4e8f1c2"), "ix_runs_commit_sha"),
        (lambda rows: rows.runs.of_status("ws-1", "applied"), "ix_runs_workspace_id_created_at"),
        (lambda rows: rows.listings.runs(RunsWanted(), FIRST, 11), "ix_runs_created_at_id"),
        (lambda rows: rows.listings.runs(RunsWanted(statuses=frozenset({"errored"})), FIRST, 11), "ix_runs_created_at_id"),
        (lambda rows: rows.listings.waiting(Scope(), FIRST, 11), "ix_runs_waiting"),
        (lambda rows: rows.listings.live("ws-1"), "ix_runs_workspace_id_created_at"),
        (lambda rows: rows.listings.workspaces(Scope(), FIRST, 11), "ix_workspaces_organization_name"),
        (lambda rows: rows.intents.open(), "ix_intents_state_created_at"),
        (lambda rows: rows.intents.creating("run-1"), "ix_intents_run_id"),
        (lambda rows: rows.gates.latest("run-1"), "autoindex_decisions"),
        (lambda rows: rows.audit.unsealed(NOON), "autoindex_audit"),
        (lambda rows: rows.audit.newest(run_id="run-1"), "ix_audit_run_id"),
        (lambda rows: rows.audit.newest(workspace="acme/shop"), "ix_audit_workspace"),
        (lambda rows: rows.audit.head(), "autoindex_audit"),
        (lambda rows: rows.workspaces.named("acme", "shop"), "ix_workspaces_organization_name"),
    ],
)
async def test_a_question_goes_by_its_index(tmp_path: Path, ask: Callable[[Transaction], Awaitable[object]], index: str) -> None:
    asked: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, parameters: object, _context: object, _many: object) -> None:
        asked.append((statement, parameters))

    async with open_database(f"sqlite:///{tmp_path}/runbell.db") as database, database.read() as transaction:
        connection = transaction.messages.connection
        event.listen(connection.sync_connection, "before_cursor_execute", listen)
        await ask(transaction)
        ((statement, parameters),) = asked
        steps = [row.detail for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert any(index in step for step in steps), steps
