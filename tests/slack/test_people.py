"""Who somebody is to our Slack workspace, and that Slack is not asked more often than it must be."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.core.errors import ChatRateLimited, ChatRefused, InstallationDead
from bot.core.pace import Pace
from bot.core.policy import Standing
from bot.sandbox.slack.server import open_slack
from bot.slack.clients import Clients
from bot.slack.people import Kept, SlackPeople, person_of

TEAM = "T0ACME"


@pytest.mark.parametrize(
    "facts, standing",
    [
        ({}, Standing.MEMBER),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, Standing.GUEST),
        ({"is_stranger": True}, Standing.STRANGER),
        ({"team_id": "T0OTHER"}, Standing.STRANGER),
        ({"team_id": "T0OTHER", "is_restricted": True}, Standing.STRANGER),
        ({"team_id": "T0HOME", "enterprise_user": {"teams": ["T0HOME", TEAM]}}, Standing.MEMBER),
        ({"deleted": True, "is_stranger": True}, Standing.DEACTIVATED),
        ({"is_bot": True}, Standing.APP),
        ({"id": "USLACKBOT"}, Standing.APP),
    ],
)
def test_standing_is_read_from_the_user_object(facts: dict[str, Any], standing: Standing) -> None:
    assert person_of({"id": "U0ANA", "team_id": TEAM, "name": "ana"} | facts, TEAM).standing is standing


@pytest.mark.parametrize(
    "facts, name",
    [
        ({"profile": {"display_name": "Ana", "real_name": "Ana Ruiz"}}, "Ana"),
        ({"profile": {"display_name": "", "real_name": "Ana Ruiz"}}, "Ana Ruiz"),
        ({"real_name": "Ana R."}, "Ana R."),
        ({"name": "ana"}, "ana"),
        ({}, "U0ANA"),
    ],
)
def test_the_name_is_the_one_people_chose(facts: dict[str, Any], name: str) -> None:
    assert person_of({"id": "U0ANA"} | facts, TEAM).name == name


async def test_somebody_of_another_team_is_a_stranger_whatever_slack_shows() -> None:
    async with open_slack() as server, aiohttp.ClientSession() as session:
        people = SlackPeople(Clients.of(server.card()["bot_token"], session, server.api), Pace(), TEAM)
        assert (await people.person("U0ANA", "T0OTHER")).standing is Standing.STRANGER
        assert (await people.person("U0ANA", TEAM)).standing is Standing.MEMBER


async def test_trouble_with_slack_is_no_answer() -> None:
    async with open_slack() as server, aiohttp.ClientSession() as session:
        people = SlackPeople(Clients.of("xoxb-wrong", session, server.api), Pace(), TEAM)
        with pytest.raises(InstallationDead):
            await people.person("U0ANA", TEAM)
        right = SlackPeople(Clients.of(server.card()["bot_token"], session, server.api), Pace(), TEAM)
        server.state.faults.add({"side": "slack", "match": "users.info", "kind": "refused", "error": "user_is_odd", "times": 1})
        with pytest.raises(ChatRefused):
            await right.person("U0ANA", TEAM)
        assert (await right.person("U0ANA", TEAM)).name


class Source:
    """Something to look up, with a clock."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.now = 0.0
        self.ready = asyncio.Event()
        self.ready.set()
        self.kept = Kept(self.read, lambda: self.now)

    async def read(self, key: str) -> int:
        self.asked.append(key)
        await self.ready.wait()
        if key == "bad":
            raise ChatRateLimited(1)
        return len(self.asked)


async def test_many_who_ask_at_once_ask_once() -> None:
    source = Source()
    source.ready.clear()
    waiting = [asyncio.create_task(source.kept.get("a")) for _ in range(20)]
    await asyncio.sleep(0)
    source.ready.set()
    assert await asyncio.gather(*waiting) == [1] * 20
    assert source.asked == ["a"]


