"""Between a decision and its request: what began meanwhile is seen when the intent is sent, and what was sent before is named."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.core.commands.freezes import DeclareFreeze, LiftFreeze
from bot.core.decisions import Deed, Intent, IntentState
from bot.core.errors import (
    DecisionReplaced,
    FreezeStarted,
    RulesReplaced,
    RunbellError,
    SendTooLate,
    StoreBusy,
    TerraformAnswerLost,
    TerraformRateLimited,
)
from bot.core.freezes import BreakGlass, FreezeWindow
from bot.core.pace import Pace
from bot.core.people import Circle
from bot.core.runs import CONFIRM, Action, Run
from bot.core.scopes import Scope
from bot.core.sending import UnderWay
from bot.core.windows import Window
from bot.services.approvals import Acted
from bot.services.freezing import Declared
from bot.services.intents import Intents
from bot.services.ports import Transaction
from bot.services.ruling import RulesInForce
from bot.services.sending import InFlight
from bot.store.tables import decisions
from tests.services.house import ANA, DEPLOYS, POLICY, House, open_house
from tests.services.test_overrides import failing, override, sent

NIGHT = FreezeWindow(name="night", scope=Scope(workspaces=("*-night",)), window=Window(start=time(13), zone="UTC"), reason="sleep")
RULES = replace(
    POLICY,
    freezes=(NIGHT,),
    break_glass=BreakGlass(circle=Circle(people=frozenset({"U0ANA"})), channel="C0REVIEW"),
    hash="of sending",
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=RULES) as house:
        yield house


def planned(house: House, name: str = "storefront-prod") -> Run:
    return house.runs.add_run(house.runs.add_workspace(name), "planned")


async def freeze(house: House, pattern: str = "*-prod") -> Declared:
    return await house.freezing.declare(DeclareFreeze(pattern, "the sale"), ANA, DEPLOYS)


async def activate(house: House) -> None:
    await RulesInForce(house.store, house.clock, replace(RULES, hash="newer")).activate("an operator")


def meanwhile(house: House, happens: Callable[[], Awaitable[object]]) -> None:
    """Have something happen once, after the next decision and before it is sent."""
    carry_out = house.intents.carry_out

    async def later(intent: Intent, *, say: bool = False) -> Intent:
        house.intents.carry_out = carry_out  # type: ignore[method-assign]
        await happens()
        return await Intents.carry_out(house.intents, intent, say=say)

    house.intents.carry_out = later  # type: ignore[method-assign]


def applied(house: House) -> int:
    return len(house.runs.calls_of("act"))


async def refused(house: House, run: Run, kind: type[RunbellError]) -> RunbellError:
    """An approval that is stopped when it is sent: nothing has left, the intent is closed, the gate is free, the votes stand."""
    with pytest.raises(kind, match="Nothing was sent: ") as caught:
        await house.vote(run.id)
    assert applied(house) == 0
    closed = await house.intent_of(run.id)
    assert (closed.state, closed.outcome) == (IntentState.REFUSED, caught.value.sentence)
    assert await house.open_intents() == ()
    async with house.store.read() as transaction:
        number, _, judged_at = await transaction.gates.look(run.id, CONFIRM)
        assert number == closed.round + 1
        assert judged_at is None or kind is SendTooLate
        assert await transaction.gates.decision(run.id, CONFIRM, number) is None
        assert [row.outcome for row in await transaction.audit.newest(run_id=run.id) if row.kind == "intent"] == ["refused"]
    assert [vote.person for vote in await house.votes(run.id)] == ["U0ANA"]
    return caught.value


async def test_a_freeze_that_begins_after_the_decision_stops_it_and_who_clicked_is_told(house: House) -> None:
    run = planned(house)
    meanwhile(house, lambda: freeze(house))
    error = await refused(house, run, FreezeStarted)
    assert isinstance(error, FreezeStarted)
    assert len(error.phrases) == 1

    await house.freezing.lift(LiftFreeze("*-prod"), ANA, DEPLOYS)
    assert (await house.vote(run.id)).outcome is IntentState.SETTLED
    assert applied(house) == 1


async def test_a_freeze_elsewhere_stops_nothing(house: House) -> None:
    run = planned(house)
    house.runs.add_workspace("storefront-dev")
    meanwhile(house, lambda: freeze(house, "*-dev"))
    assert (await house.vote(run.id)).outcome is IntentState.SETTLED


async def test_a_freeze_of_the_file_that_begins_after_the_decision_stops_it(house: House) -> None:
    run = planned(house, "batch-night")

    async def night_falls() -> None:
        house.clock.move(3600)

    meanwhile(house, night_falls)
    await refused(house, run, FreezeStarted)


async def test_rules_that_are_activated_after_the_decision_stop_it(house: House) -> None:
    run = planned(house)
    meanwhile(house, lambda: activate(house))
    await refused(house, run, RulesReplaced)


async def test_a_discard_under_other_rules_is_stopped_and_by_a_freeze_it_is_not(house: House) -> None:
    first, second = planned(house), planned(house, "billing-prod")
    meanwhile(house, lambda: freeze(house))
    assert (await house.act(Action.DISCARD, first.id)).outcome is IntentState.SETTLED
    meanwhile(house, lambda: activate(house))
    with pytest.raises(RulesReplaced):
        await house.act(Action.DISCARD, second.id)
    assert [call.given["run_id"] for call in house.runs.calls_of("act")] == [first.id]


async def test_a_decision_that_is_another_or_about_another_plan_is_not_sent(house: House) -> None:
    for number, changes in enumerate(({"intent_id": "rb-other"}, {"plan_digest": "another"})):
        run = planned(house, f"storefront-{number}-prod")

        async def replaced(run: Run = run, changes: dict[str, str] = changes) -> None:
            async with house.store.write() as transaction:
                here = decisions.c.run_id == run.id
                await transaction.gates.connection.execute(update(decisions).where(here).values(changes))  # type: ignore[attr-defined]

        meanwhile(house, replaced)
        with pytest.raises(DecisionReplaced):
            await house.vote(run.id)
    assert applied(house) == 0
    assert await house.open_intents() == ()


async def test_a_decision_whose_round_was_reopened_is_not_sent(house: House) -> None:
    run = planned(house)

    async def reopened() -> None:
        async with house.store.write() as transaction:
            await transaction.gates.reopen(run.id, CONFIRM, 1)

    meanwhile(house, reopened)
    with pytest.raises(DecisionReplaced):
        await house.vote(run.id)
    assert applied(house) == 0


def busy_from(house: House, first: int) -> None:
    """The database is busy from this transaction that writes on, counted from 1."""
    write, count = house.store.write, itertools.count(1)

    @asynccontextmanager
    async def counted() -> AsyncIterator[Transaction]:
        if next(count) >= first:
            raise StoreBusy
        async with write() as transaction:
            yield transaction

    house.store.write = counted  # type: ignore[method-assign]


@pytest.mark.parametrize("first, state, calls", [(1, IntentState.PENDING, 0), (2, IntentState.SENT, 1)])
async def test_a_decision_that_stands_while_the_database_is_busy_is_not_said_to_be_none(
    house: House, first: int, state: IntentState, calls: int
) -> None:
    """It was committed and will be sent, or has been: whoever is told that nothing was done would decide again, or rely on it."""
    run, write = planned(house), house.store.write

    async def gone() -> None:
        busy_from(house, first)

    meanwhile(house, gone)
    acted = await house.vote(run.id)
    assert (acted.outcome, applied(house)) == (state, calls)
    house.store.write = write  # type: ignore[method-assign]
    for _ in range(6):
        house.clock.move(16)
        await house.turn()
    assert (await house.intent_of(run.id)).state is IntentState.SETTLED
    assert applied(house) == 1


async def test_a_database_that_is_busy_while_it_is_judged_again_closes_no_decision(house: House) -> None:
    run = planned(house)
    house.runs.fail("act", TerraformRateLimited("terraform.test", 12))
    assert (await house.vote(run.id)).outcome is IntentState.PENDING
    judge = house.intents.judge

    async def busy(intent: Intent) -> None:  # noqa: ARG001 - as Judge has it
        raise StoreBusy

    house.intents.judge = busy
    await house.turn()
    assert (await house.intent_of(run.id)).state is IntentState.PENDING
    house.intents.judge = judge
    house.clock.move(21)
    await house.turn()
    assert (await house.intent_of(run.id)).state is IntentState.SETTLED


async def test_what_another_process_has_sent_meanwhile_is_not_said_to_be_stopped(house: House) -> None:
    run = planned(house)

    async def somebody_sends() -> None:
        [intent] = await house.open_intents()
        async with house.store.write() as transaction:
            await transaction.intents.move(intent, IntentState.SENT, owner="another")
        await freeze(house)

    meanwhile(house, somebody_sends)
    assert (await house.vote(run.id)).outcome is IntentState.SENT


async def test_a_process_that_stood_still_after_the_commit_sends_nothing_any_more(house: House) -> None:
    """The others take it for lost meanwhile, and a freeze is confirmed without it."""
    run = planned(house)
    leased = house.intents._leased

    async def stands_still(intent: Intent, *, say: bool) -> Intent | None:
        found = await leased(intent, say=say)
        house.clock.move(house.pace.intent_lease)
        return found

    house.intents._leased = stands_still  # type: ignore[method-assign]
    await refused(house, run, SendTooLate)


# In an emergency


async def test_an_emergency_decision_passes_freezes_that_begin_later_too(house: House) -> None:
    run = planned(house)
    await freeze(house)
    meanwhile(house, lambda: freeze(house, "storefront-*"))
    assert (await emergency(house, run)).outcome is IntentState.SETTLED


async def test_an_emergency_decision_is_stopped_by_rules_and_without_a_freeze_it_is_none(house: House) -> None:
    run = planned(house)
    meanwhile(house, lambda: freeze(house))
    with pytest.raises(FreezeStarted):
        await emergency(house, run)
    meanwhile(house, lambda: activate(house))
    with pytest.raises(RulesReplaced):
        await emergency(house, run)
    assert applied(house) == 0


async def emergency(house: House, run: Run) -> Acted:
    return await house.act(Action.APPLY, run.id, comment="it burns", breaks_glass=True)


# Overrides, and what applies by itself


@pytest.mark.parametrize("applies", [True, False])
async def test_an_override_is_stopped_by_a_freeze_where_it_applies_and_else_goes_on(house: House, *, applies: bool) -> None:
    run = failing(house, auto_apply=applies)
    meanwhile(house, lambda: freeze(house, "*"))
    if applies:
        with pytest.raises(FreezeStarted):
            await override(house, run)
    else:
        assert (await override(house, run)).outcome is IntentState.SETTLED
    assert sent(house) == (not applies)


async def test_a_run_that_applies_by_itself_is_stopped_and_goes_on_when_the_freeze_is_over(house: House) -> None:
    house.runs.add_workspace("storefront-prod")
    run_id = str((await house.start("storefront-prod", "nightly", auto_apply=True)).run_id)
    house.runs.finish_plan(run_id)
    await house.poll()
    meanwhile(house, lambda: freeze(house))
    await house.autoapply.tick(house.clock.now())
    assert (applied(house), (await house.intent_of(run_id)).state) == (0, IntentState.REFUSED)

    house.clock.move(31)
    await house.autoapply.tick(house.clock.now())
    assert applied(house) == 0
    await house.freezing.lift(LiftFreeze("*-prod"), ANA, DEPLOYS)
    house.clock.move(31)
    await house.autoapply.tick(house.clock.now())
    assert applied(house) == 1


async def test_what_had_to_wait_is_checked_when_it_is_sent_and_the_channel_hears(house: House) -> None:
    run = planned(house)
    house.runs.fail("act", TerraformRateLimited("terraform.test", 20))
    assert (await house.vote(run.id)).outcome is IntentState.PENDING
    meanwhile(house, lambda: freeze(house))
    house.clock.move(30)
    await house.intents.tick(house.clock.now())
    await house.paint()
    assert (applied(house), (await house.intent_of(run.id)).state) == (1, IntentState.REFUSED)
    assert [one.note.mention for one in house.in_channel() if "Nothing was sent" in str(one.picture)] == ["U0ANA"]


async def test_a_run_is_started_during_a_freeze_since_none_of_ours_applies_by_itself(house: House) -> None:
    house.runs.add_workspace("storefront-prod")
    await freeze(house)
    started = await house.start("storefront-prod", auto_apply=True)
    assert started.outcome is IntentState.SETTLED
    assert not house.runs.run(str(started.run_id)).auto_apply


# What was sent before


@asynccontextmanager
async def in_flight(house: House, run: Run) -> AsyncIterator[asyncio.Event]:
    """An apply that is on its way to the server for as long as the event is not set."""
    left, answer = asyncio.Event(), asyncio.Event()

    async def on_its_way() -> None:
        left.set()
        await answer.wait()

    house.runs.before["act"] = on_its_way
    voting = asyncio.create_task(house.vote(run.id))
    await left.wait()
    try:
        yield answer
    finally:
        answer.set()
        assert (await voting).outcome is IntentState.SETTLED


async def test_an_apply_that_was_sent_and_has_no_answer_is_named_in_the_answer_and_in_the_channel(house: House) -> None:
    run = planned(house)
    async with in_flight(house, run):
        done = await freeze(house)
    intent = await house.intent_of(run.id)
    assert done.under_way == (UnderWay(intent_id=intent.id, run_id=run.id, workspace="acme/storefront-prod", deed=Deed.APPLY),)
    await house.paint()
    [note] = [one.note for one in house.in_channel() if one.key.startswith("freeze/")]
    assert run.id in note.text


async def declared(house: House) -> bool:
    async with house.store.read() as transaction:
        return bool(await transaction.freezes.all())


async def test_an_apply_that_is_answered_while_the_freeze_waits_is_not_named(house: House) -> None:
    run = planned(house)
    patient = InFlight(house.store, Pace(answers_within=5, answers_every=0.01))
    house.freezing._in_flight = patient
    async with in_flight(house, run) as answer:
        declaring = asyncio.create_task(freeze(house))
        async with asyncio.timeout(10):
            while not await declared(house):
                await asyncio.sleep(0.005)
        assert not declaring.done()
        answer.set()
        done = await declaring
    assert done.under_way == ()


async def test_an_apply_whose_answer_was_lost_is_under_way_until_the_run_tells(house: House) -> None:
    run = planned(house)
    house.runs.fail("act", TerraformAnswerLost("terraform.test"))
    assert (await house.vote(run.id)).outcome is IntentState.UNSURE
    assert [one.run_id for one in (await freeze(house)).under_way] == [run.id]
    for _ in range(8):
        await house.turn()
    assert (await freeze(house)).under_way == ()


async def test_a_freeze_names_what_it_covers_alone_and_never_what_stops_a_run(house: House) -> None:
    for number, action in enumerate((Action.APPLY, Action.APPLY, Action.DISCARD)):
        run = planned(house, f"{'other' if number else 'storefront'}-prod" if action is Action.APPLY else "third-prod")
        house.runs.fail("act", TerraformAnswerLost("terraform.test"))
        await house.act(action, run.id)
    first = [one.workspace for one in (await freeze(house, "storefront-*")).under_way]
    assert first == ["acme/storefront-prod"]
    assert {one.workspace for one in (await freeze(house)).under_way} == {"acme/storefront-prod", "acme/other-prod"}


async def test_of_a_workspace_that_is_not_known_any_more_nothing_is_sent_and_what_was_is_named(house: House) -> None:
    run = planned(house)
    house.runs.add_workspace("dns")

    async def gone() -> None:
        async with house.store.write() as transaction:
            await transaction.workspaces.forget([run.workspace_id])

    async def gone_and_frozen() -> None:
        await freeze(house, "dns")
        await gone()

    meanwhile(house, gone_and_frozen)
    await refused(house, run, FreezeStarted)
    await house.freezing.lift(LiftFreeze("dns"), ANA, DEPLOYS)
    house.runs.fail("act", TerraformAnswerLost("terraform.test"))
    assert (await house.vote(run.id)).outcome is IntentState.UNSURE
    await gone()
    assert [one.run_id for one in (await freeze(house, "dns")).under_way] == [run.id]


async def test_an_activation_names_every_decision_that_was_sent_before(house: House) -> None:
    other = RulesInForce(house.store, house.clock, replace(RULES, hash="newer"))
    waits = InFlight(house.store, Pace(answers_within=0.02, answers_every=0.01))
    for name, action in (("storefront-prod", Action.APPLY), ("third-prod", Action.DISCARD)):
        house.runs.fail("act", TerraformAnswerLost("terraform.test"))
        await house.act(action, planned(house, name).id)
    done = await other.put_in_force("an operator")
    assert done.is_new
    assert {(one.workspace, one.deed) for one in await waits.unanswered(done.under_way)} == {
        ("acme/storefront-prod", Deed.APPLY),
        ("acme/third-prod", Deed.DISCARD),
    }
    again = await other.put_in_force("an operator")
    assert (again.is_new, again.under_way) == (False, done.under_way)


class Busy:
    """A store that cannot be read for now."""

    def read(self) -> object:
        raise StoreBusy


async def test_what_cannot_be_read_counts_as_not_answered(house: House) -> None:
    one = UnderWay(intent_id="rb-1", run_id="run-1", workspace="acme/x", deed=Deed.APPLY)
    busy = InFlight(Busy(), Pace(answers_within=0.02, answers_every=0.01))  # type: ignore[arg-type] # reads alone
    assert await busy.unanswered([one]) == (one,)
    assert await InFlight(house.store, Pace(answers_within=5, answers_every=0.01)).unanswered([one]) == ()
