"""The configuration versions of runs, and how the plan of a promoted one compares with that of the stage before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


AT_ONCE = 500
RUNS = sa.table("runs", sa.column("id", sa.Text()), sa.column("configuration_version_id", sa.Text()), sa.column("snapshot", sa.JSON()))


def upgrade() -> None:
    op.add_column("runs", sa.Column("configuration_version_id", sa.Text(), nullable=True))
    fill(op.get_bind())
    named = sa.text("configuration_version_id IS NOT NULL")
    op.create_index("ix_runs_configuration", "runs", ["configuration_version_id"], sqlite_where=named, postgresql_where=named)
    op.add_column("plans", sa.Column("comparison", sa.JSON(), nullable=True))


def fill(connection: sa.Connection) -> None:
    """Read here and not by the database: PostgreSQL takes no part out of a snapshot in which some message has a NUL."""
    after, most = "", AT_ONCE
    while most == AT_ONCE:
        rows = connection.execute(sa.select(RUNS.c.id, RUNS.c.snapshot).where(RUNS.c.id > after).order_by(RUNS.c.id).limit(AT_ONCE)).all()
        for run_id, snapshot in rows:
            if named := snapshot.get("configuration_version_id"):
                told = named.replace("\x00", "\ufffd")
                connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(configuration_version_id=told))
            after = run_id
        most = len(rows)