async def test_an_answer_is_fresh_for_less_than_a_minute_from_the_asking() -> None:
    source = Source()
    assert await source.kept.get("a") == 1
    source.now = 49.9
    assert await source.kept.get("a") == 1
    source.now = 50.0
    assert await source.kept.get("a") == 2


async def test_a_failure_reaches_all_and_is_not_kept() -> None:
    source = Source()
    found = await asyncio.gather(source.kept.get("bad"), source.kept.get("bad"), return_exceptions=True)
    assert [type(each) for each in found] == [ChatRateLimited, ChatRateLimited]
    with pytest.raises(ChatRateLimited):
        await source.kept.get("bad")
    assert source.asked == ["bad", "bad"]


async def test_whoever_stops_waiting_takes_nothing_from_the_others() -> None:
    source = Source()
    source.ready.clear()
    hasty, patient = (asyncio.create_task(source.kept.get("a")) for _ in range(2))
    await asyncio.sleep(0)
    hasty.cancel()
    await asyncio.sleep(0)
    source.ready.set()
    assert await patient == 1
    assert hasty.cancelled()


async def test_what_is_kept_does_not_grow_for_ever() -> None:
    source = Source()
    for number in range(5001):
        await source.kept.get(str(number))
    assert len(source.kept._known) == 1


async def test_what_has_changed_is_asked_for_anew_and_a_look_up_under_way_is_not_kept() -> None:
    source = Source()
    assert await source.kept.get("a") == 1
    source.kept.drop("a")
    assert await source.kept.get("a") == 2
    source.kept.drop("a")
    source.ready.clear()
    early = asyncio.create_task(source.kept.get("a"))
    await asyncio.sleep(0)
    source.kept.drop("a")
    late = asyncio.create_task(source.kept.get("a"))
    await asyncio.sleep(0)
    source.ready.set()
    await asyncio.gather(early, late)
    assert source.asked == ["a"] * 4
    assert await source.kept.get("a") == await late
    assert source.asked == ["a"] * 4


async def test_a_member_who_is_deactivated_counts_no_more_once_slack_has_said_so() -> None:
    async with open_slack() as server, aiohttp.ClientSession() as session:
        people = SlackPeople(Clients.of(server.card()["bot_token"], session, server.api), Pace(), TEAM)
        assert (await people.person("U0KIM", TEAM)).standing is Standing.MEMBER
        server.state.team.people["U0KIM"].deleted = True
        assert (await people.person("U0KIM", TEAM)).standing is Standing.MEMBER, "kept for a minute"
        people.person_changed("U0KIM")
        assert (await people.person("U0KIM", TEAM)).standing is Standing.DEACTIVATED


async def test_groups_have_handles_and_people_addresses() -> None:
    async with open_slack() as server, aiohttp.ClientSession() as session:
        people = SlackPeople(Clients.of(server.card()["bot_token"], session, server.api), Pace(), TEAM)
        assert await people.handle("S0PLATFORM") == "platform"
        assert await people.handle("S0NOBODY") == "S0NOBODY"
        kim = await people.person("U0KIM", TEAM)
        assert kim.email
        assert await people.with_email(kim.email) == "U0KIM"
        assert await people.with_email("nobody@acme.example") == ""


async def test_without_the_scope_addresses_tell_nothing() -> None:
    async with open_slack() as server, aiohttp.ClientSession() as session:
        people = SlackPeople(Clients.of(server.card()["bot_token"], session, server.api), Pace(), TEAM)
        server.state.faults.add({"side": "slack", "match": "users.lookupByEmail", "kind": "refused", "error": "missing_scope", "times": 1})
        assert await people.with_email("kim@acme.example") == ""
        server.state.faults.add({"side": "slack", "match": "users.lookupByEmail", "kind": "refused", "error": "user_is_odd", "times": 1})
        with pytest.raises(ChatRefused):
            await people.with_email("raj@acme.example")
