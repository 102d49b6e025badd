from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.activations import Activation
from bot.store.database import Database

FIRST = Activation(hash="a" * 64, source="runbell.toml", text="[[rights]]", by="ana@ops", activated_at=datetime(2026, 3, 1, 12, tzinfo=UTC))


async def test_no_rules_are_in_force_at_first(database: Database) -> None:
    async with database.read() as transaction:
        assert await transaction.rules.in_force() is None
        assert await transaction.rules.hash_in_force() is None


async def test_the_rules_put_in_force_last_are_in_force(database: Database, replica: Database) -> None:
    second = replace(FIRST, hash="b" * 64, by="kim@ops")
    for activation in (FIRST, second, FIRST, second):
        async with database.write() as transaction:
            await transaction.rules.activate(activation)
    async with replica.read() as transaction:
        assert await transaction.rules.in_force() == second
        assert await transaction.rules.hash_in_force() == second.hash
