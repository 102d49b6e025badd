"""A message that asks before its plan could be judged: its buttons get the digest of the plan as soon as that is known."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.core.commands.runs import RunReference
from bot.core.commands.watches import AddWatch
from bot.core.decisions import IntentState
from bot.core.errors import TerraformUnreachable
from bot.core.pictures import Picture
from bot.core.plans import weak_digest
from bot.core.policy import Place
from bot.core.runs import Action, Run
from bot.core.tallies import Tally
from bot.services.reading import Found
from bot.services.tallies import Tallies
from bot.services.voting import Voting
from tests.fakes.chat import FakeChat
from tests.services.house import ANA, DEPLOYS, OTHER, House


@dataclass
class Judging:
    """`fails` of the next judgements for messages find no server; `asked` are the runs that they were about."""

    fails: int = 0
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def judging(monkeypatch: pytest.MonkeyPatch) -> Judging:
    state, tally = Judging(), Voting.tally

    async def judged(voting: Voting, found: Found) -> Tally:
        state.asked.append(found.run.id)
        if len(state.asked) <= state.fails:
            raise TerraformUnreachable("tfe.example")
        return await tally(voting, found)

    monkeypatch.setattr(Voting, "tally", judged)
    return state


async def waiting(house: House, *places: Place) -> Run:
    workspace = house.runs.add_workspace("storefront-dev")
    await house.poll()
    for place in places or (DEPLOYS,):
        await house.watching.add(AddWatch("*"), ANA, place)
    run = house.runs.add_run(workspace, "planned")
    await house.poll()
    await house.reader.read(run.id)  # nothing that a judgement reads is news, or that alone would have the message painted again
    return run


def digests(house: House, place: Place = DEPLOYS) -> list[str]:
    """The digest behind the buttons of the one message in a channel, each time that it was painted; "" where there was none."""
    [message] = house.in_channel(place)
    tallies = [getattr(picture, "tally", None) for picture in message.pictures]
    return [tally.digest if tally is not None else "" for tally in tallies]


async def plan_digest(house: House, run: Run) -> str:
    found = await house.reader.read(run.id)
    assert found.plan is not None
    return weak_digest(run.id, found.plan)


async def paint_twice(house: House) -> None:
    await house.paint()
    await house.paint()


async def test_a_message_that_could_be_judged_at_once_is_painted_once(house: House, judging: Judging) -> None:
    run = await waiting(house)
    await paint_twice(house)
    await house.tallies.tick(house.clock.now())
    await paint_twice(house)
    assert digests(house) == [await plan_digest(house, run)]
    assert judging.asked == [run.id]


async def test_a_message_that_could_not_be_judged_is_painted_again_once_it_can(house: House, judging: Judging) -> None:
    judging.fails = 1
    run = await waiting(house)
    await paint_twice(house)
    assert digests(house) == [""]

    await house.tallies.tick(house.clock.now())
    await paint_twice(house)

    assert digests(house) == ["", await plan_digest(house, run)]
    assert house.in_channel()[0].run_picture.buttons


async def test_one_that_can_still_not_be_judged_is_left_alone_for_a_while(house: House, judging: Judging) -> None:
    judging.fails = 2
    run = await waiting(house)
    await house.paint()
    for _ in range(3):
        await house.tallies.tick(house.clock.now())
    assert len(judging.asked) == 2

    house.clock.move(house.pace.judge_again + 1)
    await house.tallies.tick(house.clock.now())
    await house.paint()
    assert digests(house) == ["", await plan_digest(house, run)]


async def test_a_run_that_asks_nothing_any_more_is_not_judged(house: House, judging: Judging) -> None:
    judging.fails = 1
    run = await waiting(house)
    await house.paint()
    house.runs.move(run.id, "discarded")
    await house.poll()

    await house.tallies.tick(house.clock.now())

    assert judging.asked == [run.id]


async def test_a_run_that_is_decided_is_not_judged(house: House, judging: Judging) -> None:
    judging.fails = 1
    run = await waiting(house)
    await house.paint()
    assert (await house.act(Action.APPLY, run.id)).outcome is IntentState.SETTLED

    await house.tallies.tick(house.clock.now())

    assert judging.asked == [run.id]


async def test_what_one_channel_finds_out_another_that_was_painted_before_shows_too(house: House, judging: Judging) -> None:
    judging.fails = 1
    run = await waiting(house, DEPLOYS)
    await house.paint()
    await house.watching.add(AddWatch("*"), ANA, OTHER)
    await house.poll()
    await paint_twice(house)
    await house.paint()
    digest = await plan_digest(house, run)
    assert set(digests(house, OTHER)) == {digest}
    assert digests(house) == ["", digest]


async def test_what_a_person_is_shown_the_message_shows_too(house: House, judging: Judging) -> None:
    judging.fails = 1
    run = await waiting(house)
    await house.paint()

    preview = await house.previews.about(Action.APPLY, RunReference(run_id=run.id), ANA, DEPLOYS)
    await house.paint()

    assert digests(house) == ["", preview.digest]


async def shown_to_ana(house: House, run: Run) -> None:
    await house.previews.about(Action.APPLY, RunReference(run_id=run.id), ANA, DEPLOYS)


async def test_what_was_judged_after_a_message_was_put_together_is_in_it(
    house: House, judging: Judging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else has it judged between the read of the rows and the judgement for the message, which then has nothing to do."""
    run = await waiting(house)
    refresh = house.tallies.refresh

    async def late(run_id: str) -> bool:
        await shown_to_ana(house, run)
        return await refresh(run_id)

    monkeypatch.setattr(house.tallies, "refresh", late)
    await house.paint()
    assert judging.asked == []
    assert digests(house) == [await plan_digest(house, run)]


async def test_what_is_judged_while_a_message_is_on_its_way_is_painted_after_it(
    house: House, judging: Judging, monkeypatch: pytest.MonkeyPatch
) -> None:
    judging.fails = 1
    run = await waiting(house)
    post = FakeChat.post

    async def slow(chat: FakeChat, channel: str, picture: Picture, **options: Any) -> str:
        await shown_to_ana(house, run)
        return await post(chat, channel, picture, **options)

    monkeypatch.setattr(FakeChat, "post", slow)
    await paint_twice(house)
    assert digests(house) == ["", await plan_digest(house, run)]


async def test_a_judgement_that_takes_long_holds_up_no_message(house: House, judging: Judging, monkeypatch: pytest.MonkeyPatch) -> None:
    judging.fails = 1
    run = await waiting(house)
    await house.paint()
    begun, slow, tally = asyncio.Event(), asyncio.Event(), Voting.tally

    async def slowly(voting: Voting, found: Found) -> Tally:
        begun.set()
        await slow.wait()
        return await tally(voting, found)

    monkeypatch.setattr(Voting, "tally", slowly)
    tallies = Tallies(house.store, house.reader, house.voting, house.clock, replace(house.pace, request_timeout=0.02))
    ticking = asyncio.create_task(tallies.tick(house.clock.now()))
    await begun.wait()
    assert not await tallies.refresh(run.id)
    assert not ticking.done()

    slow.set()
    await ticking
    await house.paint()
    assert digests(house) == ["", await plan_digest(house, run)]
