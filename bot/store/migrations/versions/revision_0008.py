"""What a run's card tells besides its state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "details",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("run_id", "mark", "body")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_details")),
    )
