"""The Home tab, unfolded links and answers in threads, against the sandbox's Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.core.errors import ChatRefused, NoTrigger, ThreadClosed
from bot.core.homes import Home
from bot.core.pace import Pace
from bot.manifests import manifest
from bot.sandbox.slack import deeds
from bot.sandbox.slack.actors import Actor
from bot.sandbox.slack.server import SlackServer, open_slack
from bot.slack.answers import said
from bot.slack.cards.unfurls import unfurled
from bot.slack.clients import Clients
from bot.slack.home import home
from bot.slack.ids import MESSAGE_EVENT
from bot.slack.privately import Privately
from bot.slack.surfaces import Surfaces
from tests.slack.pictures import AT, waiting

VIEW = home(Home(now=AT), {}, "/tf")


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[SlackServer, Clients]]:
    async with open_slack(manifest=manifest()) as server, aiohttp.ClientSession() as session:
        server.state.team.channels["C0DEPLOYS"].members.append("U0RUNBELL")
        yield server, Clients.of(server.card()["bot_token"], session, server.api)


def ana(server: SlackServer, channel: str = "C0DEPLOYS") -> Actor:
    return Actor(server.state.team.people["U0ANA"], server.state.team.channels[channel])


async def test_a_home_is_published_unless_it_has_changed_since() -> None:
    async with opened() as (server, clients):
        surfaces = Surfaces(clients, Pace())
        await surfaces.publish("U0ANA", VIEW)
        shown = server.state.views.screen("U0ANA").document()["home"]
        await surfaces.publish("U0ANA", VIEW, shown["hash"])
        with pytest.raises(ChatRefused) as caught:
            await surfaces.publish("U0ANA", VIEW, shown["hash"])
        assert caught.value.code == "hash_conflict"


async def test_a_link_is_unfolded_and_one_that_is_not_there_is_not() -> None:
    async with opened() as (server, clients):
        url = "https://app.terraform.io/app/acme/workspaces/dns"
        message = deeds.write_message(server.state, ana(server), f"see {url}", None)
        await Surfaces(clients, Pace()).unfurl("C0DEPLOYS", message.ts, {url: unfurled(waiting(buttons=()))})
        assert "Decision needed" in str(message.unfurls)
        with pytest.raises(ChatRefused) as caught:
            await Surfaces(clients, Pace()).unfurl("C0DEPLOYS", message.ts, {f"{url}/x": unfurled(waiting())})
        assert caught.value.code == "cannot_unfurl_url"


async def test_a_thread_is_about_the_run_of_the_message_of_ours_that_heads_it() -> None:
    async with opened() as (server, clients):
        surfaces = Surfaces(clients, Pace())
        for key, run_id in (("run-1/card/", "run-1"), ("run-2/call/confirm", "run-2"), ("commit:4f2:1/rollup/", ""), ("odd", "")):
            metadata = {"event_type": MESSAGE_EVENT, "event_payload": {"key": key}}
            posted = await clients.posting.chat_postMessage(channel="C0DEPLOYS", text="a card", metadata=metadata)
            assert await surfaces.run_of_thread("C0DEPLOYS", str(posted["ts"]), "U0RUNBELL") == run_id
            assert await surfaces.run_of_thread("C0DEPLOYS", str(posted["ts"]), "U0OTHER") == ""
        message = deeds.write_message(server.state, ana(server), "run-1/card/", None)
        assert await surfaces.run_of_thread("C0DEPLOYS", message.ts, "U0RUNBELL") == ""
        with pytest.raises(ThreadClosed):
            await surfaces.run_of_thread("C0DEPLOYS", "1.1", "U0RUNBELL")


async def test_an_answer_stands_in_the_thread_that_was_asked_in() -> None:
    async with opened() as (server, clients):
        private = Privately(clients, Pace())
        message = deeds.write_message(server.state, ana(server), "hello", None)
        await private.tell("C0DEPLOYS", "U0ANA", said("for you"), thread_ts=message.ts)
        answer = server.state.log.all_in("C0DEPLOYS")[-1]
        assert (answer.thread_ts, answer.only_for) == (message.ts, "U0ANA")


async def test_an_answer_in_direct_messages_stays_there() -> None:
    async with opened() as (server, clients):
        private, channel = Privately(clients, Pace()), server.state.team.direct_messages_with("U0ANA")
        await private.write(channel.id, said("for you"))
        await private.write("C0NOWHERE", said("for nobody"))
        assert [(one.text, one.only_for) for one in server.state.log.all_in(channel.id)] == [("for you", None)]


async def test_no_form_is_opened_without_a_trigger() -> None:
    async with opened() as (_, clients):
        with pytest.raises(NoTrigger):
            await Privately(clients, Pace()).open("", VIEW)
