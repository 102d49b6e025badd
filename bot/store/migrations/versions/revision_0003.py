"""What watches narrow to and how they are paused, rollups and their lines, replies, and the commits of runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WORDS = {"watches": ("tag", "project", "project_id", "source", "paused_why"), "messages": ("parent",)}
FLAGS = {"watches": ("in_thread", "mentions"), "messages": ("in_thread", "mentions", "is_frozen")}


def upgrade() -> None:
    for table, names in WORDS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
    for table, names in FLAGS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("watches", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("runs", sa.Column("commit_sha", sa.Text(), nullable=True))
    indexes()


def indexes() -> None:
    for name, table, column, condition in (
        ("ix_messages_parent", "messages", "parent", "parent <> ''"),
        ("ix_messages_unposted", "messages", "subject", "ts IS NULL"),
        ("ix_runs_commit_sha", "runs", "commit_sha", "commit_sha IS NOT NULL"),
    ):
        op.create_index(name, table, [column], sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
