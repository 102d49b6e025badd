"""Faults of deliveries, histories and the whole server, and the life of a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import deliveries
from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting, eventually
from tests.sandbox.slack.refusals import error_of


class Bare:
    """An app without Bolt: it acks whatever comes, or the first `acks` of it, and keeps the envelopes."""

    def __init__(self, link: aiohttp.ClientWebSocketResponse) -> None:
        self._link = link
        self.envelopes: list[dict[str, Any]] = []
        self.acks: int | None = None

    async def run(self) -> None:
        async for frame in self._link:
            document = frame.json()
            self.envelopes.append(document)
            if "envelope_id" in document and self.acks != 0:
                self.acks = None if self.acks is None else self.acks - 1
                await self._link.send_json({"envelope_id": document["envelope_id"]})

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [envelope for envelope in self.envelopes if envelope["type"] == kind]

    async def some(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """The envelopes of a kind, as soon as there are so many."""

        async def look() -> Any:
            return self.of(kind) if len(self.of(kind)) >= count else None

        found: list[dict[str, Any]] = await eventually(look)
        return found


async def _link(slack: SlackServer, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    opened = await AsyncWebClient(base_url=slack.api).apps_connections_open(app_token=slack.card()["app_token"])
    return await session.ws_connect(str(opened["url"]))


@pytest.fixture
async def bare(slack: SlackServer) -> AsyncIterator[Bare]:
    async with aiohttp.ClientSession() as session:
        link = await _link(slack, session)
        app = Bare(link)
        running = asyncio.create_task(app.run())
        yield app
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await link.close()


async def test_a_delivery_that_comes_twice_is_the_same_payload_in_two_envelopes(ana: Acting, bare: Bare) -> None:
    await ana.fault("events_api/message", "twice", times=1)
    await ana.post("message", channel="D0ANA", text="hello")
    first, second = await bare.some("events_api", 2)

    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert first["envelope_id"] != second["envelope_id"]


async def test_a_command_that_comes_twice_is_answered_once(ana: Acting, bare: Bare) -> None:
    await ana.fault("slash_commands/tf", "twice", times=1)
    answer = await ana.command("/tf help")
    first, second = await bare.some("slash_commands", 2)

    assert answer["ok"]
    assert first["payload"]["trigger_id"] == second["payload"]["trigger_id"]


async def test_a_late_delivery_still_comes(ana: Acting, bare: Bare) -> None:
    await ana.fault("slash_commands/*", "late", seconds=0.2, times=1)
    answer = await ana.command("/tf help")

    assert answer["ok"]
    assert answer["ack_ms"] >= 200
    assert len(bare.of("slash_commands")) == 1


async def test_a_lost_ack_fails_a_command_and_repeats_an_event(ana: Acting, bare: Bare) -> None:
    await ana.fault("slash_commands/*", "lost", times=1)
    await ana.fault("events_api/message", "lost", times=1)
    answer = await ana.command("/tf help")
    await ana.post("message", channel="D0ANA", text="hello")
    events = await bare.some("events_api", 2)

    assert answer["error"] == "operation_timeout"
    assert len(bare.of("slash_commands")) == 1
    assert [(event["retry_attempt"], event["retry_reason"]) for event in events] == [(0, ""), (1, "http_timeout")]


async def test_a_delivery_that_is_down_reaches_nobody(ana: Acting, bare: Bare) -> None:
    await ana.fault("slash_commands/*", "down", times=1)

    assert (await ana.command("/tf help"))["error"] == "dispatch_failed"
    assert bare.of("slash_commands") == []


async def test_an_outage_cuts_the_sockets_and_lets_none_in(slack: SlackServer, joined: AsyncWebClient, ana: Acting, bare: Bare) -> None:
    url = (await AsyncWebClient(base_url=slack.api).apps_connections_open(app_token=slack.card()["app_token"]))["url"]
    await ana.fault("*", "down")

    async def cut() -> bool:
        return slack.state.links.count == 0

    assert await eventually(cut)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.ws_connect(str(url))
    with pytest.raises(aiohttp.ClientError):
        await joined.chat_postMessage(channel="C0DEPLOYS", text="x")
    assert (await ana.command("/tf help"))["error"] == "dispatch_failed"
    await ana.delete("faults")
    assert (await joined.auth_test())["ok"] is True
    assert bare.of("slash_commands") == []


async def test_a_belated_message_stands_there_after_its_caller_gave_up(joined: AsyncWebClient, ana: Acting) -> None:
    await ana.fault("chat.postMessage", "belated", seconds=0.2, times=1)
    with pytest.raises(aiohttp.ClientError):
        await joined.chat_postMessage(channel="C0DEPLOYS", text="in the end")
    before = await ana.texts()

    async def posted() -> bool:
        return "in the end" in await ana.texts()

    assert "in the end" not in before
    assert await eventually(posted)


async def test_a_history_that_lags_leaves_out_what_is_new(slack: SlackServer, joined: AsyncWebClient, ana: Acting) -> None:
    parent = (await joined.chat_postMessage(channel="C0DEPLOYS", text="new"))["ts"]
    await joined.chat_postMessage(channel="C0DEPLOYS", thread_ts=parent, text="newer")
    await ana.fault("conversations.*", "lags", seconds=60)

    assert (await joined.conversations_history(channel="C0DEPLOYS"))["messages"] == []
    assert await error_of(joined.conversations_replies(channel="C0DEPLOYS", ts=parent)) == "thread_not_found"
    await ana.delete("faults")
    assert len((await joined.conversations_replies(channel="C0DEPLOYS", ts=parent))["messages"]) == 2
    assert slack.state.faults.in_force("slack") == []


async def test_a_connection_is_warned_and_then_asked_to_come_anew(slack: SlackServer) -> None:
    slack.state.links.short_lifetime_seconds, slack.state.links.warning_seconds = 0.2, 0.1
    opened = await AsyncWebClient(base_url=slack.api).apps_connections_open(app_token=slack.card()["app_token"])
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{opened['url']}&debug_reconnects=true") as link:
        frames = [await link.receive_json(timeout=3) for _ in range(3)]
        end = await link.receive(timeout=3)

    assert [frame.get("reason") for frame in frames] == [None, "warning", "refresh_requested"]
    assert frames[0]["debug_info"]["approximate_connection_time"] == 0
    assert end.type is aiohttp.WSMsgType.CLOSE


async def test_a_connection_lives_an_hour(slack: SlackServer) -> None:
    async with aiohttp.ClientSession() as session:
        link = await _link(slack, session)
        hello = await link.receive_json(timeout=3)
        await link.close()

    assert hello["debug_info"]["approximate_connection_time"] == 3600


async def test_a_reason_that_slack_does_not_give_is_refused(ana: Acting) -> None:
    assert (await ana.post("sockets", reason="boredom"))["error"] == "invalid_arguments"


@pytest.mark.parametrize("kind, status, retry_after", [("refused", 409, None), ("status", 429, "7")])
async def test_a_response_url_answers_what_a_fault_says(
    slack: SlackServer, ana: Acting, kind: str, status: int, retry_after: str | None
) -> None:
    chain = slack.state.response_urls.issue("slash_commands", "C0DEPLOYS", "U0ANA")
    more = {"status": 429, "seconds": 7} if kind == "status" else {"error": "odd"}
    await ana.fault("response_url", kind, **more)
    async with (
        aiohttp.ClientSession() as session,
        session.post(slack.state.absolute(chain.path), json={"text": "x"}) as response,
    ):
        found = (response.status, response.headers.get("Retry-After"))

    assert found == (status, retry_after)
    assert await ana.texts() == []


async def test_a_delivery_that_is_too_late_fails_for_the_person_and_comes_all_the_same(
    ana: Acting, bare: Bare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "ACK_SECONDS", 0.1)
    await ana.fault("slash_commands/*", "late", seconds=0.3, times=1)
    answer = await ana.command("/tf help")
    before = bare.of("slash_commands")
    await bare.some("slash_commands")

    assert answer["error"] == "operation_timeout"
    assert before == []


async def test_a_repetition_that_nobody_takes_is_only_in_the_traffic(
    slack: SlackServer, ana: Acting, bare: Bare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app is gone between the two."""
    monkeypatch.setattr(deliveries, "ACK_SECONDS", 0.2)
    bare.acks = 1
    await ana.fault("slash_commands/*", "twice", times=1)
    answer = await ana.command("/tf help")

    async def failed() -> bool:
        return any(record["status"] == "failed" for record in slack.state.traffic.documents())

    assert await eventually(failed)
    assert answer["ok"]
    assert len(bare.of("slash_commands")) == 2


async def test_a_connection_that_is_just_breaking_is_passed_over(slack: SlackServer, ana: Acting, bare: Bare) -> None:
    async with aiohttp.ClientSession() as session:
        other = await _link(slack, session)
        await other.receive_json(timeout=3)
        broken = slack.state.links._links[1].transport
        assert broken is not None
        broken.abort()
        answers = await asyncio.gather(*(ana.command(f"/tf {number}") for number in range(4)))
        await other.close()

    assert all(answer["ok"] for answer in answers)
    assert len(bare.of("slash_commands")) == 4


async def test_a_response_url_can_be_slow(slack: SlackServer, ana: Acting) -> None:
    chain = slack.state.response_urls.issue("slash_commands", "C0DEPLOYS", "U0ANA")
    await ana.fault("response_url", "slow", seconds=0.2)
    began = asyncio.get_running_loop().time()
    async with aiohttp.ClientSession() as session, session.post(slack.state.absolute(chain.path), json={"text": "x"}) as response:
        assert response.status == 200

    assert asyncio.get_running_loop().time() - began >= 0.2
