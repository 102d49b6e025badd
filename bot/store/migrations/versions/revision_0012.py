"""Files of Slack's on their way to a run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

WORDS = ("step", "ended_in", "outcome", "configuration_id", "run_id", "digest")


def upgrade() -> None:
    op.create_table(
        "uploads",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "workspace_id", "workspace", "person", "person_name", "channel")),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("plan_only", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in WORDS),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_step_until"), "uploads", ["step", "until"])
