"""What one person sees alone, against the sandbox's Slack: modals, words in a channel, and direct messages where that cannot be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.core.errors import ChatRefused
from bot.core.pace import Pace
from bot.core.people import Place
from bot.sandbox.slack.server import SlackServer, open_slack
from bot.slack.answers import said
from bot.slack.blocks import actions, button
from bot.slack.clients import Clients
from bot.slack.privately import Privately, Shown
from bot.slack.views.approval import Wanted, approval
from tests.slack.pictures import PROD, plan, run


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[SlackServer, Privately]]:
    async with open_slack() as server, aiohttp.ClientSession() as session:
        yield server, Privately(Clients.of(server.card()["bot_token"], session, server.api), Pace())


async def sees(server: SlackServer, person: str, channel: str) -> list[str]:
    return [message["text"] for message in await whole(server, person, channel)]


async def whole(server: SlackServer, person: str, channel: str) -> list[dict[str, Any]]:
    url = server.api.replace("/api/", "/_person/messages")
    async with (
        aiohttp.ClientSession(headers={"X-Sandbox-Secret": server.secret}) as client,
        client.get(url, params={"as": person, "channel": channel}) as answer,
    ):
        return [message for message in (await answer.json())["messages"] if message["is_app"]]


async def test_words_are_seen_by_one_person_alone() -> None:
    async with opened() as (server, private):
        server.state.team.channels["C0DEPLOYS"].members.append("U0RUNBELL")
        assert await private.tell("C0DEPLOYS", "U0KIM", said("for you"))
        assert await sees(server, "U0KIM", "C0DEPLOYS") == ["for you"]
        assert await sees(server, "U0ANA", "C0DEPLOYS") == []


@pytest.mark.parametrize("channel", ["C0NOWHERE", "U0KIM"])
async def test_where_nothing_can_be_said_it_is_written_to_them(channel: str) -> None:
    async with opened() as (server, private):
        assert await private.tell(channel, "U0KIM", said("for you"))
        [direct] = [one for one in server.state.team.channels.values() if one.kind == "im" and "U0KIM" in one.members]
        assert await sees(server, "U0KIM", direct.id) == ["for you"]


@pytest.mark.parametrize("fault", ["internal_error", "is_archived"])
async def test_what_cannot_be_said_at_all_is_no_error_of_ours(fault: str) -> None:
    async with opened() as (server, private):
        for method in ("chat.postEphemeral", "conversations.open"):
            server.state.faults.add({"side": "slack", "match": method, "kind": "refused", "error": fault, "times": 1})
        assert not await private.tell("C0DEPLOYS", "U0KIM", said("for you"))
        assert await sees(server, "U0KIM", "C0DEPLOYS") == []


async def test_a_modal_wants_a_trigger_that_is_fresh() -> None:
    async with opened() as (server, private):
        view = approval(run(), PROD, plan(), Place(channel="C0DEPLOYS"), Wanted(reason=True, typed_name=True))
        await private.open(server.state.triggers.issue("U0KIM", "C0DEPLOYS"), view)
        assert server.state.views.screen("U0KIM").document()["view"]["callback_id"] == "run.approval"
        with pytest.raises(ChatRefused):
            await private.open("1.2.never", view)


async def test_a_modal_is_pushed_on_the_open_one_and_changed_while_it_is_what_we_know() -> None:
    async with opened() as (server, private):
        view = approval(run(), PROD, plan(), Place(channel="C0DEPLOYS"), Wanted(reason=True, typed_name=False))
        await private.open(server.state.triggers.issue("U0ANA", "C0DEPLOYS"), view)
        known = await private.push(server.state.triggers.issue("U0ANA", "C0DEPLOYS"), view)
        modals = server.state.views.screen("U0ANA").modals
        assert [modal.id for modal in modals][-1] == known.view_id
        assert len(modals) == 2
        changed = await private.update(known, view | {"title": {"type": "plain_text", "text": "Anew"}})
        assert modals[-1].document["title"]["text"] == "Anew"
        assert changed.hash != known.hash
        with pytest.raises(ChatRefused) as caught:
            await private.update(known, view)
        assert caught.value.code == "hash_conflict"
        await private.update(Shown(known.view_id), view)
        assert modals[-1].document["title"]["text"] == "Approve & apply"


async def test_direct_messages_of_others_are_not_written_in() -> None:
    async with opened() as (server, private):
        assert not await private.write("D0OTHERS", said("for you"))
        await private.tell("D0OTHERS", "U0KIM", said("for you"))
        [direct] = [one for one in server.state.team.channels.values() if one.kind == "im" and "U0KIM" in one.members]
        assert await private.write(direct.id, said("and more"))
        assert await sees(server, "U0KIM", direct.id) == ["for you", "and more"]


async def test_a_message_in_direct_messages_becomes_another_and_its_buttons_go() -> None:
    async with opened() as (server, private):
        await private.tell("C0NOWHERE", "U0KIM", said("a word"))
        [direct] = [one for one in server.state.team.channels.values() if one.kind == "im" and "U0KIM" in one.members]
        await private.write(direct.id, said("a question") | {"blocks": [actions([button("a.b", "Do it", "x")])]})
        message = (await whole(server, "U0KIM", direct.id))[-1]
        assert await private.edit(direct.id, message["ts"], {"text": "done"})
        message = (await whole(server, "U0KIM", direct.id))[-1]
        assert (message["text"], [block["type"] for block in message["blocks"]]) == ("done", ["section"])
        assert not await private.edit(direct.id, "1.1", said("done"))
