"""Freezes: who may declare and end them, what they hold up, and how the glass is broken."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.core.activations import Activation
from bot.core.audits import AuditKind, AuditRow
from bot.core.commands.freezes import DeclareFreeze, LiftFreeze
from bot.core.decisions import IntentState
from bot.core.errors import (
    ChannelShared,
    GlassNotTheirs,
    MembershipUnread,
    NotGranted,
    RightMissing,
    RulesDiffer,
    UnknownFreeze,
    UnknownWorkspace,
    VoteNotCounted,
    WordsWanted,
    WrongMoment,
)
from bot.core.freezes import BreakGlass, FreezeWindow
from bot.core.people import Circle
from bot.core.policy import Actor, Grant, Place, Right
from bot.core.rules import Demand, Rule
from bot.core.runs import Action, Run
from bot.core.scopes import Scope
from bot.core.verdicts import Lack
from bot.core.windows import Window
from bot.services.access import Access
from bot.services.approvals import Acted
from bot.services.glass import Glass
from tests.services.house import ANA, DEPLOYS, GUS, KIM, POLICY, RAJ, TEAM, House, open_house
from tests.services.test_approvals import waiting_run

NIGHT = FreezeWindow(name="night", scope=Scope(workspaces=("*-night",)), window=Window(start=time(13), zone="UTC"), reason="sleep")
POLICE = replace(
    POLICY,
    grants=(*POLICY.grants, Grant(may=frozenset({Right.DECIDE}), workspaces=("*-prod",), people=frozenset({"U0KIM"}))),
    freezes=(NIGHT,),
    break_glass=BreakGlass(circle=Circle(people=frozenset({"U0RAJ"}), groups=frozenset({"S0SRE"})), channel="C0REVIEW"),
    zone="Europe/Berlin",
    hash="with freezes",
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=POLICE) as house:
        house.people.groups["S0SRE"] = frozenset({"U0ANA"})
        yield house


def planned(house: House, name: str = "storefront-prod") -> Run:
    return house.runs.add_run(house.runs.add_workspace(name), "planned")


async def freeze(house: House, pattern: str = "*-prod", until: str = "", actor: Actor = ANA) -> None:
    await house.freezing.declare(DeclareFreeze(pattern, "the sale", until), actor, DEPLOYS)


async def broken(house: House, run: Run, actor: Actor, reason: str = "it burns") -> Acted:
    return await house.act(Action.APPLY, run.id, actor=actor, comment=reason, breaks_glass=True)


async def audited(house: House, kind: AuditKind) -> list[AuditRow]:
    async with house.store.read() as transaction:
        return [row for row in await transaction.audit.page(0) if row.kind == kind]


async def test_a_freeze_that_begins_after_the_vote_holds_up_what_is_sent_later(house: House) -> None:
    run = planned(house)
    await house.poll()
    await freeze(house)
    held = await house.vote(run.id)
    assert held.verdict is not None
    assert [missing.lack for missing in held.verdict.missing] == [Lack.FREEZE]
    assert house.runs.calls_of("act") == []

    await house.freezing.lift(LiftFreeze("*-prod"), ANA, DEPLOYS)
    assert (await house.vote(run.id)).outcome is IntentState.SETTLED


async def test_a_decision_that_was_not_sent_is_judged_with_the_freezes_of_that_moment(house: House) -> None:
    run = planned(house)
    carry_out, house.intents.carry_out = house.intents.carry_out, fails  # type: ignore[method-assign, assignment]
    with pytest.raises(ConnectionError):
        await house.vote(run.id)
    house.intents.carry_out = carry_out  # type: ignore[method-assign]
    await freeze(house, "storefront-*")
    house.clock.move(15)
    await house.intents.tick(house.clock.now())
    intent = await house.intent_of(run.id)
    assert intent.state is IntentState.REFUSED
    assert house.runs.calls_of("act") == []


async def fails(_intent_id: str) -> None:
    raise ConnectionError


async def test_a_freeze_is_said_in_the_channel_and_shown_where_people_decide(house: House) -> None:
    await waiting_run(house)
    await freeze(house, "storefront-*", "tomorrow 09:00")
    await house.paint()
    notes = [one.note for one in house.in_channel() if one.key.startswith("freeze/")]
    assert [(note.mention, note.text) for note in notes] == [("U0ANA", "froze “storefront-*” until 2026-11-25 08:00 UTC: the sale")]
    tally = house.in_channel()[1].run_picture.tally
    assert tally is not None
    assert any("storefront-* is frozen until 2026-11-25 08:00 UTC, by @ana: the sale" in words for words in tally.lacks)


async def test_a_freeze_ends_by_itself_and_the_next_one_takes_its_row_away(house: House) -> None:
    run = planned(house)
    await freeze(house, until="1h")
    house.clock.move(3599)
    assert (await house.vote(run.id)).outcome is None
    house.clock.move(1)
    assert (await house.vote(run.id)).outcome is IntentState.SETTLED
    house.runs.add_workspace("other-prod")
    await house.poll()
    await freeze(house, "other-prod*")
    async with house.store.read() as transaction:
        assert [one.pattern for one in await transaction.freezes.all()] == ["other-prod*"]


async def test_a_freeze_of_the_file_is_in_force_by_the_clock(house: House) -> None:
    run = planned(house, "batch-night")
    house.clock.move(3600)
    held = await house.vote(run.id)
    assert held.verdict is not None
    [missing] = held.verdict.missing
    assert missing.freeze is not None
    assert (missing.freeze.scope, missing.freeze.source) == ("“night”: *-night", "runbell.toml")
    assert missing.freeze.until == datetime(2026, 11, 25, tzinfo=UTC)


async def test_the_same_person_freezes_the_same_once(house: House) -> None:
    planned(house)
    await freeze(house)
    await freeze(house, until="2h")
    listed = await house.freezing.list(ANA)
    assert [(one.scope, one.until) for one in listed.now] == [("*-prod", house.clock.now() + timedelta(hours=2))]
    assert [(row.action, row.workspace) for row in await audited(house, AuditKind.FREEZE)] == [("freeze", "*-prod")] * 2
    await freeze(house, actor=KIM)
    assert [(one.by, one.until is None) for one in (await house.freezing.list(ANA)).now] == [("U0ANA", False), ("U0KIM", True)]


async def test_whoever_freezes_needs_the_right_to_decide_in_all_it_covers(house: House) -> None:
    for name in ("storefront-prod", "storefront-dev", "dns"):
        planned(house, name)
    await house.poll()
    await freeze(house, "*-prod", actor=KIM)
    for pattern, actor in (("*", KIM), ("*-prod", RAJ), ("*-prod", GUS), ("nothing-*", RAJ)):
        with pytest.raises(RightMissing) as refused:
            await freeze(house, pattern, actor=actor)
        assert refused.value.right == Right.DECIDE


async def test_a_freeze_of_no_workspace_in_the_past_or_where_others_read_along_is_refused(house: House) -> None:
    planned(house)
    with pytest.raises(UnknownWorkspace):
        await freeze(house, "storefrnt-prod")
    with pytest.raises(WrongMoment):
        await freeze(house, until="2026-11-24 08:00")
    house.chat.shared.add(DEPLOYS.channel)
    house.clock.move(61)
    with pytest.raises(ChannelShared):
        await freeze(house)


async def test_another_persons_freeze_is_ended_with_the_right_admin_only(house: House) -> None:
    planned(house)
    await house.poll()
    await freeze(house)
    with pytest.raises(RightMissing) as refused:
        await house.freezing.lift(LiftFreeze("*-prod"), KIM, DEPLOYS)
    assert refused.value.right == Right.ADMIN

    await house.freezing.lift(LiftFreeze("*-prod"), ANA, DEPLOYS)
    house.clock.move(1)
    await freeze(house, actor=KIM)
    await freeze(house)
    with pytest.raises(RightMissing):
        await house.freezing.lift(LiftFreeze("*-prod"), KIM, DEPLOYS)
    assert [one.by for one in await house.freezing.lift(LiftFreeze("*-prod"), ANA, DEPLOYS)] == ["U0KIM", "U0ANA"]
    await house.paint()
    assert [one.note.text for one in house.in_channel() if one.key.startswith("freeze/note/unfreeze")][-1].endswith(
        "which somebody else had frozen."
    )


@pytest.mark.parametrize(
    "pattern, said", [("*-dev", "Nobody has frozen just"), ("*-night", "which an operator changes"), ("night", "runbell.toml")]
)
async def test_what_nobody_froze_by_hand_cannot_be_ended_by_hand(house: House, pattern: str, said: str) -> None:
    with pytest.raises(UnknownFreeze) as refused:
        await house.freezing.lift(LiftFreeze(pattern), ANA, DEPLOYS)
    assert said in refused.value.sentence


async def test_of_two_who_end_the_same_freeze_one_is_told_that_it_is_gone(house: House) -> None:
    planned(house)
    await freeze(house)
    async with house.store.read() as transaction:
        found = await transaction.freezes.all()
    async with house.store.write() as transaction:
        assert (await transaction.freezes.remove(found), await transaction.freezes.remove(found)) == (1, 0)


async def test_who_has_other_rules_than_those_in_force_ends_no_freeze(house: House) -> None:
    for name in ("storefront-prod", "storefront-dev"):
        planned(house, name)
    await freeze(house)
    async with house.store.write() as transaction:
        other = Activation(hash="newer", source="runbell.toml", text="", by="ops", activated_at=house.clock.now())
        await transaction.rules.activate(other)
    with pytest.raises(RulesDiffer):
        await house.freezing.lift(LiftFreeze("*-prod"), ANA, DEPLOYS)
    assert [one.scope for one in (await house.freezing.list(ANA)).now] == ["*-prod"]
    await freeze(house, "*-dev")


async def test_people_are_shown_the_freezes_of_what_they_may_read(house: House) -> None:
    for name in ("batch-night", "storefront-prod"):
        planned(house, name)
    await house.poll()
    await freeze(house)
    listed = await house.freezing.list(RAJ)
    assert [one.scope for one in listed.now] == ["*-prod"]
    assert listed.coming == (("night", datetime(2026, 11, 24, 13, tzinfo=UTC)),)
    house.clock.move(7200)
    assert [one.scope for one in (await house.freezing.list(RAJ)).now] == ["“night”: *-night", "*-prod"]
    with pytest.raises(RightMissing):
        await house.freezing.list(GUS)


# Breaking the glass


async def test_who_may_break_the_glass_applies_in_spite_of_a_freeze_and_it_is_reviewed(house: House) -> None:
    run = planned(house)
    await freeze(house)
    assert (await broken(house, run, ANA)).outcome is IntentState.SETTLED
    await house.paint()
    [review] = house.in_channel(Place(channel="C0REVIEW"))
    assert review.note.mention == "U0ANA"
    assert f"broke the glass: {run.id} of acme/storefront-prod" in review.note.text
    assert "Why: it burns. The freeze: *-prod is frozen" in review.note.text
    assert ", by @ana: " in review.note.text
    [row] = await audited(house, AuditKind.BREAK_GLASS)
    assert (row.person, row.run_id, row.reason) == ("U0ANA", run.id, "it burns")
    assert "*-prod is frozen, by @U0ANA" in json.loads(row.details)["freeze"]
    async with house.store.read() as transaction:
        decision = await transaction.gates.latest(run.id)
    assert decision is not None
    assert decision.broke_glass


async def test_the_glass_passes_freezes_and_never_votes_or_rules(house: House) -> None:
    run = planned(house)
    await freeze(house)
    with pytest.raises(VoteNotCounted):
        await broken(house, run, RAJ)
    await house.vote(run.id, KIM)
    assert (await broken(house, run, RAJ)).outcome is IntentState.SETTLED
    assert [vote.person for vote in await house.votes(run.id)] == ["U0KIM"]


async def test_without_a_freeze_there_is_no_glass_to_break(house: House) -> None:
    run = planned(house)
    assert (await broken(house, run, ANA)).outcome is IntentState.SETTLED
    assert await audited(house, AuditKind.BREAK_GLASS) == []
    assert house.in_channel(Place(channel="C0REVIEW")) == []


async def test_who_may_break_the_glass_has_no_say_once_the_freeze_is_over(house: House) -> None:
    run = planned(house)
    await freeze(house)
    await house.vote(run.id, KIM)
    await house.freezing.lift(LiftFreeze("*-prod"), ANA, DEPLOYS)
    with pytest.raises(VoteNotCounted):
        await broken(house, run, RAJ)
    assert house.runs.calls_of("act") == []
    assert (await house.vote(run.id, KIM)).outcome is IntentState.SETTLED


async def test_who_is_not_named_gives_no_reason_or_cannot_be_read_breaks_nothing(house: House) -> None:
    run = planned(house)
    await freeze(house)
    with pytest.raises(GlassNotTheirs) as refused:
        await broken(house, run, KIM)
    assert (refused.value.people, refused.value.groups) == (("U0RAJ",), ("S0SRE",))
    with pytest.raises(RightMissing):
        await broken(house, run, GUS)
    for reason in (" ", "\u200b", "--", "\u2800\u3164"):
        with pytest.raises(WordsWanted):
            await broken(house, run, ANA, reason)
    house.people.groups["S0SRE"] = frozenset({"U0ANA", "U0GUS"})
    with pytest.raises(RightMissing):
        await broken(house, run, GUS)
    glass = Glass(Access(house.people, POLICE, TEAM), POLICE)
    assert [await glass.may(await house.people.person(one.id, TEAM)) for one in (ANA, KIM, GUS)] == [True, False, False]
    del house.people.groups["S0SRE"]
    with pytest.raises(MembershipUnread):
        await broken(house, run, KIM)
    assert house.runs.calls_of("act") == []


async def test_a_broken_glass_holds_when_the_decision_is_sent_later(house: House) -> None:
    run = planned(house)
    await freeze(house)
    carry_out, house.intents.carry_out = house.intents.carry_out, fails  # type: ignore[method-assign, assignment]
    with pytest.raises(ConnectionError):
        await broken(house, run, ANA)
    house.intents.carry_out = carry_out  # type: ignore[method-assign]
    house.clock.move(15)
    await house.intents.tick(house.clock.now())
    assert (await house.intent_of(run.id)).state is IntentState.SETTLED


async def test_more_votes_are_wanted_of_whoever_breaks_the_glass_too(tmp_path: Path) -> None:
    two = replace(POLICE, rules=(Rule(name="two", demand=Demand(votes=2)),), hash="two and freezes")
    async with open_house(tmp_path, policy=two) as house:
        house.people.groups["S0SRE"] = frozenset({"U0ANA"})
        run = planned(house)
        await freeze(house)
        assert not (await house.vote(run.id, ANA)).may_break_glass
        acted = await broken(house, run, ANA)
        assert acted.verdict is not None
        assert {missing.lack for missing in acted.verdict.missing} == {Lack.VOTES, Lack.FREEZE}
        assert (await house.vote(run.id, KIM)).outcome is None
        assert (await broken(house, run, ANA)).outcome is IntentState.SETTLED


async def test_a_denial_is_not_broken(tmp_path: Path) -> None:
    denied = replace(POLICE, rules=(Rule(name="never", deny="By hand."),), hash="never")
    async with open_house(tmp_path, policy=denied) as house:
        house.people.groups["S0SRE"] = frozenset({"U0ANA"})
        run = planned(house)
        with pytest.raises(NotGranted):
            await broken(house, run, ANA)
