"""The rules in force, and those that were: rows are only ever added, and the newest one counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import insert, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.activations import Activation
from bot.store.tables import rules

IN_FORCE = select(rules.c.hash).order_by(rules.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class RuleTable:
    connection: AsyncConnection

    async def in_force(self) -> Activation | None:
        """None where none ever were."""
        newest = select(rules).order_by(rules.c.id.desc()).limit(1)
        row = (await self.connection.execute(newest)).mappings().first()
        return decode(row) if row else None

    async def hash_in_force(self) -> str | None:
        """None where none ever were."""
        found: str | None = (await self.connection.execute(IN_FORCE)).scalar()
        return found

    async def activate(self, activation: Activation) -> None:
        await self.connection.execute(insert(rules), asdict(activation))


def decode(row: RowMapping) -> Activation:
    return Activation(**{name: row[name] for name in ("hash", "source", "text", "by", "activated_at")})
