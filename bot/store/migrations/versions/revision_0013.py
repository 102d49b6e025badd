"""The names of projects, by which rules go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "projects",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "organization", "name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
    )
