"""Who made each configuration version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "configuration_authors",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("configuration_version_id", "by")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("slack", "terraform", "vcs", "run_id")),
        sa.PrimaryKeyConstraint("configuration_version_id", "by", name=op.f("pk_configuration_authors")),
    )
    pushed = sa.text("vcs <> ''")
    op.create_index("ix_configuration_authors_pushed", "configuration_authors", ["at"], sqlite_where=pushed, postgresql_where=pushed)
