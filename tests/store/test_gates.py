from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.core.activations import Activation
from bot.core.decisions import Decision, Standing
from bot.core.errors import AlreadyDecided
from bot.core.runs import CONFIRM, Action, Run
from bot.core.stored import StoredRun
from bot.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
APPLY = Decision(
    run_id="run-1",
    gate=CONFIRM,
    round=1,
    action=Action.APPLY,
    person="U1",
    person_name="Ada",
    channel="C1",
    comment="looks \x00 good",
    plan_digest="weak:1",
    decided_at=NOON,
    intent_id="i-1",
)


async def decide(database: Database, *decisions: Decision) -> None:
    async with database.write() as transaction:
        for decision in decisions:
            await transaction.gates.lock(decision.run_id, decision.gate)
            await transaction.gates.decide(decision)


async def test_a_gate_begins_with_its_first_round_and_reopens_once(database: Database) -> None:
    async with database.write() as transaction:
        assert await transaction.gates.lock("run-1", CONFIRM) == 1
        await transaction.gates.reopen("run-1", CONFIRM, 1)
        await transaction.gates.reopen("run-1", CONFIRM, 1)
        assert await transaction.gates.lock("run-1", CONFIRM) == 2
        assert await transaction.gates.lock("run-1", "override:polchk-1") == 1


async def test_whoever_enters_a_gate_hears_what_a_decision_there_hangs_on(database: Database) -> None:
    rules = Activation(hash="a" * 64, source="runbell.toml", text="[[rights]]", by="ana@ops", activated_at=NOON)
    run = Run(id="run-1", workspace_id="ws-1", status_word="planned")
    async with database.write() as transaction:
        assert await transaction.gates.enter("run-1", CONFIRM) == Standing(round=1, rules_hash=None, decision=None, stored=None)
        await transaction.gates.decide(APPLY)
        await transaction.rules.activate(replace(rules, hash="b" * 64))
        await transaction.rules.activate(rules)
        await transaction.runs.put(run, NOON)
    async with database.write() as transaction:
        decided = await transaction.gates.enter("run-1", CONFIRM)
        assert (decided.decision, decided.rules_hash) == (await transaction.gates.decision("run-1", CONFIRM, 1), rules.hash)
        assert decided.stored == StoredRun(run=run, asked_at=NOON, version=1)
        assert (await transaction.gates.enter("run-1", "override:polchk-1")).decision is None
        await transaction.gates.reopen("run-1", CONFIRM, 1)
        assert await transaction.gates.enter("run-1", CONFIRM) == replace(decided, round=2, decision=None)


async def test_whoever_enters_a_gate_second_waits_for_the_first_and_hears_what_they_decided(database: Database, replica: Database) -> None:
    """On SQLite both are one store, whose writers queue; on PostgreSQL the row is locked."""
    heard: list[str] = []

    async def click(store: Database) -> None:
        async with store.write() as transaction:
            standing = await transaction.gates.enter("run-1", CONFIRM)
            heard.append(standing.decision.person if standing.decision else "nobody")
            await asyncio.sleep(0.05)
            if standing.decision is None:
                await transaction.gates.decide(replace(APPLY, round=standing.round))

    await asyncio.gather(click(database), click(replica), click(replica))
    assert sorted(heard) == ["U1", "U1", "nobody"]


async def test_a_decision_comes_back_as_it_was_made(database: Database) -> None:
    await decide(database, APPLY)
    async with database.read() as transaction:
        assert await transaction.gates.decision("run-1", CONFIRM, 1) == replace(APPLY, comment="looks \ufffd good")
        assert await transaction.gates.decision("run-1", CONFIRM, 2) is None
        assert await transaction.gates.decision("run-2", CONFIRM, 1) is None


async def test_a_round_is_decided_once(database: Database) -> None:
    await decide(database, APPLY)
    with pytest.raises(AlreadyDecided, match="run-1 was already applied") as caught:
        await decide(database, replace(APPLY, action=Action.DISCARD, person="U2"))
    assert (caught.value.by, caught.value.at) == ("U1", NOON)


async def test_the_next_round_is_decided_anew(database: Database) -> None:
    again = replace(APPLY, round=2, action=Action.DISCARD, decided_at=NOON + timedelta(minutes=5))
    await decide(database, APPLY, again)
    async with database.read() as transaction:
        assert await transaction.gates.latest("run-1") == replace(again, comment="looks \ufffd good")
        assert await transaction.gates.latest("run-2") is None


async def test_nobody_decides_at_a_gate_that_was_never_locked(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as transaction:
            await transaction.gates.decide(APPLY)


async def test_the_newest_decisions_of_many_runs_are_found_together(database: Database) -> None:
    later = replace(APPLY, round=2, intent_id="i-2", decided_at=NOON + timedelta(hours=1))
    await decide(database, APPLY, later, replace(APPLY, run_id="run-2", intent_id="i-3"))
    async with database.read() as transaction:
        found = await transaction.gates.latest_of(["run-1", "run-2", "run-3"])
        assert {run_id: decision.intent_id for run_id, decision in found.items()} == {"run-1": "i-2", "run-2": "i-3"}
        assert await transaction.gates.latest("run-1") == found["run-1"]


async def test_the_newest_override_of_a_run_is_found_at_one_gate_or_at_any(database: Database) -> None:
    first = replace(APPLY, gate="override:polchk-1", action=Action.OVERRIDE, intent_id="i-1", comment="")
    second = replace(first, gate="override:polchk-2", intent_id="i-2", decided_at=NOON + timedelta(minutes=5))
    await decide(database, second, first, replace(APPLY, intent_id="i-3", decided_at=NOON + timedelta(hours=1), comment=""))
    async with database.read() as transaction:
        assert await transaction.gates.latest_override("run-1") == second
        assert await transaction.gates.latest_override("run-1", "override:polchk-1") == first
        assert await transaction.gates.latest_override("run-1", "confirm") is None
        assert await transaction.gates.latest_override("run-2") is None
