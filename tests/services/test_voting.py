"""Votes: who counts, when they are enough, what falls when the world moves on, and how they are taken back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.commands.runs import RunReference
from bot.core.decisions import IntentState
from bot.core.errors import (
    AlreadyDecided,
    ChannelShared,
    ChatUnreachable,
    MembershipUnread,
    NotGranted,
    NotPossibleNow,
    NoVote,
    RightMissing,
    RulesDiffer,
    WordsWanted,
)
from bot.core.freezes import Freeze
from bot.core.people import Circle, Standing
from bot.core.policy import Actor
from bot.core.rules import Demand, Match, Risk, Rule
from bot.core.runs import CONFIRM, Action, Run
from bot.core.verdicts import Lack, Outcome
from bot.core.votes import Why
from bot.services.ruling import RulesInForce
from tests.services.house import ANA, DEPLOYS, GUS, KIM, POLICY, RAJ, TEAM, House, open_house

TWO = Rule(
    name="production wants two",
    match=Match(workspaces=("*-prod",)),
    demand=Demand(votes=2, circle=Circle(groups=frozenset({"S0PLATFORM", "S0SECURITY"})), one_from_each=("S0SECURITY",)),
)
HIGH = Rule(name="careful", match=Match(workspaces=("*-db",)), demand=Demand(risk=Risk.HIGH))
NEVER = Rule(name="never", match=Match(workspaces=("*-frozen",)), deny="By hand only.")
OUTSIDE = Rule(name="elsewhere", match=Match(workspaces=("*-web",)), outside=True)
RULES = replace(POLICY, rules=(TWO, HIGH, NEVER, OUTSIDE), hash="of these rules")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=RULES) as house:
        house.people.groups["S0SECURITY"] = frozenset({"U0RAJ"})
        house.people.handles |= {"S0PLATFORM": "platform", "S0SECURITY": "security"}
        yield house


def planned(house: House, name: str = "storefront-prod") -> Run:
    return house.runs.add_run(house.runs.add_workspace(name), "planned")


def applied(house: House) -> int:
    return len(house.runs.calls_of("act"))


async def test_one_vote_of_two_is_noted_and_told_and_the_second_applies(house: House) -> None:
    run = planned(house)

    first = await house.vote(run.id, ANA)
    assert first.verdict is not None
    assert (first.outcome, first.verdict.outcome, applied(house)) == (None, Outcome.MISSING, 0)
    [missing] = first.verdict.missing
    assert (missing.have, missing.need, missing.groups) == (1, 2, ("S0SECURITY",))

    second = await house.vote(run.id, RAJ)
    assert (second.outcome, applied(house)) == (IntentState.SETTLED, 1)
    assert (await house.intent_of(run.id)).person == "U0RAJ"


async def test_how_it_stood_at_the_decision_is_kept_whoever_judges_it_later(house: House) -> None:
    run = planned(house, "storefront-dev")
    await house.vote(run.id, ANA)
    async with house.store.read() as transaction:
        before = await transaction.gates.look(run.id, CONFIRM)
    house.clock.move(60)
    await house.voting.tally(await house.reader.read(run.id))
    async with house.store.read() as transaction:
        assert await transaction.gates.look(run.id, CONFIRM) == before


async def test_a_person_has_one_vote_however_often_they_click(house: House) -> None:
    run = planned(house)
    for _ in range(3):
        acted = await house.vote(run.id, ANA)
        assert acted.outcome is None
    assert [vote.person for vote in await house.votes(run.id)] == ["U0ANA"]


async def test_a_vote_is_taken_back_until_the_decision_and_not_after(house: House) -> None:
    run = planned(house)
    await house.vote(run.id, ANA)
    asked = await house.approvals.take_back(reference(run), ANA, DEPLOYS)
    assert asked.tally is not None
    assert "0 of 2 votes" in " ".join(asked.tally.lacks)
    with pytest.raises(NoVote):
        await house.approvals.take_back(reference(run), ANA, DEPLOYS)

    await house.vote(run.id, RAJ)
    assert applied(house) == 0
    await house.vote(run.id, ANA)
    assert applied(house) == 1
    with pytest.raises(AlreadyDecided):
        await house.approvals.take_back(reference(run), RAJ, DEPLOYS)


@pytest.mark.parametrize(
    "actor, standing",
    [
        (GUS, Standing.GUEST),
        (Actor(id="U0ANA", team_id="T0OTHER", name="ana"), Standing.MEMBER),
        (Actor(id="U0NOBODY", team_id=TEAM, name="ana"), Standing.STRANGER),
        (Actor(id="U0DEV", team_id=TEAM, name="dev"), Standing.MEMBER),
    ],
)
async def test_who_has_no_say_is_refused_and_no_vote_is_noted(house: House, actor: Actor, standing: Standing) -> None:
    run = planned(house)
    house.people.add("U0DEV", "dev")
    with pytest.raises(RightMissing) as caught:
        await house.vote(run.id, actor)
    assert caught.value.standing in {standing, Standing.STRANGER}
    is_member = caught.value.standing == Standing.MEMBER
    assert caught.value.groups == (("S0PLATFORM", "S0SECURITY") if is_member else ())
    assert caught.value.workspace == ("acme/storefront-prod" if is_member else "any workspace")
    assert await house.votes(run.id) == ()


async def test_whose_group_cannot_be_read_is_told_to_try_again(house: House) -> None:
    run = planned(house)
    house.people.groups = {"S0PLATFORM": frozenset()}
    with pytest.raises(MembershipUnread):
        await house.vote(run.id, RAJ)


@pytest.mark.parametrize("name, words", [("shop-frozen", "By hand only."), ("shop-web", "")])
async def test_what_rules_forbid_is_refused_with_their_words(house: House, name: str, words: str) -> None:
    run = planned(house, name)
    with pytest.raises(NotGranted) as caught:
        await house.vote(run.id, ANA)
    assert [phrase for phrase in caught.value.phrases if "By hand only." in phrase] == ([(words,)] if words else [])
    assert await house.votes(run.id) == ()


async def test_a_risk_asks_for_a_reason_and_the_typed_name_and_says_which(house: House) -> None:
    run = planned(house, "shop-db")
    for words, wanted in (
        ({}, (True, True)),
        ({"reason": "rotate"}, (False, True)),
        ({"typed_name": "shop-db"}, (True, False)),
        ({"reason": "\u200b\ufeff", "typed_name": "shop-db"}, (True, False)),
        ({"reason": "\u3164 …!", "typed_name": "shop-db"}, (True, False)),
        ({"reason": "rotate", "typed_name": "shop-dev"}, (False, True)),
    ):
        with pytest.raises(WordsWanted) as caught:
            await house.vote(run.id, ANA, **words)
        assert (caught.value.reason, caught.value.typed_name) == wanted
    acted = await house.vote(run.id, ANA, reason="rotate", typed_name="shop-db")
    assert acted.outcome is IntentState.SETTLED


# What moves between two votes, or between the vote and the call


async def leave_the_group(house: House) -> None:
    house.people.groups["S0PLATFORM"] = frozenset({"U0ANA"})


async def be_deactivated(house: House) -> None:
    house.people.add("U0KIM", "kim", Standing.DEACTIVATED)


async def change_the_plan(house: House) -> None:
    run = next(iter(house.runs._runs.values()))
    change = {"address": "aws_vm.web", "type": "aws_vm", "change": {"actions": ["create"]}}
    house.texts.texts[str(run.plan_id)] = json.dumps({"format_version": "1.2", "resource_changes": [change]}).encode()


async def move_the_rules(house: House) -> None:
    house.voting._ruling.policy = replace(RULES, hash="other rules")
    house.evidence._policy = house.voting._ruling.policy
    await house.ruling.activate("an operator")


@pytest.mark.parametrize(
    "happens, why",
    [
        (leave_the_group, Why.NOT_ASKED),
        (be_deactivated, Why.NO_MEMBER),
        (change_the_plan, Why.PLAN_CHANGED),
        (move_the_rules, Why.RULES_CHANGED),
    ],
)
async def test_a_vote_falls_when_what_it_was_bound_to_has_changed(
    house: House, happens: Callable[[House], Awaitable[None]], why: Why
) -> None:
    run = planned(house)
    await house.vote(run.id, KIM)
    await happens(house)

    acted = await house.vote(run.id, RAJ)

    assert acted.verdict is not None
    assert (acted.outcome, applied(house)) == (None, 0)
    assert [fallen.why for fallen in acted.verdict.fallen] == [why]


async def test_rules_that_are_not_in_force_decide_nothing(house: House) -> None:
    run = planned(house)
    house.ruling.policy = replace(RULES, hash="not in force")
    for action in Action:
        with pytest.raises((RulesDiffer, NotPossibleNow)):
            await house.act(action, run.id)
    assert (applied(house), await house.votes(run.id)) == (0, ())


async def test_a_run_that_moves_between_reading_and_lock_is_not_voted_for(house: House) -> None:
    run = planned(house)

    async def somebody_discards() -> None:
        house.runs.before.pop("read_run")
        house.runs.move(run.id, "discarded")

    house.runs.before["read_run"] = somebody_discards
    with pytest.raises(NotPossibleNow):
        await house.vote(run.id, ANA)
    assert await house.votes(run.id) == ()


async def test_a_run_that_others_have_seen_move_before_the_lock_is_not_voted_for(house: House) -> None:
    run = planned(house, "storefront-dev")

    async def another_replica_looks(*_about: object) -> tuple[Freeze, ...]:
        house.clock.move(1)
        house.runs.move(run.id, "discarded")
        await house.reader.read(run.id)
        return ()

    house.voting._freezes = another_replica_looks
    with pytest.raises(NotPossibleNow):
        await house.vote(run.id, ANA)
    assert (applied(house), await house.votes(run.id)) == (0, ())


async def test_two_last_voters_at_once_make_one_decision(house: House) -> None:
    run = planned(house)
    results = await asyncio.gather(house.vote(run.id, ANA), house.vote(run.id, RAJ), house.vote(run.id, KIM), return_exceptions=True)
    done = [one for one in results if not isinstance(one, BaseException) and one.outcome is IntentState.SETTLED]
    assert (len(done), applied(house)) == (1, 1)
    assert all(isinstance(one, AlreadyDecided) for one in results if isinstance(one, BaseException))


async def test_a_freeze_holds_a_run_up_that_has_its_votes_and_its_end_lets_the_next_click_apply(house: House) -> None:
    freezes = [Freeze(scope="acme/*", reason="sale", by="U0OPS")]

    async def in_force(*_about: object) -> list[Freeze]:
        return freezes

    house.voting._freezes = in_force
    run = planned(house)
    await house.vote(run.id, ANA)
    held = await house.vote(run.id, RAJ)
    assert held.verdict is not None
    assert [missing.lack for missing in held.verdict.missing] == [Lack.FREEZE]
    assert applied(house) == 0
    freezes.clear()
    assert (await house.vote(run.id, RAJ)).outcome is IntentState.SETTLED


async def test_a_freeze_that_begins_between_reading_and_lock_holds_the_run_up(house: House) -> None:
    run, looks = planned(house, "storefront-dev"), [(), (Freeze(scope="acme/*", reason="sale", by="U0OPS"),)]

    async def in_force(*_about: object) -> tuple[Freeze, ...]:
        return looks.pop(0)

    house.voting._freezes = in_force
    held = await house.vote(run.id, ANA)
    assert held.verdict is not None
    assert [missing.lack for missing in held.verdict.missing] == [Lack.FREEZE]
    assert (applied(house), looks) == (0, [])


async def test_what_was_decided_and_not_sent_for_a_while_is_judged_by_the_votes_as_they_are_then(house: House) -> None:
    run = planned(house)
    await house.vote(run.id, ANA)
    carry_out, house.intents.carry_out = house.intents.carry_out, dies  # type: ignore[method-assign, assignment]
    with pytest.raises(ConnectionError):
        await house.vote(run.id, RAJ)
    house.intents.carry_out = carry_out  # type: ignore[method-assign]
    house.people.groups["S0SECURITY"] = frozenset({"U0SAM"})
    house.clock.move(house.pace.intent_judged_again + 1)
    await house.intents.tick(house.clock.now())

    closed = await house.intent_of(run.id)
    assert (closed.state, applied(house)) == (IntentState.REFUSED, 0)
    assert "was not applied" in closed.outcome
    assert {vote.person for vote in await house.votes(run.id)} == {"U0ANA", "U0RAJ"}, "votes stand when the gate opens again"


async def test_what_was_decided_and_not_sent_is_not_sent_once_other_rules_are_in_force(house: House) -> None:
    run = planned(house, "storefront-dev")
    carry_out, house.intents.carry_out = house.intents.carry_out, dies  # type: ignore[method-assign, assignment]
    with pytest.raises(ConnectionError):
        await house.vote(run.id, ANA)
    house.intents.carry_out = carry_out  # type: ignore[method-assign]
    await RulesInForce(house.store, house.clock, replace(RULES, hash="newer")).activate("an operator")
    house.clock.move(house.pace.intent_judged_again + 1)
    await house.intents.tick(house.clock.now())
    closed = await house.intent_of(run.id)
    assert (closed.state, applied(house)) == (IntentState.REFUSED, 0)
    assert "are not in force" in closed.outcome


async def dies(_intent: str) -> None:
    """A process that ends between the decision and the call."""
    raise ConnectionError


async def test_nobody_acts_where_people_of_other_companies_read_along(house: House) -> None:
    run = planned(house)
    house.chat.shared.add("C0DEPLOYS")
    attempts: list[Awaitable[object]] = [
        *(house.act(action, run.id) for action in Action),
        house.approvals.take_back(reference(run), ANA, DEPLOYS),
        house.start("storefront-prod"),
    ]
    for attempt in attempts:
        with pytest.raises(ChannelShared):
            await attempt
    assert applied(house) + len(house.runs.calls_of("create_run")) == 0


async def test_where_slack_does_not_say_whether_others_read_along_nobody_acts_and_buttons_stay(house: House) -> None:
    run = planned(house)
    house.chat.fail("is_shared", ChatUnreachable())
    with pytest.raises(MembershipUnread):
        await house.vote(run.id)
    assert (await house.vote(run.id)).outcome is None


def reference(run: Run) -> RunReference:
    return RunReference(run_id=run.id)
