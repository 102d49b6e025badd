"""What every Chat and every People must do: the fakes, and the adapters with an unmodified slack_sdk against a Slack server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.core.errors import ChannelClosed, ChatAnswerLost, ChatRefused, MessageGone, ThreadClosed
from bot.core.pace import Pace
from bot.core.pictures import NotePicture
from bot.core.policy import Standing
from bot.sandbox.slack.server import open_slack
from bot.services.ports import Chat, People
from bot.slack.chat import SlackChat
from bot.slack.clients import Clients
from bot.slack.people import SlackPeople
from tests.fakes.chat import FakeChat, FakePeople
from tests.slack.pictures import waiting

TEAM = "T0ACME"


@dataclass
class World:
    """A Slack where we are in `home`, not in the public `outside`, and not in the private `secret`; ana is in all of them."""

    chat: Chat
    people: People
    lose_next_post: Callable[[], object]
    archive: Callable[[str], object]
    home: str = "C0DEPLOYS"
    outside: str = "C0PROD"
    secret: str = "C0SECRET"


@asynccontextmanager
async def fake_world() -> AsyncIterator[World]:
    chat = FakeChat(outside={"C0PROD"}, private={"C0SECRET"})
    people = FakePeople(groups={"S0PLATFORM": ["U0ANA", "U0KIM"]})
    people.add("U0ANA", "Ana Ruiz")
    people.add("U0GUS", "Gus Ivey", Standing.GUEST)
    yield World(chat, people, lambda: chat.lose("post"), chat.archived.add)


@asynccontextmanager
async def slack_world() -> AsyncIterator[World]:
    async with open_slack() as server, aiohttp.ClientSession() as session:
        card = server.card()
        clients = Clients.of(card["bot_token"], session, server.api)
        who = await clients.reading.auth_test()
        chat = SlackChat(clients, Pace(), who["bot_id"])
        await chat.join("C0DEPLOYS")
        fault = {"side": "slack", "match": "chat.postMessage", "kind": "lost", "times": 1}

        def archive(channel: str) -> None:
            server.state.team.channel(channel).is_archived = True

        yield World(chat, SlackPeople(clients, Pace(), TEAM), lambda: server.state.faults.add(fault), archive)


WORLDS = {"fake": fake_world, "slack": slack_world}


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with WORLDS[request.param]() as opened:
        yield opened


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


async def test_a_post_is_found_by_its_key(world: World) -> None:
    ts = await world.chat.post(world.home, waiting(), key="run-1/card/")
    assert await world.chat.find(world.home, "run-1/card/", since()) == (ts,)
    assert await world.chat.find(world.home, "run-2/card/", since()) == ()


async def test_what_was_posted_before_is_not_found(world: World) -> None:
    await world.chat.post(world.home, waiting(), key="run-1/card/")
    assert await world.chat.find(world.home, "run-1/card/", datetime.now(UTC) + timedelta(minutes=1)) == ()


async def test_doubles_are_found_oldest_first(world: World) -> None:
    posted = [await world.chat.post(world.home, waiting(), key="run-1/end/") for _ in range(3)]
    assert await world.chat.find(world.home, "run-1/end/", since()) == tuple(posted)


async def test_a_message_keeps_its_key_when_updated(world: World) -> None:
    ts = await world.chat.post(world.home, waiting(), key="run-1/card/")
    await world.chat.update(world.home, ts, NotePicture(text="something else"))
    await world.chat.update(world.home, ts, waiting(), plain=True)
    assert await world.chat.find(world.home, "run-1/card/", since()) == (ts,)


async def test_a_deleted_message_is_gone(world: World) -> None:
    ts = await world.chat.post(world.home, waiting(), key="run-1/card/")
    await world.chat.delete(world.home, ts)
    assert await world.chat.find(world.home, "run-1/card/", since()) == ()
    with pytest.raises(MessageGone):
        await world.chat.update(world.home, ts, waiting())
    with pytest.raises(MessageGone):
        await world.chat.delete(world.home, ts)


async def test_a_post_whose_answer_is_lost_may_stand_all_the_same(world: World) -> None:
    world.lose_next_post()
    with pytest.raises(ChatAnswerLost):
        await world.chat.post(world.home, waiting(), key="run-1/card/")
    assert len(await world.chat.find(world.home, "run-1/card/", since())) == 1


async def test_a_public_channel_is_closed_until_joined(world: World) -> None:
    with pytest.raises(ChannelClosed):
        await world.chat.post(world.outside, waiting(), key="run-1/card/")
    await world.chat.join(world.outside)
    assert await world.chat.post(world.outside, waiting(), key="run-1/card/")


async def test_a_private_channel_takes_an_invitation(world: World) -> None:
    with pytest.raises(ChannelClosed):
        await world.chat.join(world.secret)
    with pytest.raises(ChannelClosed):
        await world.chat.post(world.secret, waiting(), key="run-1/card/")


async def test_a_reply_stands_in_its_thread_and_is_found_there(world: World) -> None:
    head = await world.chat.post(world.home, waiting(), key="run-1/card/")
    quiet = await world.chat.post(world.home, waiting(), key="run-1/end/", thread_ts=head)
    loud = await world.chat.post(world.home, waiting(), key="run-1/call/confirm", thread_ts=head, broadcast=True)
    assert await world.chat.find(world.home, "run-1/end/", since()) == ()
    assert await world.chat.find(world.home, "run-1/end/", since(), thread_ts=head) == (quiet,)
    assert await world.chat.find(world.home, "run-1/call/confirm", since()) == (loud,)
    assert await world.chat.find(world.home, "run-1/call/confirm", since(), thread_ts=head) == (loud,)


async def test_a_thread_that_is_gone_takes_no_reply(world: World) -> None:
    head = await world.chat.post(world.home, waiting(), key="run-1/card/")
    await world.chat.delete(world.home, head)
    with pytest.raises(ThreadClosed):
        await world.chat.post(world.home, waiting(), key="run-1/end/", thread_ts=head)
    assert await world.chat.find(world.home, "run-1/end/", since(), thread_ts=head) == ()


async def test_a_person_is_written_to_directly(world: World) -> None:
    ts = await world.chat.post("U0ANA", NotePicture(text="Your watch is paused."), key="closed/note/1")
    await world.chat.update("U0ANA", ts, NotePicture(text="It goes on."))
    assert await world.chat.find("U0ANA", "closed/note/1", since()) == (ts,)
    await world.chat.delete("U0ANA", ts)
    assert await world.chat.find("U0ANA", "closed/note/1", since()) == ()


async def test_whether_a_channel_is_open_can_be_asked(world: World) -> None:
    assert await world.chat.is_open(world.home)
    assert not await world.chat.is_open(world.outside)
    with pytest.raises(ChannelClosed):
        await world.chat.is_open(world.secret)


async def test_nothing_can_be_said_or_changed_in_an_archived_channel(world: World) -> None:
    ts = await world.chat.post(world.home, waiting(), key="run-1/card/")
    world.archive(world.home)
    for attempt in (world.chat.post(world.home, waiting(), key="run-2/card/"), world.chat.update(world.home, ts, waiting())):
        with pytest.raises(ChannelClosed):
            await attempt
    with pytest.raises(ChannelClosed):
        await world.chat.join(world.home)
    assert not await world.chat.is_open(world.home)


async def test_a_whisper_leaves_no_message_behind(world: World) -> None:
    await world.chat.whisper(world.home, "U0ANA", "That run was already applied.")
    assert await world.chat.find(world.home, "", since()) == ()


async def test_people_have_a_standing(world: World) -> None:
    assert (await world.people.person("U0ANA", TEAM)).standing is Standing.MEMBER
    assert (await world.people.person("U0GUS", TEAM)).standing is Standing.GUEST
    assert (await world.people.person("U0NOBODY", TEAM)).standing is Standing.STRANGER


async def test_groups_have_members(world: World) -> None:
    assert await world.people.members("S0PLATFORM") == {"U0ANA", "U0KIM"}
    with pytest.raises(ChatRefused):
        await world.people.members("S0NOBODY")
