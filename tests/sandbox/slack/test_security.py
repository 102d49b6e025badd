"""Each listener against what a hostile page in somebody's browser can send."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.person_routes import ROUTES
from bot.sandbox.slack.server import SlackServer

EVIL = "http://evil.example"
PLACES = [
    "/",
    "/main.js",
    "/api/auth.test",
    "/_person/world",
    "/_socket/link?ticket=x",
    "/_hooks/commands/T0ACME/1/x",
    "/_files/T0ACME-F1/a",
]
POSTED = ["/api/chat.postMessage", "/_person/command", "/_person/faults", "/_hooks/commands/T0ACME/1/x", "/_upload/v1/x"]


async def _status(url: str, method: str = "GET", **headers: str) -> int:
    async with aiohttp.ClientSession() as session, session.request(method, url, headers=headers) as response:
        return response.status


@pytest.mark.parametrize("place", PLACES)
async def test_a_foreign_host_is_refused(slack: SlackServer, place: str) -> None:
    """A name that was made to point at loopback (DNS rebinding)."""
    for host in ("evil.example", f"evil.example:{slack.url.rsplit(':', 1)[1]}", "127.0.0.1:1", "127.0.0.1"):
        assert await _status(slack.url + place, Host=host, **{"X-Sandbox-Secret": slack.secret}) == 403


@pytest.mark.parametrize("place", PLACES)
async def test_a_foreign_origin_is_refused(slack: SlackServer, place: str) -> None:
    for origin in (EVIL, "null", slack.url.replace("http:", "https:"), "http://127.0.0.1:1"):
        assert await _status(slack.url + place, Origin=origin, **{"X-Sandbox-Secret": slack.secret}) == 403


@pytest.mark.parametrize("place", POSTED)
async def test_a_form_from_another_site_is_refused(slack: SlackServer, place: str) -> None:
    navigation = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    form = {"Content-Type": "application/x-www-form-urlencoded", **navigation}

    assert await _status(slack.url + place, "POST", **form) == 403
    assert await _status(slack.url + place, "POST", **{**form, "Sec-Fetch-Site": "same-site"}) == 403
    assert await _status(slack.url + place, "POST", Origin=EVIL, **form) == 403


async def test_only_the_page_may_be_navigated_to_from_elsewhere(slack: SlackServer) -> None:
    navigation = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

    assert await _status(slack.url + "/", **navigation) == 200
    assert await _status(slack.url + "/_person/world", **navigation) == 403
    assert await _status(slack.url + "/api/auth.test", **navigation) == 403
    assert await _status(slack.url + "/", **{**navigation, "Sec-Fetch-Dest": "iframe"}) == 403


@pytest.mark.parametrize(
    "path",
    [
        "world",
        "messages?as=U0ANA&channel=C0DEPLOYS",
        "stream?as=U0ANA",
        "traffic",
        "view?as=U0ANA",
        "file?as=U0ANA&file=F1",
        "faults",
    ],
)
async def test_nobody_acts_as_a_person_without_the_secret(slack: SlackServer, path: str) -> None:
    assert await _status(f"{slack.url}/_person/{path}") == 401
    assert await _status(f"{slack.url}/_person/{path}", **{"X-Sandbox-Secret": "guess"}) == 401
    assert await _status(f"{slack.url}/_person/{path}&secret={slack.secret}") == 401


@pytest.mark.parametrize("path", [path.removeprefix("/_person/") for verb, path, _ in ROUTES if verb == "POST"])
async def test_every_deed_needs_the_secret(slack: SlackServer, path: str) -> None:
    assert await _status(f"{slack.url}/_person/{path}", "POST") == 401
    assert await _status(f"{slack.url}/_person/{path}", "POST", **{"X-Sandbox-Secret": ""}) == 401


async def test_the_page_itself_may_act(slack: SlackServer) -> None:
    own = {"Origin": slack.url, "Sec-Fetch-Site": "same-origin", "X-Sandbox-Secret": slack.secret}

    assert await _status(f"{slack.url}/_person/world", **own) == 200


@pytest.mark.parametrize("own", [False, True])
async def test_a_websocket_from_a_page_is_refused_whatever_its_ticket(slack: SlackServer, *, own: bool) -> None:
    """A browser always sends Origin with a websocket, and no app does."""
    url = (await AsyncWebClient(base_url=slack.api).apps_connections_open(app_token=slack.card()["app_token"]))["url"]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(url, origin=slack.url if own else EVIL)

    assert caught.value.status == 403


async def test_the_web_api_refuses_even_the_pages_own_origin(slack: SlackServer) -> None:
    assert await _status(f"{slack.url}/api/auth.test", Origin=slack.url) == 403


async def test_a_websocket_without_a_ticket_is_refused(slack: SlackServer) -> None:
    for url in ("/_socket/link", "/_socket/link?ticket=guess"):
        assert await _status(slack.url + url) == 403


async def test_it_listens_on_loopback_alone(slack: SlackServer) -> None:
    assert slack.url.startswith("http://127.0.0.1:")
    assert slack.page == f"{slack.url}/#secret={slack.secret}"
