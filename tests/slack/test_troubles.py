"""What Slack, the network or a proxy may answer, and which trouble it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.core.errors import (
    CannotEdit,
    ChannelClosed,
    ChatAnswerLost,
    ChatRateLimited,
    ChatRefused,
    ChatTrouble,
    ChatUnreachable,
    InstallationDead,
    MessageGone,
)
from bot.core.pace import Pace
from bot.slack.chat import SlackChat
from bot.slack.clients import Clients
from tests.servers import served
from tests.slack.pictures import waiting

Answer = Callable[[web.Request], web.StreamResponse]


@asynccontextmanager
async def answering(answer: Answer, pace: Pace | None = None, wait: float = 0) -> AsyncIterator[tuple[SlackChat, list[str]]]:
    """A chat whose Slack gives this answer to everything, and the methods it was asked for."""
    asked: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        asked.append(request.path.removeprefix("/api/"))
        await asyncio.sleep(wait)
        return answer(request)

    app = web.Application()
    app.router.add_post("/api/{method}", handle)
    app.router.add_get("/api/{method}", handle)
    async with served(app, shutdown_timeout=0.01) as port, aiohttp.ClientSession() as session:
        yield SlackChat(Clients.of("xoxb-1", session, f"http://127.0.0.1:{port}/api/"), pace or Pace(), "B0"), asked


def refusing(code: str, **more: Any) -> Answer:
    return lambda _: web.json_response({"ok": False, "error": code, **more})


def hanging_up(request: web.Request) -> web.StreamResponse:
    """Takes the request and closes the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def trouble_with(answer: Answer, pace: Pace | None = None) -> ChatTrouble:
    async with answering(answer, pace) as (chat, _):
        with pytest.raises(ChatTrouble) as caught:
            await chat.post("C1", waiting(), key="run-1/card/")
        return caught.value


@pytest.mark.parametrize(
    "code, kind",
    [
        ("ratelimited", ChatRateLimited),
        ("message_limit_exceeded", ChatRateLimited),
        ("fatal_error", ChatAnswerLost),
        ("internal_error", ChatAnswerLost),
        ("service_unavailable", ChatAnswerLost),
        ("message_not_found", MessageGone),
        ("cant_update_message", CannotEdit),
        ("edit_window_closed", CannotEdit),
        ("not_in_channel", ChannelClosed),
        ("is_archived", ChannelClosed),
        ("channel_not_found", ChannelClosed),
        ("restricted_action_read_only_channel", ChannelClosed),
        ("token_revoked", InstallationDead),
        ("account_inactive", InstallationDead),
        ("invalid_auth", InstallationDead),
        ("msg_too_long", ChatRefused),
        ("something_new", ChatRefused),
    ],
)
async def test_each_error_of_slack_is_one_trouble(code: str, kind: type[ChatTrouble]) -> None:
    assert type(await trouble_with(refusing(code))) is kind


async def test_a_refusal_tells_where_and_nothing_of_the_message() -> None:
    said = "[ERROR] must be less than 3001 characters: SECRET WORDS [json-pointer:/blocks/0/text/text]"
    more = {"response_metadata": {"messages": [said]}, "errors": [{"pointer": "/blocks/1", "message": "SECRET"}]}
    error = await trouble_with(refusing("invalid_blocks", **more))
    assert isinstance(error, ChatRefused)
    assert error.code == "invalid_blocks"
    assert error.detail == "/blocks/1, /blocks/0/text/text"


async def test_a_missing_scope_is_named() -> None:
    assert "needs channels:join" in str(await trouble_with(refusing("missing_scope", needed="channels:join", provided="chat:write")))


async def test_an_error_that_is_no_word_is_not_repeated() -> None:
    error = await trouble_with(refusing("<!channel> boo"))
    assert isinstance(error, ChatRefused)
    assert error.code == "unknown_error"


