"""Downloads and uploads at URLs that a server gave: no token, guarded redirects, dialled by number, bounded, and never told of."""

from __future__ import annotations

import gzip
import shutil
import ssl
import time
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.errors import (
    AddressRefused,
    NotVisible,
    TerraformAnswerLost,
    TerraformFailed,
    TerraformUnreachable,
    TooLarge,
    UnexpectedAnswer,
)
from bot.terraform.bodies import File, Memory
from bot.terraform.connections import Way, trusted_by
from bot.terraform.outbound import Outbound
from tests.terraform.floods import flooding
from tests.terraform.servers import Reply, ScriptedServer, serving
from tests.terraform.test_connections import make_certificate

SECRET = "canary-6Zk2Qp"
GET = f"GET /v1/object/{SECRET}"
WAY = Way(timeout=2.0, user_agent="runbell/test", trusted=trusted_by(None))


def soon() -> float:
    return time.monotonic() + 2.0


@pytest.fixture
async def outbound(server: ScriptedServer) -> AsyncIterator[Outbound]:
    opened = Outbound(server.url, WAY)
    yield opened
    await opened.aclose()


def secret_url(server: ScriptedServer) -> str:
    return f"{server.url}/v1/object/{SECRET}"


async def text_at(outbound: Outbound, url: str) -> bytes:
    memory = Memory("The text", 1000)
    await outbound.download(url, memory, "The text", soon())
    return memory.content


async def test_a_file_is_downloaded_without_any_token(outbound: Outbound, server: ScriptedServer, tmp_path: Path) -> None:
    server.on(GET, Reply(200, body=b"content"))
    assert await outbound.fetch(secret_url(server), tmp_path / "file", 1000, "The text", soon()) == 7
    assert (tmp_path / "file").read_bytes() == b"content"
    assert {"authorization", "cookie"}.isdisjoint(server.last().headers)


async def test_a_url_without_a_host_is_of_the_server_itself(outbound: Outbound, server: ScriptedServer) -> None:
    server.on(GET, Reply(200, body=b"content"))
    assert await text_at(outbound, f"/v1/object/{SECRET}") == b"content"


async def test_three_redirects_are_followed_and_no_more(outbound: Outbound, server: ScriptedServer) -> None:
    for number in range(4):
        server.on(f"GET /{number}", Reply(302, headers={"Location": f"/{number + 1}"}))
    server.on("GET /4", Reply(200, body=b"there"))
    assert await text_at(outbound, "/1") == b"there"
    with pytest.raises(UnexpectedAnswer, match="redirect"):
        await text_at(outbound, "/0")


@pytest.mark.parametrize("location", ["http://evil.test/x", "https://127.0.0.1/x", "http://archivist.terraform.io@evil.test/", "http://["])
async def test_a_redirect_elsewhere_is_refused_before_anybody_is_asked(outbound: Outbound, server: ScriptedServer, location: str) -> None:
    server.on(GET, Reply(307, headers={"Location": location}))
    with pytest.raises(AddressRefused):
        await text_at(outbound, secret_url(server))
    assert server.calls() == [GET]


async def test_a_redirect_to_nowhere_is_unexpected(outbound: Outbound, server: ScriptedServer) -> None:
    server.on(GET, Reply(302))
    with pytest.raises(UnexpectedAnswer, match="nowhere"):
        await text_at(outbound, secret_url(server))


async def test_a_host_is_looked_up_once_and_dialled_by_its_number_under_its_own_name(server: ScriptedServer) -> None:
    asked: list[str] = []

    async def look_up(host: str, port: int) -> tuple[str, ...]:
        asked.append(f"{host}:{port}")
        return ("127.0.0.1",)

    port = server.url.rpartition(":")[2]
    server.on("GET /x", Reply(200, body=b"there"))
    outbound = Outbound(f"http://tfe.test:{port}", WAY, resolver=look_up)
    assert await text_at(outbound, "/x") == b"there"
    await outbound.aclose()
    assert asked == [f"tfe.test:{port}"]
    assert server.last().headers["host"] == f"tfe.test:{port}"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
