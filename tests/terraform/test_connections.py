"""One host, and nothing of ours to any other; bounds on what is read; discovery of the base path."""

from __future__ import annotations

import asyncio
import gzip
import logging
import shutil
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from bot.core.errors import RequestRefused, TerraformTrouble, TerraformUnreachable, UnexpectedAnswer
from bot.core.readings import NewRun
from bot.core.runs import Action
from bot.terraform import connections
from bot.terraform.client import TerraformClient
from bot.terraform.connections import trusted_by
from tests.terraform.conftest import QUICK, TOKEN
from tests.terraform.samples import run_document
from tests.terraform.servers import Reply, ScriptedServer, serving

WELL_KNOWN = "GET /.well-known/terraform.json"
READ = "GET /api/v2/runs/run-1"
FINE = Reply(200, run_document())


async def test_the_base_path_is_discovered_once_without_the_token(client: TerraformClient, server: ScriptedServer) -> None:
    server.on(WELL_KNOWN, Reply(200, {"tfe.v2": "/remote/tfe/v2/"}))
    server.on("GET /remote/tfe/v2/runs/run-1", FINE)
    await asyncio.gather(*(client.read_run("run-1") for _ in range(3)))
    assert server.calls(discovery=True).count(WELL_KNOWN) == 1
    assert "authorization" not in server.heard[0].headers
    assert server.last().call == "GET /remote/tfe/v2/runs/run-1"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404),
        Reply(401),
        Reply(302, headers={"Location": "/x"}),
        Reply(200, body=b"<html>"),
        Reply(200, {"tfe.v2": "https://evil.test/"}),
    ],
)
async def test_a_server_without_discovery_is_a_usual_one_and_not_asked_again(
    client: TerraformClient, server: ScriptedServer, reply: Reply
) -> None:
    server.on(WELL_KNOWN, reply)
    server.on(READ, FINE)
    await client.read_run("run-1")
    await client.read_run("run-1")
    assert server.calls(discovery=True) == [WELL_KNOWN, READ, READ]


async def test_a_discovery_that_fails_for_now_is_tried_again(client: TerraformClient, server: ScriptedServer) -> None:
    server.on(WELL_KNOWN, Reply(503), Reply(429), Reply(200, {"tfe.v2": "/api/v9/"}))
    server.on(READ, FINE)
    server.on("GET /api/v9/runs/run-1", FINE)
    for _ in range(4):
        await client.read_run("run-1")
    assert server.calls() == [READ, READ, "GET /api/v9/runs/run-1", "GET /api/v9/runs/run-1"]


async def test_an_order_is_not_given_while_discovery_does_not_answer(impatient: TerraformClient, server: ScriptedServer) -> None:
    server.on(WELL_KNOWN, Reply(200, after=0.9))
    with pytest.raises(TerraformUnreachable):
        await impatient.act(Action.APPLY, "run-1", "ok")
    assert server.calls() == []


