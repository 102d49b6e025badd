"""What people repeat within a while, and watches of those who may not read all that they match."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("watches", sa.Column("is_partial", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "repetitions",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("digest", "kind", "person", "channel")),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("began_at", "last_at")),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_repetitions")),
    )
    op.create_index(op.f("ix_repetitions_began_at"), "repetitions", ["began_at"])
    op.create_index(op.f("ix_repetitions_person_channel"), "repetitions", ["person", "channel"])
