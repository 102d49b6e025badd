"""Requests: what people asked for, stored before it is acknowledged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

WORDS = ("kind", "listener", "person", "person_name", "team", "channel", "channel_name", "ts", "permalink", "action", "run_id", "digest")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "requests",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", *WORDS)),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("has_values", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_state_received_at"), "requests", ["state", "received_at"])