async def test_orders_that_wait_for_one_discovery_give_up_when_their_own_time_is_over(
    impatient: TerraformClient, server: ScriptedServer
) -> None:
    server.on(WELL_KNOWN, Reply(200, after=0.9))
    started = time.monotonic()
    outcomes = await asyncio.gather(*(impatient.act(Action.APPLY, "run-1", "ok") for _ in range(6)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [TerraformUnreachable] * 6
    assert time.monotonic() - started < 0.9
    assert server.calls() == []


async def test_a_discovery_document_without_end_is_none(
    client: TerraformClient, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LARGEST_ANSWER", 1000)
    server.on(WELL_KNOWN, Reply(200, body=b" " * 2000))
    server.on(READ, FINE)
    assert (await client.read_run("run-1")).run.id == "run-1"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_not_followed(client: TerraformClient, server: ScriptedServer, status: int) -> None:
    async with serving(ScriptedServer()) as elsewhere:
        server.on(READ, Reply(status, headers={"Location": f"{elsewhere.url}/api/v2/runs/run-1"}))
        with pytest.raises(UnexpectedAnswer):
            await client.read_run("run-1")
        assert elsewhere.heard == []


async def test_cookies_are_not_kept(client: TerraformClient, server: ScriptedServer) -> None:
    server.on(READ, Reply(200, run_document(), headers={"Set-Cookie": "session=1; Path=/"}))
    await client.read_run("run-1")
    await client.read_run("run-1")
    assert "cookie" not in server.last().headers


async def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    client: TerraformClient, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LARGEST_ANSWER", 1_000_000)
    packed = gzip.compress(b" " * 5_000_000)
    server.on(READ, Reply(200, body=packed, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(UnexpectedAnswer):
        await client.read_run("run-1")
    assert len(packed) < 100_000


async def test_broken_compression_is_an_unexpected_answer(client: TerraformClient, server: ScriptedServer) -> None:
    server.on(READ, Reply(200, body=b"not gzip at all", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(UnexpectedAnswer, match="compression"):
        await client.read_run("run-1")


async def test_the_environments_proxies_count_for_nothing(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.on(READ, FINE)
    async with TerraformClient(server.url, TOKEN, pace=QUICK) as client:
        assert (await client.read_run("run-1")).run.id == "run-1"


async def test_a_proxy_that_is_given_is_used(server: ScriptedServer) -> None:
    server.on("GET http://terraform.test/api/v2/runs/run-1", FINE)
    async with TerraformClient("http://terraform.test", TOKEN, pace=QUICK, proxy=server.url) as client:
        assert (await client.read_run("run-1")).run.id == "run-1"
    assert server.last().headers["host"] == "terraform.test"


async def test_a_proxy_that_is_not_there_means_that_nothing_was_sent() -> None:
    async with TerraformClient("http://terraform.test", TOKEN, pace=QUICK, proxy="http://127.0.0.1:9") as client:
        with pytest.raises(TerraformUnreachable):
            await client.act(Action.APPLY, "run-1", "ok")


async def test_a_path_and_a_user_in_the_address_count_for_nothing(server: ScriptedServer) -> None:
    server.on(READ, FINE)
    address = server.url.replace("http://", "http://user:pass@") + "/app/acme"
    async with TerraformClient(address, TOKEN, pace=QUICK) as client:
        await client.read_run("run-1")
    assert server.last().headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
async def test_a_server_is_trusted_by_the_ca_bundle_that_is_given_and_else_not(tmp_path: Path) -> None:
    certificate, key = tmp_path / "ca.pem", tmp_path / "key.pem"
    make_certificate(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with serving(ScriptedServer(), context) as server:
        server.on(READ, FINE)
        async with TerraformClient(server.url, TOKEN, pace=QUICK, ca_bundle=certificate) as client:
            assert (await client.read_run("run-1")).run.id == "run-1"
        async with TerraformClient(server.url, TOKEN, pace=QUICK) as client:
            with pytest.raises(TerraformUnreachable):
                await client.act(Action.APPLY, "run-1", "ok")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_the_usual_authorities_are_trusted_besides_the_bundle(tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    make_certificate(certificate, tmp_path / "key.pem")
    usual, both = trusted_by(None).cert_store_stats(), trusted_by(certificate).cert_store_stats()
    assert both["x509"] == usual["x509"] + 1
    assert usual["x509_ca"] > 0


async def test_a_bundle_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TerraformClient("https://tfe.test", TOKEN, ca_bundle=tmp_path / "none.pem")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(401, {"errors": [{"detail": f"{TOKEN} has expired"}]}),
        Reply(422, {"errors": [{"detail": f"{TOKEN} may not"}]}),
        Reply(409, {"errors": [{"title": f"{TOKEN} came late"}]}),
        Reply(500, body=TOKEN.encode()),
        Reply(200, {"data": {"id": TOKEN, "attributes": {"status": {TOKEN: TOKEN}}}}),
        Reply(reset=True),
        Reply(429, headers={"Retry-After": "60"}),
    ],
)
async def test_the_token_stands_in_no_error_no_log_and_no_repr(
    client: TerraformClient, server: ScriptedServer, reply: Reply, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.on("POST /api/v2/runs", reply)
    server.on(READ, reply)
    for attempt in (client.create_run(NewRun(workspace_id="ws-1", message="m")), client.read_run("run-1")):
        with pytest.raises(TerraformTrouble) as caught:
            await attempt
        assert TOKEN not in repr(caught.value) + str(caught.value) + repr(vars(caught.value))
        assert caught.value.__cause__ is None
    printed = capsys.readouterr()
    assert TOKEN not in caplog.text + printed.out + printed.err
    assert TOKEN not in repr(client) + repr(client._connections) + repr(client._exchanges)


async def test_the_servers_words_are_in_the_refusal(client: TerraformClient, server: ScriptedServer) -> None:
    server.on(
        "POST /api/v2/runs", Reply(422, {"errors": [{"title": "unprocessable entity", "detail": "Configuration version is missing"}]})
    )
    with pytest.raises(RequestRefused, match=r"127\.0\.0\.1 refused: Configuration version is missing"):
        await client.create_run(NewRun(workspace_id="ws-1", message="m"))


def make_certificate(certificate: Path, key: Path) -> None:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run(  # noqa: S603 - a fixed command
        [*command.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True, timeout=30
    )
