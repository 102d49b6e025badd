"""Votes, and how it stands at a gate."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "votes",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plan_digest", sa.Text(), nullable=False),
        sa.Column("rules_hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("typed_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id", "gate"], ["gates.run_id", "gates.gate"], name=op.f("fk_votes_run_id_gate")),
        sa.PrimaryKeyConstraint("run_id", "gate", "round", "person", name=op.f("pk_votes")),
    )
    op.add_column("gates", sa.Column("tally", sa.JSON(), nullable=True))
    op.add_column("gates", sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True))
