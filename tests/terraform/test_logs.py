"""Logs, piece by piece while they grow and whole into a file, from servers that heed offsets and from those that do not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from aiohttp import web

from bot.core.errors import NotVisible
from bot.core.logs import LogPiece, Part
from bot.terraform.client import TerraformClient
from bot.terraform.logs import ranged
from tests.terraform.conftest import TOKEN
from tests.terraform.servers import Reply, ScriptedServer

PLAN = "GET /api/v2/plans/plan-1"
BLOB = "GET /v1/object/canary"
STX, ETX = b"\x02", b"\x03"


class Log(ScriptedServer):
    """A plan and its log, which is asked for by ranges. `heeds` says whether the ranges are heeded."""

    content = b""
    heeds = True

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path != "/v1/object/canary":
            return await super().answer(request)
        await super().answer(request)
        if "authorization" in self.last().headers:
            return web.Response(status=403)
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return web.Response(body=self.content[offset : offset + limit] if self.heeds else self.content)


@pytest.fixture
def server_kind() -> type[ScriptedServer]:
    return Log


def plan(server: ScriptedServer, status: str = "running", url: str | None = "/v1/object/canary?sig=a%2Bb") -> Reply:
    address = f"{server.url}{url}" if url and url.startswith("/v1") else url
    return Reply(200, {"data": {"id": "plan-1", "attributes": {"status": status, "log-read-url": address}}})


async def test_a_log_is_read_piece_by_piece_without_its_frame(client: TerraformClient, server: Log) -> None:
    server.on(PLAN, plan(server))
    server.content = STX + b"hello "
    first = await client.logs.read(Part.PLAN, "plan-1")
    assert first == LogPiece(data=b"hello ", offset=7, is_over=False)
    server.content += b"world" + ETX
    second = await client.logs.read(Part.PLAN, "plan-1", first.offset)
    assert second == LogPiece(data=b"world", offset=13, is_over=True)
    assert server.last().query == {"sig": "a+b", "limit": "262144", "offset": "7"}
    assert server.calls().count(PLAN) == 1


async def test_a_log_that_does_not_grow_is_over_when_its_plan_is(client: TerraformClient, server: Log) -> None:
    server.on(PLAN, plan(server), plan(server), plan(server, "errored"))
    server.content = STX + b"cut"
    piece = await client.logs.read(Part.PLAN, "plan-1")
    assert await client.logs.read(Part.PLAN, "plan-1", piece.offset) == LogPiece(data=b"", offset=4, is_over=False)
    assert await client.logs.read(Part.PLAN, "plan-1", piece.offset) == LogPiece(data=b"", offset=4, is_over=True)


@pytest.mark.parametrize("url", [None, ""])
async def test_a_log_that_has_no_address_yet_is_empty(client: TerraformClient, server: Log, url: str | None) -> None:
    server.on(PLAN, plan(server, "pending", url), plan(server, "canceled", url))
    assert await client.logs.read(Part.PLAN, "plan-1") == LogPiece(data=b"", offset=0, is_over=False)
    assert await client.logs.read(Part.PLAN, "plan-1") == LogPiece(data=b"", offset=0, is_over=True)


async def test_an_address_that_has_died_is_asked_for_anew_once(client: TerraformClient, server: Log) -> None:
    server.on(PLAN, plan(server, url="/v1/dead"), plan(server))
    server.content = STX + b"there"
    assert (await client.logs.read(Part.PLAN, "plan-1")).data == b"there"
    client.logs._urls.clear()
    server.on(PLAN, plan(server, url="/v1/dead"))
    with pytest.raises(NotVisible, match="log of plan-1") as caught:
        await client.logs.read(Part.PLAN, "plan-1")
    assert "dead" not in str(caught.value)


async def test_a_server_that_always_sends_all_of_it_is_read_on_from_where_we_were(client: TerraformClient, server: Log) -> None:
    server.on(PLAN, plan(server))
    server.heeds = False
    server.content = STX + b"0123456789"
    first = await client.logs.read(Part.PLAN, "plan-1", most=5)
    assert first == LogPiece(data=b"0123", offset=5, is_over=False)
    assert (await client.logs.read(Part.PLAN, "plan-1", 5)).data == b"456789"


async def test_a_log_is_followed_to_its_end(client: TerraformClient, server: Log) -> None:
    server.on("GET /api/v2/applies/apply-1", plan(server))
    server.content = STX + b"one "
    found: list[bytes] = []
    async for piece in client.logs.follow(Part.APPLY, "apply-1", time.monotonic() + 5):
        found.append(piece.data)
        if not piece.is_over:
            server.content += b"two" + ETX
    assert found == [b"one ", b"two"]


async def test_following_ends_when_the_time_is_over(client: TerraformClient, server: Log) -> None:
    server.on(PLAN, plan(server))
    server.content = STX + b"one"
    pieces = [piece.data async for piece in client.logs.follow(Part.PLAN, "plan-1", time.monotonic() + 0.1)]
    assert pieces == [b"one"]


async def test_a_whole_log_goes_into_a_file_and_is_cut_where_it_is_too_long(client: TerraformClient, server: Log, tmp_path: Path) -> None:
    server.on(PLAN, plan(server, "finished"))
    server.content = STX + b"x" * 3_000_000 + ETX
    saved = await client.logs.save(Part.PLAN, "plan-1", tmp_path / "log", 10_000_000)
    assert (saved.size, saved.was_cut) == (3_000_000, False)
    assert (tmp_path / "log").read_bytes() == b"x" * 3_000_000
    saved = await client.logs.save(Part.PLAN, "plan-1", tmp_path / "log", 1_500_000)
    assert (saved.size, saved.was_cut, (tmp_path / "log").stat().st_size) == (1_500_000, True, 1_500_000)


async def test_neither_token_nor_address_nor_content_stand_where_somebody_may_see_them(
    client: TerraformClient, server: Log, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    server.on(PLAN, plan(server))
    server.content = STX + b"canary-content"
    piece = await client.logs.read(Part.PLAN, "plan-1")
    assert "authorization" not in server.last().headers
    seen = caplog.text + repr(piece) + repr(client) + repr(client.logs)
    assert not any(secret in seen for secret in ("canary-content", "object/canary", TOKEN))


@pytest.mark.parametrize(
    "url, asked",
    [
        ("https://a.test/x", "https://a.test/x?limit=5&offset=3"),
        ("https://a.test/x?sig=a%2Bb&limit=9", "https://a.test/x?sig=a%2Bb&limit=5&offset=3"),
        ("https://a.test/x?offset=1#part", "https://a.test/x?limit=5&offset=3"),
        ("/x?flag&sig=1", "/x?flag&sig=1&limit=5&offset=3"),
    ],
)
def test_a_range_leaves_a_signature_as_it_was(url: str, asked: str) -> None:
    assert ranged(url, 3, 5) == asked
