"""Whether a voter is the person a run came from, by e-mail addresses; and how people and channels are called and known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.decisions import IntentState
from bot.core.errors import ChatUnreachable, TerraformUnreachable, VoteNotCounted
from bot.core.identities import InvolvedBy, Origin, Role, Sameness
from bot.core.people import Circle
from bot.core.rules import Demand, Rule, UnknownAuthor
from bot.core.runs import Action, Run
from bot.core.verdicts import Named, plain_words
from bot.services.names import Names
from bot.services.sharing import Sharing
from tests.fakes.chat import FakeChat, FakePeople
from tests.services.house import ANA, KIM, POLICY, TEAM, House, TestClock, open_house

CREATOR = Demand(four_eyes=frozenset({Role.CREATOR}), circle=Circle(members=True), unknown_author=UnknownAuthor.REFUSE)
RULES = replace(
    POLICY,
    grants=POLICY.grants[:1],
    rules=(Rule(name="not the creator", demand=CREATOR),),
    hash="four eyes",
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=RULES) as house:
        house.people.add("U0ANA", "ana", email="ana@acme.example")
        house.people.add("U0KIM", "kim", email="kim@acme.example")
        yield house


def created_by(house: House, username: str) -> Run:
    return house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned", created_by=username)


async def refused(house: House, run: Run) -> str:
    with pytest.raises(VoteNotCounted) as caught:
        await house.vote(run.id, KIM)
    return " ".join(plain_words(phrase) for phrase in caught.value.phrases)


async def test_whoever_has_another_address_than_the_creator_is_somebody_else(house: House) -> None:
    house.memberships.add("not.ana.ruiz", "other@acme.example")
    house.memberships.add("ana.ruiz", "ana@acme.example")
    run = created_by(house, "ana.ruiz")
    assert (await house.vote(run.id, KIM)).outcome is IntentState.SETTLED


async def test_whoever_has_the_address_of_the_creator_is_the_creator(house: House) -> None:
    house.memberships.add("kim.lee2", "ana@acme.example")
    house.memberships.add("kim.lee", "kim@acme.example")
    assert "they created the run" in await refused(house, created_by(house, "kim.lee"))


@pytest.mark.parametrize("trouble", ["no member", "no address", "address of nobody", "server down", "slack down"])
async def test_what_is_not_known_is_possibly_the_same_and_the_refusal_says_how_to_settle_it(house: House, trouble: str) -> None:
    run = created_by(house, "ana.ruiz")
    if trouble != "no member":
        house.memberships.add("ana.ruiz", {"no address": "", "address of nobody": "nobody@acme.example"}.get(trouble, "ana@acme.example"))
    if trouble == "server down":
        house.memberships.fail(TerraformUnreachable("terraform.test"), times=5)
    if trouble == "slack down":
        house.people.unreachable = {"ana@acme.example"}
    said = await refused(house, run)
    assert "they may be who created the run (“ana.ruiz”)" in said
    assert "[people]" in said


async def test_an_address_is_asked_for_once_in_a_minute(house: House) -> None:
    house.memberships.add("ana.ruiz", "ana@acme.example")
    run = created_by(house, "ana.ruiz")
    question = await house.evidence.question(Action.APPLY, await house.reader.read(run.id))

    async def known() -> str:
        return (await house.voting._kinship.told(question)).origins[Role.CREATOR].email

    assert await known() == "ana@acme.example"
    house.memberships.fail(TerraformUnreachable("terraform.test"))
    house.clock.move(59)
    assert await known() == "ana@acme.example"
    house.clock.move(1)
    assert [await known(), await known()] == ["", "ana@acme.example"]


async def test_names_are_those_of_slack_and_ids_where_slack_cannot_be_asked() -> None:
    people, clock = FakePeople(), TestClock()
    people.add("U0ANA", "Ana")
    people.handles["S0PLATFORM"] = "platform"
    names = Names(people, clock, TEAM)
    ana, platform, kim = Named("U0ANA"), Named("S0PLATFORM", is_group=True), Named("U0KIM")
    assert await names.of([ana, platform]) == {ana: "Ana", platform: "platform"}
    people.fail(ChatUnreachable(), times=3)
    clock.move(3600)
    assert await names.of([ana, kim]) == {ana: "Ana", kim: "U0KIM"}


async def test_a_channel_is_asked_about_once_a_minute_and_the_last_answer_stands_for_what_is_only_shown() -> None:
    chat, clock = FakeChat(), TestClock()
    chat.shared, chat.private = {"C0SHARED", "C0ALLOWED"}, {"C0UNSEEN"}
    sharing = Sharing(chat, clock, {"C0ALLOWED"})
    assert [await sharing.only_tells(one) for one in ("C0SHARED", "C0SHARED", "C0OURS", "C0ALLOWED", "D0KIM", "C0UNSEEN")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert [channel for _, channel in chat.calls] == ["C0SHARED", "C0OURS", "C0UNSEEN"]
    clock.move(61)
    chat.fail("is_shared", ChatUnreachable(), times=2)
    assert [await sharing.only_tells(one) for one in ("C0SHARED", "C0NEW")] == [True, False]


async def test_where_nobody_knows_who_the_creator_is_one_vote_more_is_enough(tmp_path: Path) -> None:
    more = replace(RULES, rules=(Rule(name="not the creator", demand=replace(CREATOR, unknown_author=UnknownAuthor.ONE_MORE_VOTE)),))
    async with open_house(tmp_path, policy=more) as house:
        for actor in (ANA, KIM):
            house.people.add(actor.id, actor.name)
        run = created_by(house, "ana.ruiz")
        first = await house.vote(run.id, KIM)
        assert first.outcome is None
        assert [(one.have, one.need) for one in first.verdict.missing if one.rule] == [(1, 2)] if first.verdict else False
        assert (await house.vote(run.id, ANA)).outcome is IntentState.SETTLED


async def test_the_uploader_is_known_by_an_address_as_the_creator_is(tmp_path: Path) -> None:
    author = replace(CREATOR, four_eyes=frozenset({Role.AUTHOR}))
    async with open_house(tmp_path, policy=replace(RULES, rules=(Rule(name="not the author", demand=author),))) as house:
        house.people.add("U0ANA", "ana", email="ana@acme.example")
        house.people.add("U0KIM", "kim", email="kim@acme.example")
        house.memberships.add("kim.lee", "kim@acme.example")
        asked = await house.evidence.question(Action.APPLY, await house.reader.read(created_by(house, "kim.lee").id))
        uploader = Origin(terraform="kim.lee", by=InvolvedBy.FIRST_RUN)
        known = await house.voting._kinship.told(replace(asked, origins={}, inherited=((Role.AUTHOR, uploader),)))
        assert [known.identities.same(one, known.inherited[0][1]) for one in ("U0KIM", "U0ANA")] == [Sameness.YES, Sameness.NO]
