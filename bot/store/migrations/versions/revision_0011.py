"""Lists of runs: the newest first, those of somebody, and those that wait for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

EPOCH = datetime.fromtimestamp(0, UTC)
AT_ONCE = 500
OVERRIDABLE = frozenset(
    {"policy_override", "tf_policy_override", "pre_plan_awaiting_decision", "post_plan_awaiting_decision", "pre_apply_awaiting_decision"}
)
MOMENT = sa.DateTime(timezone=True)
RUNS = sa.table(
    "runs",
    sa.column("id", sa.Text()),
    sa.column("created_at", MOMENT),
    sa.column("is_final", sa.Boolean()),
    sa.column("snapshot", sa.JSON()),
    sa.column("created_by", sa.Text()),
    sa.column("waiting_since", MOMENT),
)


def upgrade() -> None:
    op.add_column("runs", sa.Column("created_by", sa.Text(), nullable=True))
    op.add_column("runs", sa.Column("waiting_since", MOMENT, nullable=True))
    op.execute(RUNS.update().where(RUNS.c.created_at.is_(None)).values(created_at=EPOCH))
    fill(op.get_bind())
    for name, column in (("ix_runs_created_by", "created_by"), ("ix_runs_waiting", "waiting_since")):
        some = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "runs", [column], sqlite_where=some, postgresql_where=some)
    op.create_index(op.f("ix_runs_created_at_id"), "runs", ["created_at", "id"])


def fill(connection: sa.Connection) -> None:
    """What the new columns repeat of each snapshot, a portion at a time."""
    after, most = "", AT_ONCE
    while most == AT_ONCE:
        query = sa.select(RUNS.c.id, RUNS.c.is_final, RUNS.c.snapshot).where(RUNS.c.id > after).order_by(RUNS.c.id).limit(AT_ONCE)
        rows = connection.execute(query).all()
        for run_id, is_final, snapshot in rows:
            told = {"created_by": creator(snapshot), "waiting_since": None if is_final else waiting(snapshot)}
            if any(told.values()):
                connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(told))
            after = run_id
        most = len(rows)


def creator(snapshot: Mapping[str, Any]) -> str | None:
    name = snapshot.get("created_by")
    return name.casefold().replace("\x00", "\ufffd") if name else None


def waiting(snapshot: Mapping[str, Any]) -> datetime | None:
    asks = "apply" in snapshot.get("allowed", ()) and snapshot.get("has_changes") is not False
    if not asks and snapshot.get("status_word") not in OVERRIDABLE:
        return None
    times = [datetime.fromisoformat(at) for at in snapshot.get("timestamps", {}).values()]
    made = snapshot.get("created_at")
    return max(times, default=datetime.fromisoformat(made) if made else EPOCH)
