"""The rules in force: put there once, and what a process with other rules does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.errors import RulesDiffer
from bot.core.policy import WITHOUT_FILE, Policy
from bot.services.ports import Store
from bot.services.ruling import RulesInForce
from tests.fakes.stores import sqlite_store
from tests.services.house import TestClock

POLICY = Policy(source="runbell.toml", hash="a" * 64)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with sqlite_store(tmp_path) as opened:
        yield opened


def ruling(store: Store, policy: Policy = POLICY) -> RulesInForce:
    return RulesInForce(store, TestClock(), policy, "# the file")


async def test_rules_are_put_in_force_once(store: Store) -> None:
    ours = ruling(store)
    assert await ours.activate("the start")
    assert not await ours.activate("the start")
    async with store.read() as transaction:
        await ours.demand_current(transaction)
        found = await transaction.rules.in_force()
    assert found is not None
    assert (found.hash, found.source, found.text, found.by) == (ours.hash, "runbell.toml", "# the file", "the start")


async def test_whoever_has_other_rules_decides_nothing(store: Store) -> None:
    await ruling(store, Policy(source="other.toml", hash="b" * 64)).activate("ana@ops")
    async with store.read() as transaction:
        with pytest.raises(RulesDiffer, match=r"from runbell\.toml are not in force: others are in force, so I decide, "):
            await ruling(store).demand_current(transaction)


async def test_where_no_rules_are_in_force_nothing_is_decided(store: Store) -> None:
    async with store.read() as transaction:
        with pytest.raises(RulesDiffer, match=r"there is no runbell\.toml\) are not in force: none are in force yet"):
            await ruling(store, WITHOUT_FILE).demand_current(transaction)


async def test_rules_that_came_back_are_put_in_force_again(store: Store) -> None:
    for policy in (POLICY, WITHOUT_FILE, POLICY):
        assert await ruling(store, policy).activate("ana@ops")