async def test_a_certificate_must_be_the_names_though_a_number_is_dialled(tmp_path: Path) -> None:
    async def look_up(host: str, port: int) -> tuple[str, ...]:
        return ("127.0.0.1",) if host and port else ()

    certificate, key = tmp_path / "ca.pem", tmp_path / "key.pem"
    make_certificate(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    way = Way(timeout=2.0, user_agent="x", trusted=trusted_by(certificate))
    async with serving(ScriptedServer(), context) as server:
        server.on("GET /x", Reply(200, body=b"there"))
        port = server.url.rpartition(":")[2]
        right, wrong = (Outbound(f"https://{name}:{port}", way, resolver=look_up) for name in ("localhost", "other.test"))
        assert await text_at(right, "/x") == b"there"
        with pytest.raises(TerraformUnreachable):
            await text_at(wrong, "/x")
        await right.aclose()
        await wrong.aclose()


async def test_a_cookie_is_not_kept(outbound: Outbound, server: ScriptedServer) -> None:
    server.on(GET, Reply(200, body=b"x", headers={"Set-Cookie": "session=1; Path=/"}))
    await text_at(outbound, secret_url(server))
    await text_at(outbound, secret_url(server))
    assert "cookie" not in server.last().headers


async def test_the_next_address_is_tried_where_the_first_does_not_answer(server: ScriptedServer) -> None:
    async def look_up(host: str, port: int) -> tuple[str, ...]:
        return ("127.0.0.2", "127.0.0.1") if host == "tfe.test" and port else ()

    server.on("GET /x", Reply(200, body=b"there"))
    outbound = Outbound(f"http://tfe.test:{server.url.rpartition(':')[2]}", WAY, resolver=look_up)
    assert await text_at(outbound, "/x") == b"there"
    await outbound.aclose()


async def test_a_proxy_is_given_the_name(server: ScriptedServer) -> None:
    server.on("GET http://tfe.test/x", Reply(200, body=b"there"))
    way = Way(timeout=2.0, user_agent="x", trusted=trusted_by(None), proxy=server.url)
    outbound = Outbound("http://tfe.test", way)
    assert await text_at(outbound, "/x") == b"there"
    await outbound.aclose()


async def test_a_bearer_goes_to_the_hosts_of_the_list_first_and_nowhere_else(server: ScriptedServer) -> None:
    async def look_up(host: str, port: int) -> tuple[str, ...]:
        assert host
        assert port
        return ("127.0.0.1",)

    port = server.url.rpartition(":")[2]
    server.on("GET /file", Reply(302, headers={"Location": "/moved"}))
    server.on("GET /moved", Reply(200, body=b"there"))
    outbound = Outbound(f"http://slack.test:{port}", WAY, ["files.slack.test"], resolver=look_up, bearer="xoxb-canary")
    assert await text_at(outbound, f"http://files.slack.test:{port}/file") == b"there"
    assert [heard.headers.get("authorization") for heard in server.heard] == ["Bearer xoxb-canary", None]
    await text_at(outbound, f"http://slack.test:{port}/moved")
    assert "authorization" not in server.last().headers
    await outbound.aclose()


@pytest.mark.parametrize(
    "reply, error",
    [
        (Reply(400), NotVisible),
        (Reply(401), NotVisible),
        (Reply(403), NotVisible),
        (Reply(404), NotVisible),
        (Reply(410), NotVisible),
        (Reply(500), TerraformFailed),
        (Reply(reset=True), TerraformUnreachable),
        (Reply(200, body=b"x" * 100, cut=True), TerraformUnreachable),
        (Reply(200, body=b"x" * 1001), TooLarge),
        (Reply(200, body=b"junk", headers={"Content-Encoding": "gzip"}), UnexpectedAnswer),
        (Reply(200, body=gzip.compress(b"cut off")[:-9], headers={"Content-Encoding": "gzip"}), UnexpectedAnswer),
        (Reply(200, body=b"junk", headers={"Content-Encoding": "br"}), UnexpectedAnswer),
    ],
)
async def test_every_trouble_is_one_of_ours_and_tells_no_url(
    outbound: Outbound,
    server: ScriptedServer,
    reply: Reply,
    error: type[Exception],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    server.on(GET, reply)
    with pytest.raises(error) as caught:
        await text_at(outbound, secret_url(server))
    assert SECRET not in repr(caught.value) + str(caught.value) + repr(vars(caught.value)) + caplog.text + repr(outbound)
    assert caught.value.__cause__ is None


async def test_what_comes_packed_is_unpacked(outbound: Outbound, server: ScriptedServer) -> None:
    server.on(GET, Reply(200, body=gzip.compress(b"unpacked"), headers={"Content-Encoding": "gzip"}))
    assert await text_at(outbound, secret_url(server)) == b"unpacked"


async def test_an_upload_streams_a_file_with_its_length_and_no_token(outbound: Outbound, server: ScriptedServer, tmp_path: Path) -> None:
    archive = tmp_path / "configuration.tar.gz"
    archive.write_bytes(b"x" * 700_000)
    server.on(f"PUT /v1/object/{SECRET}", Reply(307, headers={"Location": "/elsewhere"}))
    server.on("PUT /elsewhere", Reply(200))
    await outbound.upload(secret_url(server), archive, "The upload", soon())
    heard = server.last()
    assert (heard.call, len(heard.body), heard.headers["content-length"]) == ("PUT /elsewhere", 700_000, "700000")
    assert heard.headers["content-type"] == "application/octet-stream"
    assert {"authorization", "transfer-encoding"}.isdisjoint(heard.headers)


async def test_an_upload_whose_answer_is_lost_may_have_been_received(outbound: Outbound, server: ScriptedServer, tmp_path: Path) -> None:
    archive = tmp_path / "configuration.tar.gz"
    archive.write_bytes(b"x")
    server.on(f"PUT /v1/object/{SECRET}", Reply(reset=True))
    with pytest.raises(TerraformAnswerLost):
        await outbound.upload(secret_url(server), archive, "The upload", soon())
    server.on(f"PUT /v1/object/{SECRET}", Reply(302, headers={"Location": "/elsewhere"}))
    with pytest.raises(UnexpectedAnswer):
        await outbound.upload(secret_url(server), archive, "The upload", soon())


async def test_sixty_megabytes_go_to_disk_without_filling_memory(tmp_path: Path) -> None:
    async with flooding(60_000_000) as url:
        outbound = Outbound(url, WAY)
        tracemalloc.start()
        async with File(tmp_path / "plan.json", "The plan", 100_000_000) as file:
            await outbound.download("/plain", file, "The plan", time.monotonic() + 30)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await outbound.aclose()
    assert (tmp_path / "plan.json").stat().st_size == file.size == 60_000_000
    assert peak < 8_000_000


async def test_a_bomb_of_sixty_megabytes_is_cut_without_being_unpacked(tmp_path: Path) -> None:
    async with flooding(60_000_000) as url:
        outbound = Outbound(url, WAY)
        tracemalloc.start()
        async with File(tmp_path / "log", "The log", 1_000_000, cuts=True) as file:
            await outbound.download("/packed", file, "The log", time.monotonic() + 10)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await outbound.aclose()
    assert file.was_cut
    assert (tmp_path / "log").stat().st_size == 1_000_000
    assert peak < 8_000_000
