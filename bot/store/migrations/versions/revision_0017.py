"""Commands that wait for a click."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

WORDS = ("id", "person", "team_id", "channel", "thread_ts", "command", "run_id", "plan_digest", "used_by")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "confirmations",
        *(sa.Column(name, sa.Text(), nullable=False) for name in WORDS),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
    )
    op.create_index(op.f("ix_confirmations_expires_at"), "confirmations", ["expires_at"])
