from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.decisions import Deed, Intent, IntentState
from bot.core.findings import Finding
from bot.core.people import Circle
from bot.core.plan_summaries import NOT_SEEN, PlanSummary
from bot.core.rules import Risk
from bot.core.runs import CONFIRM, Run
from bot.core.tallies import Tally
from bot.core.verdicts import Outcome
from bot.core.votes import Vote
from bot.store.database import Database
from bot.store.tallies import document_of, tally_from

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA = Vote(person="U1", at=NOON, digest="sha256:1", rules="hash", reason="looks good", typed_name="web", name="Ada", channel="C1")
BEN = replace(ADA, person="U2", at=NOON + timedelta(seconds=1), name="Ben", reason="", typed_name="")
TALLY = Tally(
    outcome=Outcome.MISSING,
    headline="It cannot be applied yet.",
    rules=("two",),
    lacks=("Rule “two”: 1 of 2 votes.",),
    falls=("The vote of @Ada fell \x00.",),
    risk=Risk.HIGH,
    wants_reason=True,
    wants_typed_name=True,
    plan_unread=True,
    project_unread=True,
    wanted=Circle(people=frozenset({"U1"}), groups=frozenset({"S1"}), members=True),
)


async def cast(database: Database, *votes: Vote) -> None:
    async with database.write() as transaction:
        await transaction.gates.lock("run-1", CONFIRM)
        for vote in votes:
            await transaction.votes.cast("run-1", CONFIRM, 1, vote)


async def at(database: Database, number: int = 1) -> tuple[Vote, ...]:
    async with database.read() as transaction:
        return await transaction.votes.at("run-1", CONFIRM, number)


async def test_votes_come_back_as_they_were_cast_and_a_second_one_takes_the_place_of_the_first(database: Database) -> None:
    await cast(database, BEN, ADA)
    assert await at(database) == (ADA, BEN)
    again = replace(ADA, at=NOON + timedelta(minutes=1), reason="still good")
    await cast(database, again)
    assert await at(database) == (BEN, again)


async def test_a_vote_is_taken_back_once(database: Database) -> None:
    await cast(database, ADA, BEN)
    async with database.write() as transaction:
        assert await transaction.votes.take_back("run-1", CONFIRM, 1, "U1")
        assert not await transaction.votes.take_back("run-1", CONFIRM, 1, "U1")
    assert await at(database) == (BEN,)


async def test_a_round_that_begins_anew_takes_its_votes_along(database: Database) -> None:
    await cast(database, ADA, BEN)
    async with database.write() as transaction:
        await transaction.gates.reopen("run-1", CONFIRM, 1)
        await transaction.gates.reopen("run-1", CONFIRM, 1)
    assert await at(database, 2) == (ADA, BEN)
    assert await at(database, 3) == ()


async def test_the_votes_of_the_open_round_are_found_without_its_number(database: Database) -> None:
    await cast(database, BEN, ADA)
    async with database.write() as transaction:
        await transaction.gates.reopen("run-1", CONFIRM, 1)
        assert await transaction.votes.take_back("run-1", CONFIRM, 2, "U1")
    async with database.read() as transaction:
        assert await transaction.votes.open("run-1", CONFIRM) == (BEN,)
        assert await transaction.votes.open("run-1", "override:polchk-1") == ()


async def test_how_it_stands_is_kept_with_its_gate(database: Database) -> None:
    async with database.write() as transaction:
        assert await transaction.gates.look("run-1", CONFIRM) == (1, None, None)
        await transaction.gates.lock("run-1", CONFIRM)
        await transaction.gates.judged("run-1", CONFIRM, TALLY, NOON)
    async with database.read() as transaction:
        assert await transaction.gates.look("run-1", CONFIRM) == (1, TALLY, NOON)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {**document_of(TALLY), "outcome": "perhaps"},
        {**document_of(TALLY), "people": None},
        {**document_of(TALLY), "findings": ["x"]},
        {**document_of(TALLY), "plan": {"lost": []}},
        {**document_of(TALLY), "plan": {"lost": ["x"], "keeps_all": True, "is_read": True, "more": 0}},
    ],
)
def test_what_another_release_wrote_counts_as_never_judged(document: object) -> None:
    assert tally_from(document) is None


def test_a_finding_that_was_kept_before_it_told_whether_it_is_named_counts_as_named() -> None:
    found = Finding(subject="1 policy", is_named=False)
    kept = document_of(replace(TALLY, findings=(found,)))
    assert tally_from(kept) == replace(TALLY, findings=(found,))
    older = tally_from(kept | {"findings": [one[:3] for one in kept["findings"]]})
    assert older is not None
    assert older.findings == (replace(found, is_named=True),)


async def test_whoever_votes_second_waits_for_the_lock_and_sees_the_first_vote(database: Database, replica: Database) -> None:
    """On SQLite both are one store, whose writers queue; on PostgreSQL the row is locked."""
    seen: list[int] = []

    async def vote(store: Database, own: Vote) -> None:
        async with store.write() as transaction:
            await transaction.gates.lock("run-1", CONFIRM)
            seen.append(len(await transaction.votes.at("run-1", CONFIRM, 1)))
            await asyncio.sleep(0.05)
            await transaction.votes.cast("run-1", CONFIRM, 1, own)

    await asyncio.gather(vote(database, ADA), vote(replica, BEN))
    assert sorted(seen) == [0, 1]
    assert {one.person for one in await at(database)} == {"U1", "U2"}


async def test_wishes_are_of_runs_that_go_on(database: Database) -> None:
    create = Intent(
        id="i-1",
        deed=Deed.CREATE,
        state=IntentState.SETTLED,
        run_id="run-1",
        workspace_id="ws-1",
        person="U1",
        person_name="Ada",
        channel="C1",
        created_at=NOON,
        payload={"auto_apply": "yes"},
    )
    others = [
        replace(create, id="i-2", run_id="run-2", payload={"auto_apply": "no"}),
        replace(create, id="i-3", run_id="run-3"),
        replace(create, id="i-4", run_id=None, state=IntentState.UNSURE),
        replace(create, id="i-5", run_id="run-unknown"),
    ]
    async with database.write() as transaction:
        for intent in (create, *others):
            await transaction.intents.add(intent)
        for run_id, status in (("run-1", "planned"), ("run-2", "planned"), ("run-3", "applied")):
            await transaction.runs.put(Run(id=run_id, workspace_id="ws-1", status_word=status), NOON)
    async with database.read() as transaction:
        assert [wish.id for wish in await transaction.intents.wishes()] == ["i-1"]


def test_what_a_plan_destroys_comes_back_and_an_older_release_knew_nothing_of_it() -> None:
    plan = PlanSummary(keeps_all=True, is_read=True, lost=(("destroy", "a.b"), ("replace", "a.c")), more=7)
    kept = json.loads(json.dumps(document_of(replace(TALLY, plan=plan))))
    assert tally_from(kept) == replace(TALLY, plan=plan)
    for older in (None, "x", 7):
        found = tally_from(kept | {"plan": older})
        assert found is not None
        assert found.plan == NOT_SEEN
    odd = tally_from(kept | {"plan": kept["plan"] | {"keeps_all": "yes"}})
    assert odd is not None
    assert not odd.plan.keeps_all
