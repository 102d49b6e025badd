"""The socket to Slack against the sandbox's: watched, made anew, closed while the database is lost, and drained at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.app import App, build
from bot.core.errors import StoreBusy
from bot.sandbox.slack.socket import Links
from bot.sockets import Socket, connections_told
from tests.worlds import as_person, connected, scripted_world, settings_of


def hello(data: str | bytes) -> aiohttp.WSMessage:
    return aiohttp.WSMessage(aiohttp.WSMsgType.TEXT, data, None)


@pytest.mark.parametrize(
    "data,told",
    [
        ('{"type":"hello","num_connections":2}', 2),
        ('{"type":"hello"}', 1),
        ('{"type":"slash_commands","payload":{"text":"\\"hello\\""},"num_connections":3}', 0),
        (b"ping", 0),
    ],
)
def test_a_hello_says_how_many_connections_the_app_has(data: str | bytes, told: int) -> None:
    assert connections_told(hello(data)) == told


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[App, Socket]]:
    """A bot none of whose loops run, with its socket up."""
    async with scripted_world() as world, build(settings_of(world, folder)) as app:
        assert app.socket is not None
        await app.standing.presence.tick(app.database.clock.now())
        await app.socket.open()
        await connected(app)
        yield app, app.socket
        await app.socket.close()


async def test_more_connections_than_our_replicas_are_told_loudly_and_as_many_are_not(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, socket):
        with capture_logs() as logs:
            await socket._greeted(hello('{"type":"hello","num_connections":1}'))
            await socket._greeted(hello('{"type":"hello","num_connections":2}'))
    assert [(entry["log_level"], entry["connections"], entry["ours"]) for entry in logs] == [("error", 2, 1)]


async def test_a_socket_is_up_once_slack_has_said_hello(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Links, "_hello", lambda *_: {"type": "not yet"})
    async with scripted_world() as world, build(settings_of(world, tmp_path)) as app:
        assert app.socket is not None
        await app.socket.open()
        handler = app.socket._handler
        assert handler is not None
        async with asyncio.timeout(20):
            while not await handler.client.is_connected():
                await asyncio.sleep(0.01)
        await app.socket._greeted(hello('{"type":"not yet"}'))
        assert (await app.troubles())["socket"] == "The socket to Slack is not connected."
        await app.socket._greeted(hello('{"type":"hello","num_connections":1}'))
        assert await app.socket.trouble() is None
        await app.socket.close()


async def test_a_hello_while_the_database_is_away_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy() -> None:
        raise StoreBusy

    async with opened(tmp_path) as (app, socket):
        monkeypatch.setattr(app.standing.presence, "look", busy)
        with capture_logs() as logs:
            await socket._greeted(hello('{"type":"hello","num_connections":5}'))
    assert logs == []


async def test_a_socket_is_closed_while_the_database_is_lost_and_comes_back_with_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, socket):
        now = app.database.clock.now()
        presence = app.standing.presence
        presence._unheard_since = time.monotonic() - 1000
        await socket.tick(now)
        await socket.tick(now)
        assert not await socket.is_up()
        assert "since the database is lost" in str(await socket.trouble())
        await presence.tick(now)
        await socket.tick(now)
        await connected(app)
        assert await socket.trouble() is None


async def test_a_socket_that_stays_down_is_made_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, socket):
        first = socket._handler
        assert first is not None
        first.client.stale = True
        await socket.tick(app.database.clock.now())
        assert socket._handler is first
        socket._up_at -= 1000
        with capture_logs() as logs:
            await socket.tick(app.database.clock.now())
        assert [entry["log_level"] for entry in logs] == ["error"]
        assert socket._handler is not first
        await connected(app)


async def test_what_has_arrived_is_acknowledged_before_the_socket_closes(tmp_path: Path) -> None:
    async with scripted_world() as world, build(settings_of(world, tmp_path)) as app:
        assert app.socket is not None
        await app.standing.presence.tick(app.database.clock.now())
        await app.socket.open()
        await connected(app)
        command = {"as": "U0ANA", "channel": "C0DEPLOYS", "text": "/tf help"}
        typing = asyncio.create_task(as_person(world, "command", command))
        handler = app.socket._handler
        assert handler is not None
        while not (handler.client.message_queue.qsize() or app.socket._answering or typing.done()):
            await asyncio.sleep(0)
        await app.socket.drain(2)
        assert (await typing)["ok"]
        assert not (await as_person(world, "command", command))["ok"]
        await app.guard.finish(5)