@pytest.mark.parametrize("header, seconds", [("17", 17.0), ("0", 1.0), ("soon", 10.0), (None, 10.0)])
async def test_a_full_budget_says_how_long_to_wait(header: str | None, seconds: float) -> None:
    headers = {"Retry-After": header} if header is not None else {}
    error = await trouble_with(lambda _: web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers))
    assert isinstance(error, ChatRateLimited)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    "answer",
    [
        hanging_up,
        lambda _: web.Response(status=503, text="<html>", content_type="text/html"),
        lambda _: web.json_response({"ok": False, "error": "not_in_channel"}, status=502),
        lambda _: web.Response(text='{"ok": tru', content_type="application/json"),
        lambda _: web.Response(text="all is well", content_type="text/plain"),
        lambda _: web.Response(text="<html>sign in</html>", content_type="text/html"),
        lambda _: web.json_response([1]),
        lambda _: web.json_response({"ok": True}),
        lambda _: web.Response(body=b"\xff\xfe", content_type="application/json"),
    ],
)
async def test_an_answer_that_is_none_of_slacks_leaves_the_outcome_open(answer: Answer) -> None:
    assert type(await trouble_with(answer)) is ChatAnswerLost


async def test_a_slack_that_never_answers_is_given_up_after_the_posts_timeout() -> None:
    async with answering(lambda _: web.json_response({"ok": True, "ts": "1.0"}), Pace(post_timeout=0.05), wait=30) as (chat, asked):
        with pytest.raises(ChatAnswerLost):
            await chat.post("C1", waiting(), key="run-1/card/")
        assert asked == ["chat.postMessage"]


async def test_whoever_stops_waiting_for_slack_is_not_told_of_trouble() -> None:
    async with answering(lambda _: web.json_response({"ok": True}), wait=30) as (chat, asked):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(chat.join("C1"), 0.05)
        assert asked == ["conversations.join"]


async def test_a_post_that_was_cut_off_is_not_sent_again() -> None:
    async with answering(hanging_up) as (chat, asked):
        with pytest.raises(ChatAnswerLost):
            await chat.post("C1", waiting(), key="run-1/card/")
        with pytest.raises(ChatAnswerLost):
            await chat.whisper("C1", "U0ANA", "psst")
        assert asked == ["chat.postMessage", "chat.postEphemeral"]


async def test_a_port_without_a_server_is_unreachable() -> None:
    async with aiohttp.ClientSession() as session:
        listener = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        listener.close()
        await listener.wait_closed()
        with pytest.raises(ChatUnreachable):
            await SlackChat(Clients.of("xoxb-1", session, f"http://127.0.0.1:{port}/api/"), Pace(), "B0").post("C1", waiting(), key="k")


async def test_a_post_says_what_it_must() -> None:
    sent: list[bytes] = []

    def take(request: web.Request) -> web.StreamResponse:
        sent.append(request._read_bytes or b"")
        return web.json_response({"ok": True, "ts": "1.000100"})

    async with answering(take) as (chat, _):
        assert await chat.post("C1", waiting(), key="run-1/card/", thread_ts="0.5") == "1.000100"
    body = json.loads(sent[0])
    assert body["metadata"] == {"event_type": "runbell_message", "event_payload": {"key": "run-1/card/"}}
    assert (body["unfurl_links"], body["unfurl_media"], body["parse"], body["thread_ts"]) == (False, False, "none", "0.5")


async def test_only_our_own_messages_are_found_on_every_page() -> None:
    mark = {"event_type": "runbell_message", "event_payload": {"key": "k"}}
    pages: dict[str, dict[str, Any]] = {
        "": {"messages": [{"ts": "3.0", "bot_id": "B0", "metadata": mark}], "response_metadata": {"next_cursor": "more"}},
        "more": {
            "messages": [
                {"ts": "2.0", "bot_id": "B0", "metadata": {**mark, "event_payload": {"key": "other"}}},
                {"ts": "1.5", "bot_id": "BX", "metadata": mark},
                {"ts": "1.0", "bot_id": "B0", "metadata": mark},
                {"ts": "0.5", "user": "U0ANA"},
            ]
        },
    }

    def history(request: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, **pages[request.query.get("cursor", "")]})

    async with answering(history) as (chat, asked):
        assert await chat.find("C1", "k", datetime(2026, 3, 2, tzinfo=UTC)) == ("1.0", "3.0")
        assert len(asked) == 2


async def test_a_history_without_end_is_left_after_a_while() -> None:
    def endless(_: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, "messages": [], "response_metadata": {"next_cursor": "more"}})

    async with answering(endless) as (chat, asked):
        assert await chat.find("C1", "k", datetime(2026, 3, 2, tzinfo=UTC)) == ()
        assert len(asked) == 50
