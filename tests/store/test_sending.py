"""The last check before an intent is sent, and the lock that orders it with freezes and activations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from bot.core.activations import Activation
from bot.core.decisions import Decision, Deed, Intent, IntentState
from bot.core.errors import StoreBusy
from bot.core.freezes import DeclaredFreeze
from bot.core.runs import Action
from bot.core.sending import SendFacts
from bot.core.servers import Project
from bot.core.workspaces import Workspace
from bot.store.database import Database, Transaction, open_database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROD = Workspace(id="ws-1", name="storefront-prod", organization="acme", project_id="prj-1")
SALE = DeclaredFreeze(pattern="*-prod", reason="sale", by="U1", by_name="Ada", channel="C1", at=NOON)
RULES = Activation(hash="a" * 64, source="runbell.toml", text="", by="ana@ops", activated_at=NOON)
INTENT = Intent(
    id="rb-1",
    deed=Deed.APPLY,
    state=IntentState.PENDING,
    run_id="run-1",
    workspace_id="ws-1",
    person="U1",
    person_name="Ada",
    channel="C1",
    created_at=NOON,
    payload={"digest": "d"},
    gate="confirm",
    round=1,
)
DECISION = Decision(
    run_id="run-1",
    gate="confirm",
    round=1,
    action=Action.APPLY,
    person="U1",
    person_name="Ada",
    channel="C1",
    comment="",
    plan_digest="d",
    decided_at=NOON,
    intent_id="rb-1",
)


async def decided(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.rules.activate(RULES)
        await transaction.workspaces.put([PROD], NOON)
        await transaction.projects.put("acme", [Project(id="prj-1", name="web")])
        await transaction.gates.lock("run-1", "confirm")
        await transaction.gates.decide(DECISION)
        await transaction.intents.add(INTENT)


async def facts(database: Database, intent: Intent = INTENT) -> SendFacts:
    async with database.write() as transaction:
        await transaction.sending.share()
        return await transaction.sending.facts(intent)


async def test_all_that_is_checked_is_read_by_the_intent(database: Database) -> None:
    await decided(database)
    found = await facts(database)
    assert (found.rules_hash, found.open_round, found.decision) == (RULES.hash, 1, DECISION)
    assert (found.workspace, found.freezes) == (replace(PROD, project_name="web"), ())


async def test_what_is_not_there_is_none(database: Database) -> None:
    assert await facts(database) == SendFacts(rules_hash=None, open_round=None, decision=None, workspace=None, freezes=())
    async with database.write() as transaction:
        await transaction.intents.add(INTENT)
        await transaction.freezes.add(SALE)
    found = await facts(database)
    assert (found.rules_hash, found.open_round, found.decision, found.workspace) == (None, None, None, None)
    assert [freeze.pattern for freeze in found.freezes] == ["*-prod"]


async def test_a_round_that_was_reopened_shows_beside_the_decision_of_the_one_before(database: Database) -> None:
    await decided(database)
    async with database.write() as transaction:
        await transaction.gates.reopen("run-1", "confirm", 1)
        await transaction.freezes.add(SALE)
        await transaction.freezes.add(replace(SALE, pattern="dns"))
        await transaction.rules.activate(replace(RULES, hash="b" * 64))
    found = await facts(database)
    assert (found.rules_hash, found.open_round, found.decision) == ("b" * 64, 2, DECISION)
    assert [replace(freeze, id=0) for freeze in found.freezes] == [SALE, replace(SALE, pattern="dns")]


async def test_in_flight_are_decided_intents_without_an_answer(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.workspaces.put([PROD], NOON)
        for state in IntentState:
            await transaction.intents.add(replace(INTENT, id=state.value, state=state))
        await transaction.intents.add(replace(INTENT, id="unknown", state=IntentState.SENT, workspace_id="ws-gone"))
        await transaction.intents.add(replace(INTENT, id="created", state=IntentState.SENT, gate="", deed=Deed.CREATE))
    async with database.write() as transaction:
        await transaction.sending.stop()
        found = {intent.id: workspace for intent, workspace in await transaction.sending.in_flight()}
        ids = [*found, "settled", "pending", "nothing"]
        assert found == {"sent": PROD, "unsure": PROD, "unknown": None}
        assert await transaction.sending.unanswered(ids) == found.keys()
        assert await transaction.sending.unanswered([]) == frozenset()


# The lock


async def freeze(store: Database, then: asyncio.Event | None = None) -> frozenset[str]:
    """As declaring does it; the ids of what was sent before."""
    async with store.write() as transaction:
        await transaction.sending.stop()
        sent = await transaction.sending.in_flight()
        if then is not None:
            then.set()
            await asyncio.sleep(0.05)
        await transaction.freezes.add(SALE)
    return frozenset(intent.id for intent, _ in sent)


async def send(store: Database, begun: asyncio.Event | None = None) -> bool:
    """As sending does it: False where a freeze was there."""
    async with store.write() as transaction:
        await transaction.sending.share()
        found = await transaction.sending.facts(INTENT)
        if begun is not None:
            begun.set()
            await asyncio.sleep(0.05)
        return not found.freezes and await transaction.intents.move(INTENT, IntentState.SENT)


async def test_who_sends_while_a_freeze_is_declared_waits_and_sees_it(database: Database, replica: Database) -> None:
    await decided(database)
    declaring = asyncio.Event()
    freezing = asyncio.create_task(freeze(database, declaring))
    await declaring.wait()
    assert not await send(replica)
    assert await freezing == frozenset()


async def test_who_declares_while_an_intent_is_sent_waits_and_sees_that(database: Database, replica: Database) -> None:
    await decided(database)
    begun = asyncio.Event()
    sending = asyncio.create_task(send(database, begun))
    await begun.wait()
    assert await freeze(replica) == {"rb-1"}
    assert await sending


async def test_of_a_send_and_a_freeze_at_once_one_always_sees_the_other(database: Database, replica: Database) -> None:
    for number in range(20):
        async with database.write() as transaction:
            await transaction.intents.add(replace(INTENT, id=f"rb-{number}"))
        again = replace(INTENT, id=f"rb-{number}")

        async def one(intent: Intent) -> bool:
            async with database.write() as transaction:
                await transaction.sending.share()
                found = await transaction.sending.facts(intent)
                return not found.freezes and await transaction.intents.move(intent, IntentState.SENT)

        works = [one(again), freeze(replica)]
        sent, seen = await asyncio.gather(*works) if number % 2 else reversed(await asyncio.gather(*reversed(works)))
        assert sent == (again.id in seen)
        async with database.write() as transaction:
            await transaction.freezes.remove(await transaction.freezes.all())


@pytest.mark.postgres
async def test_two_who_send_do_not_wait_for_each_other(postgres_url: str) -> None:
    async with open_database(postgres_url) as one, open_database(postgres_url, wait_seconds=0.2) as two:
        async with shared(one), shared(two) as transaction:
            assert await transaction.sending.unanswered([]) == frozenset()
        async with shared(one):
            with pytest.raises(StoreBusy):
                await freeze(two)


@asynccontextmanager
async def shared(database: Database) -> AsyncIterator[Transaction]:
    async with database.write() as transaction:
        await transaction.sending.share()
        yield transaction


# What it costs


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that are carried out meanwhile, BEGIN and COMMIT apart."""
    found: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    engine = database._engines.writing.sync_engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", listen)


async def test_the_last_check_costs_one_statement_and_the_lock(database: Database) -> None:
    await decided(database)
    with counted(database) as statements:
        assert await send(database)
    kinds = [statement.split()[0] for statement in statements if not statement.startswith("PRAGMA")]
    assert kinds == (["SELECT", "UPDATE"] if database.address.path else ["SELECT", "SELECT", "UPDATE"])
