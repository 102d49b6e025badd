"""The door for the server's notifications, over real HTTP: who is let in, what is answered, and that refusals tell nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.app import build, running
from bot.http_limits import Admission, HttpLimits
from bot.web import NOTIFICATION_MOST, NOTIFICATION_PATH, SIGNATURE, listening, notification_door, public_app
from tests.worlds import scripted_world, settings_of

TOKEN = "a-long-and-secret-token"
BODY = b'{"run_id": "run-1", "organization_name": "acme", "notifications": []}'
QUESTION = json.dumps({"run_id": None, "notifications": [{"trigger": "verification"}]}).encode()


def signature(body: bytes, token: str = TOKEN) -> str:
    return hmac.new(token.encode(), body, hashlib.sha512).hexdigest()


@asynccontextmanager
async def door(limits: HttpLimits | None = None) -> AsyncIterator[tuple[str, list[bytes]]]:
    heard: list[bytes] = []
    app = public_app(notifications=notification_door(TOKEN, heard.append, admission=Admission(limits)))
    async with listening(app, "127.0.0.1", 0, "RUNBELL_HTTP_PORT") as port:
        yield f"http://127.0.0.1:{port}{NOTIFICATION_PATH}", heard


async def sent(url: str, body: bytes | io.BytesIO, signed: str | None = None) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"} | ({SIGNATURE: signed} if signed is not None else {})
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.read()


async def test_a_signed_body_is_heard_byte_by_byte() -> None:
    odd = b'{ "run_id":\t"run-1" , "x": "\xc3\xa9" }\n'
    async with door() as (url, heard):
        assert await sent(url, odd, signature(odd)) == (200, b"")
        assert await sent(url, odd, signature(odd).upper()) == (200, b"")
        assert heard == [odd, odd]


@pytest.mark.parametrize(
    "body, signed",
    [
        (BODY, None),
        (BODY, ""),
        (BODY, signature(BODY, "another-token-altogether")),
        (BODY, signature(BODY)[:-1]),
        (BODY, signature(BODY + b" ")),
        (BODY, "é" * 128),
        (BODY, hmac.new(TOKEN.encode(), BODY, hashlib.sha256).hexdigest()),
        (QUESTION, signature(BODY)),
        (b"", None),
        (QUESTION + b" " * NOTIFICATION_MOST, None),
        (QUESTION + b" " * (NOTIFICATION_MOST // 8), None),
    ],
)
async def test_anything_else_is_refused_and_told_nothing(body: bytes, signed: str | None) -> None:
    async with door() as (url, heard):
        assert await sent(url, body, signed) == (401, b"")
        assert heard == []


async def test_a_body_that_is_too_long_is_not_read_whatever_it_says_of_its_length() -> None:
    body = b"x" * (NOTIFICATION_MOST + 1)
    async with door() as (url, heard):
        assert await sent(url, body, signature(body)) == (401, b"")
        assert await sent(url, io.BytesIO(body), signature(body)) == (401, b"")
        assert heard == []


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async with door(HttpLimits(body_within=0.05)) as (url, heard):
        port = int(url.split(":")[2].split("/")[0])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST {NOTIFICATION_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab".encode())
        assert b"401" in await asyncio.wait_for(reader.readline(), 2)
        writer.close()
        await writer.wait_closed()
        assert heard == []


async def test_the_question_of_a_server_is_answered_and_nothing_is_done() -> None:
    async with door() as (url, heard):
        assert await sent(url, QUESTION) == (200, b"")
        assert heard == []


async def test_only_post_is_known_and_without_a_token_there_is_no_door() -> None:
    async with door() as (url, _), aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 405
    async with listening(public_app(), "127.0.0.1", 0, "RUNBELL_HTTP_PORT") as port:
        assert (await sent(f"http://127.0.0.1:{port}{NOTIFICATION_PATH}", QUESTION))[0] == 404


async def test_in_socket_mode_the_door_is_there_where_a_token_is_set(tmp_path: Path) -> None:
    async with scripted_world() as world:
        settings = settings_of(world, tmp_path, TFE_NOTIFICATION_TOKEN=TOKEN)
        with capture_logs() as logs:
            async with build(settings) as app, running(app):
                (port,) = [entry["port"] for entry in logs if entry["event"] == "listening"]
                address = f"http://127.0.0.1:{port}"
                assert await sent(address + NOTIFICATION_PATH, BODY, signature(BODY)) == (200, b"")
                assert (await sent(address + "/slack/events", b""))[0] == 404
                assert not app.hears_http
    assert TOKEN not in repr(settings)
    assert TOKEN in settings.secrets
