from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from bot.sandbox.slack.server import SlackServer, open_slack


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[SlackServer]:
    folder = tmp_path / "page"
    (folder / "parts").mkdir(parents=True)
    for name in ("index.html", "main.js", "parts/base.css", "notes.txt", ".hidden.js", "icon.png"):
        (folder / name).write_bytes(name.encode())
    (tmp_path / "outside.js").write_text("secret")
    (folder / "link.js").symlink_to(tmp_path / "outside.js")
    async with open_slack(page_dir=folder) as server:
        yield server


async def _get(page: SlackServer, path: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(URL(f"{page.url}{path}", encoded=True)) as response:
        return response.status, response.headers["Content-Type"], await response.text()


@pytest.mark.parametrize(
    "path, kind, text",
    [
        ("/", "text/html; charset=utf-8", "index.html"),
        ("/main.js", "text/javascript; charset=utf-8", "main.js"),
        ("/parts/base.css", "text/css; charset=utf-8", "parts/base.css"),
        ("/icon.png", "image/png", "icon.png"),
    ],
)
async def test_files_of_the_page_are_served(page: SlackServer, path: str, kind: str, text: str) -> None:
    assert await _get(page, path) == (200, kind, text)


@pytest.mark.parametrize(
    "path", ["/notes.txt", "/.hidden.js", "/link.js", "/missing.js", "/parts", "/%2e%2e/outside.js", "/parts/%2e%2e/main.js"]
)
async def test_nothing_else_is_served(page: SlackServer, path: str) -> None:
    assert (await _get(page, path))[0] == 404


async def test_the_page_may_run_only_its_own_scripts_and_stand_in_no_frame(page: SlackServer) -> None:
    async with aiohttp.ClientSession() as session, session.get(page.url) as response:
        policy = response.headers["Content-Security-Policy"].split("; ")

    assert {"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_packages_own_page_is_complete(slack: SlackServer) -> None:
    status, kind, _text = await _get(slack, "/")

    assert (status, kind) == (200, "text/html; charset=utf-8")
