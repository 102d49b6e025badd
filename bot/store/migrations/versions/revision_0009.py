"""The configuration versions of runs, and how the plan of a promoted one compares with that of the stage before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("runs", sa.Column("configuration_version_id", sa.Text(), nullable=True))
    runs = sa.table("runs", sa.column("configuration_version_id", sa.Text()), sa.column("snapshot", sa.JSON()))
    op.execute(runs.update().values(configuration_version_id=runs.c.snapshot["configuration_version_id"].as_string()))
    named = sa.text("configuration_version_id IS NOT NULL")
    op.create_index("ix_runs_configuration", "runs", ["configuration_version_id"], sqlite_where=named, postgresql_where=named)
    op.add_column("plans", sa.Column("comparison", sa.JSON(), nullable=True))
