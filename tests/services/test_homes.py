"""What somebody's Home shows: what waits for them, their own runs, and watches over what they may read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.commands.watches import AddWatch
from bot.core.errors import MembershipUnread
from bot.core.homes import Home, NoHome
from bot.core.people import Actor, Standing
from bot.core.policy import Grant, Right
from bot.core.runs import Run
from bot.services.homes import AT_ONCE, OPEN_MOST
from tests.services.house import ANA, DEPLOYS, GUS, KIM, OTHER, POLICY, RAJ, House, open_house

NARROW = replace(
    POLICY,
    grants=(
        Grant(may=frozenset({Right.READ, Right.START, Right.DECIDE}), people=frozenset({"U0ANA"})),
        Grant(may=frozenset({Right.READ, Right.START, Right.DECIDE}), workspaces=("*-dev",), people=frozenset({"U0KIM", "U0RAJ"})),
    ),
    hash="narrow",
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=NARROW) as house:
        yield house


async def home_of(house: House, actor: Actor) -> Home:
    found = await house.homes.of(actor)
    assert isinstance(found, Home)
    return found


async def waiting(house: House, name: str, actor: Actor = ANA) -> Run:
    house.runs.add_workspace(name)
    run_id = (await house.start(name, actor=actor)).run_id
    assert run_id is not None
    await house.paint()
    run = house.runs.finish_plan(run_id)
    await house.turn()
    return run


async def test_what_waits_is_what_one_may_decide_and_leads_to_where_it_is_asked(house: House) -> None:
    dev, prod = await waiting(house, "shop-dev"), await waiting(house, "shop-prod")
    assert [one.run.id for one in (await home_of(house, ANA)).waiting] == [dev.id, prod.id]
    (one,) = (await home_of(house, KIM)).waiting
    assert (one.run.id, one.asked_in) == (dev.id, "C0DEPLOYS")
    assert one.asked.startswith("https://acme.slack.com/archives/C0DEPLOYS/p")


async def test_what_one_has_decided_waits_no_more(house: House) -> None:
    run = await waiting(house, "shop-dev")
    await house.vote(run.id, KIM)
    assert (await home_of(house, KIM)).waiting == ()
    assert (await home_of(house, ANA)).waiting == ()


async def test_ones_own_runs_come_newest_first_and_nobody_elses(house: House) -> None:
    first, second = await waiting(house, "shop-dev", KIM), await waiting(house, "tools-dev", KIM)
    await waiting(house, "shop-prod")
    found = await home_of(house, KIM)
    assert [row.run.id for row in found.own] == [second.id, first.id]
    assert found.looked_at is not None


async def test_watches_over_what_one_may_not_read_are_not_shown(house: House) -> None:
    for name in ("shop-dev", "shop-prod"):
        house.runs.add_workspace(name)
    await house.poll()
    for pattern, place in (("*-prod", DEPLOYS), ("shop-*", OTHER), ("nothing-*", DEPLOYS)):
        await house.watching.add(AddWatch(pattern), ANA, place)
    await house.watching.add(AddWatch("none-dev*"), KIM, DEPLOYS)
    assert [one.pattern for one in (await home_of(house, KIM)).watches] == ["shop-*", "none-dev*"]
    assert [one.pattern for one in (await home_of(house, RAJ)).watches] == ["shop-*"]
    assert len((await home_of(house, ANA)).watches) == 4


async def test_guests_and_strangers_see_nothing(house: House) -> None:
    await waiting(house, "shop-dev")
    assert await house.homes.of(GUS) == NoHome(Standing.GUEST)
    assert await house.homes.of(Actor(id="U0KIM", team_id="T0OTHER")) == NoHome(Standing.STRANGER)


async def test_nobody_is_shown_anything_while_slack_does_not_say_who_they_are(house: House) -> None:
    house.people.unreachable.add("U0KIM")
    with pytest.raises(MembershipUnread):
        await house.homes.of(KIM)


async def test_it_says_whether_somebody_is_written_to(house: House) -> None:
    assert not (await home_of(house, KIM)).hears_of_own
    await house.notices.ask(KIM, wanted=True)
    assert (await home_of(house, KIM)).hears_of_own


async def test_a_home_counts_as_open_for_a_while_and_few_are_remembered(house: House) -> None:
    assert not house.homes.is_open("U0KIM")
    house.homes.opened(KIM)
    house.clock.move(600)
    assert house.homes.is_open("U0KIM")
    house.clock.move(1)
    assert not house.homes.is_open("U0KIM")
    house.homes.opened(KIM)
    for number in range(OPEN_MOST):
        house.homes.opened(Actor(id=f"U{number}", team_id=KIM.team_id))
    assert not house.homes.is_open("U0KIM")


async def test_each_open_home_has_its_turn_and_those_that_are_closed_have_none(house: House) -> None:
    house.homes.opened(KIM)
    house.clock.move(300)
    for number in range(AT_ONCE):
        house.homes.opened(Actor(id=f"U{number}", team_id=KIM.team_id))
    first = [one.id for one in house.homes.next_ones()]
    assert first == ["U0KIM", *(f"U{number}" for number in range(AT_ONCE - 1))]
    assert house.homes.next_ones()[0].id == f"U{AT_ONCE - 1}"
    house.clock.move(301)
    assert {one.id for one in (*house.homes.next_ones(), *house.homes.next_ones())} == {f"U{number}" for number in range(AT_ONCE)}


async def test_what_is_shown_is_remembered_of_an_open_home_alone(house: House) -> None:
    house.homes.shown("U0KIM", b"a")
    assert not house.homes.is_shown("U0KIM", b"a")
    house.homes.opened(KIM)
    house.homes.shown("U0KIM", b"a")
    assert house.homes.is_shown("U0KIM", b"a")
    house.homes.opened(KIM)
    assert not house.homes.is_shown("U0KIM", b"a")
