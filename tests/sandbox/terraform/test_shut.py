"""Both listeners are shut against web pages from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.sandbox.terraform.calling import SECRET, Caller

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi


@pytest.fixture(params=["api", "blobs"])
async def place(request: pytest.FixtureRequest, caller: Caller, api: RunsApi) -> str:
    """Something that answers 200 on the listener."""
    if request.param == "api":
        return f"{api.address}/api/v2/organizations/acme"
    run = await caller.planned("app-dev")
    return str((await caller.get(f"/api/v2/runs/{run}/plan")).data["attributes"]["log-read-url"])


async def status(caller: Caller, place: str, headers: dict[str, str], method: str = "GET") -> int:
    if place.startswith(caller.api.address):
        headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/vnd.api+json", **headers}
    async with caller.session.request(method, place, headers=headers) as response:
        return response.status


async def test_who_is_no_browser_is_let_in(caller: Caller, place: str) -> None:
    assert await status(caller, place, {}) == 200
    assert await status(caller, place, {"Host": urlsplit(place).netloc.replace("127.0.0.1", "localhost")}) == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:80"])
async def test_a_foreign_host_is_refused(caller: Caller, place: str, host: str) -> None:
    assert await status(caller, place, {"Host": host}) == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
async def test_a_foreign_origin_is_refused(caller: Caller, place: str, origin: str) -> None:
    assert await status(caller, place, {"Origin": origin}) == 403
    assert await status(caller, place, {"Origin": origin, "Access-Control-Request-Method": "POST"}, "OPTIONS") == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_another_site_is_refused_with_and_without_a_form(caller: Caller, place: str, site: str, method: str) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert await status(caller, place, headers, method) == 403


async def test_pages_may_be_opened_by_a_link_but_not_framed_or_posted_to(caller: Caller, api: RunsApi) -> None:
    place = f"{api.address}/app/acme/workspaces"
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert await status(caller, place, link) == 200
    assert await status(caller, place, {**link, "Sec-Fetch-Dest": "iframe"}) == 403
    assert await status(caller, place, {**link, "Sec-Fetch-Mode": "cors"}) == 403
    assert await status(caller, place, link, "POST") == 403


async def test_controls_are_shut_against_other_sites_even_with_the_secret(caller: Caller, api: RunsApi) -> None:
    place = f"{api.address}/_control/requests"
    assert await status(caller, place, {"X-Sandbox-Secret": SECRET}) == 200
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
        assert await status(caller, place, {"X-Sandbox-Secret": SECRET, **headers}) == 403
