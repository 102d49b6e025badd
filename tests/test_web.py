"""Health and Slack's door over real HTTP."""

from __future__ import annotations

import asyncio
import gc
import io
import socket
import warnings
from collections.abc import Mapping

import aiohttp
import pytest
from aiohttp import web

from bot.http_limits import HttpLimits
from bot.web import PortTaken, health_app, listening, public_app


async def got(url: str, **arguments: str | io.BytesIO) -> tuple[int, str]:
    method = "POST" if arguments else "GET"
    async with aiohttp.ClientSession() as session, session.request(method, url, **arguments) as answer:  # type: ignore[arg-type]
        return answer.status, await answer.text()


async def test_health_and_readiness_are_told_apart() -> None:
    troubles: dict[str, str] = {}

    async def readiness() -> Mapping[str, str]:
        return troubles

    async with listening(health_app(readiness), "127.0.0.1", 0, "RUNBELL_HEALTH_PORT") as port:
        address = f"http://127.0.0.1:{port}"
        assert await got(f"{address}/readyz") == (200, '{"ready": true, "troubles": {}}')
        troubles["socket"] = "not connected"
        assert await got(f"{address}/readyz") == (503, '{"ready": false, "troubles": {"socket": "not connected"}}')
        assert await got(f"{address}/healthz") == (200, '{"alive": true}')
        assert (await got(f"{address}/slack/events"))[0] == 404


async def test_slack_finds_its_door_and_nothing_else() -> None:
    async def door(request: web.Request) -> web.Response:
        return web.Response(text="heard " + await request.text())

    async with listening(public_app(door), "127.0.0.1", 0, "RUNBELL_HTTP_PORT") as port:
        address = f"http://127.0.0.1:{port}"
        assert await got(f"{address}/slack/events", data="a command") == (200, "heard a command")
        assert (await got(f"{address}/slack/events"))[0] == 405
        assert (await got(f"{address}/healthz"))[0] == 404
        assert (await got(f"{address}/slack/events", data=io.BytesIO(b"x" * (HttpLimits().body_bytes + 1))))[0] == 413


async def test_a_taken_port_is_told_with_the_setting_that_changes_it() -> None:
    async def readiness() -> Mapping[str, str]:
        return {}

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=r"cannot be listened on .*set RUNBELL_HEALTH_PORT to another"):
            async with listening(health_app(readiness), "127.0.0.1", port, "RUNBELL_HEALTH_PORT"):
                pass


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
async def test_a_connection_that_comes_while_we_stop_is_closed(turns: int) -> None:
    """The loop accepts in one turn and makes the transport in the next; in each of these turns we may be told to stop."""
    clients = [socket.socket() for _ in range(3)]
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        async with listening(web.Application(), "127.0.0.1", 0, "RUNBELL_HTTP_PORT") as port:
            for client in clients:
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", port))
            for _ in range(turns):
                await asyncio.sleep(0)
        for client in clients:
            client.close()
        gc.collect()
    assert [str(one.message) for one in found if issubclass(one.category, ResourceWarning)] == []
