"""Files of Slack's: with the token to Slack's own hosts and never on, and a page to sign in taken for what it is."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.core.errors import FileUnreadable, RunbellError, TerraformFailed, TerraformUnreachable
from bot.terraform import slack_files
from bot.terraform.connections import Way, trusted_by
from bot.terraform.slack_files import SlackFiles
from tests.terraform.servers import Reply, ScriptedServer

WAY = Way(timeout=2.0, user_agent="runbell/test", trusted=trusted_by(None))
GET = "GET /files/main.tf"
TEXT = b'output "a" { value = 1 }\n'


async def look_up(host: str, port: int) -> tuple[str, ...]:
    assert host.endswith("slack.com")
    assert port
    return ("127.0.0.1",)


@pytest.fixture
async def files(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackFiles]:
    """Slack as it is, but for its address."""
    monkeypatch.setattr(slack_files, "PAUSE", 0.01)
    async with aclosing(SlackFiles(f"http://slack.com:{port(server)}/api/", "xoxb-canary", WAY, resolver=look_up)) as opened:
        yield opened


def port(server: ScriptedServer) -> str:
    return server.url.rpartition(":")[2]


async def fetched(files: SlackFiles, server: ScriptedServer, folder: Path, host: str = "files.slack.com") -> int:
    url = f"http://{host}:{port(server)}/files/main.tf"
    return await files.fetch(url, folder / "file", 1_000_000, "“main.tf”", time.monotonic() + 2)


@pytest.mark.parametrize("host", ["files.slack.com", "slack.com"])
async def test_a_file_is_fetched_with_the_token_from_slacks_own_hosts(
    files: SlackFiles, server: ScriptedServer, tmp_path: Path, host: str
) -> None:
    server.on(GET, Reply(200, body=TEXT, headers={"Content-Type": "text/plain"}))
    assert await fetched(files, server, tmp_path, host) == len(TEXT)
    assert (tmp_path / "file").read_bytes() == TEXT
    assert server.last().headers["authorization"] == "Bearer xoxb-canary"


async def test_the_token_never_goes_where_a_redirect_leads(files: SlackFiles, server: ScriptedServer, tmp_path: Path) -> None:
    server.on(GET, Reply(302, headers={"Location": "/elsewhere"}))
    server.on("GET /elsewhere", Reply(200, body=TEXT))
    await fetched(files, server, tmp_path)
    assert [heard.headers.get("authorization") for heard in server.heard] == ["Bearer xoxb-canary", None]


@pytest.mark.parametrize("where", ["http://acme.slack.com/?redir=x", "http://evil.test/x", "http://files.slack.com.evil.test/x"])
async def test_a_redirect_to_another_host_is_not_followed(files: SlackFiles, server: ScriptedServer, tmp_path: Path, where: str) -> None:
    server.on(GET, Reply(302, headers={"Location": where}))
    with pytest.raises(FileUnreadable, match="page to sign in" if ".slack.com/" in where else "not Slack"):
        await fetched(files, server, tmp_path)
    assert len(server.heard) == 1


async def test_an_address_that_is_not_slacks_is_not_asked(files: SlackFiles, server: ScriptedServer, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match=r"kept by 127\.0\.0\.1, which is not Slack"):
        await fetched(files, server, tmp_path, "127.0.0.1")
    assert server.heard == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, body=b"<!DOCTYPE html><title>Sign in | Slack</title>", headers={"Content-Type": "text/html; charset=utf-8"}),
        Reply(200, body=b"\n<HTML>Sign in", headers={"Content-Type": "application/octet-stream"}),
        Reply(200, body=b"anything", headers={"Content-Type": "Text/HTML"}),
    ],
)
async def test_slacks_page_to_sign_in_is_taken_for_what_it_is(
    files: SlackFiles, server: ScriptedServer, tmp_path: Path, reply: Reply
) -> None:
    server.on(GET, Reply(302, headers={"Location": f"http://slack.com:{port(server)}/login"}))
    server.on("GET /login", reply)
    with pytest.raises(FileUnreadable, match=r"page to sign in.+files:read.+invite me"):
        await fetched(files, server, tmp_path)


@pytest.mark.parametrize(
    "reply, error, why",
    [
        (Reply(404), FileUnreadable, "no more"),
        (Reply(403), FileUnreadable, "no more"),
        (Reply(200, body=b"x" * 1_000_001), FileUnreadable, "larger than the 1 MB"),
        (Reply(200, body=b"x", headers={"Content-Encoding": "br"}), FileUnreadable, "no file"),
        (Reply(500), TerraformFailed, "HTTP 500"),
        (Reply(reset=True), TerraformUnreachable, "cannot be reached"),
        (Reply(200, body=b"x" * 1000, cut=True), TerraformUnreachable, "cannot be reached"),
    ],
)
async def test_whatever_else_happens_has_a_sentence_without_an_address(
    files: SlackFiles, server: ScriptedServer, tmp_path: Path, reply: Reply, error: type[RunbellError], why: str
) -> None:  # fmt: skip
    server.on(GET, reply)
    with pytest.raises(error, match=why) as caught:
        await fetched(files, server, tmp_path)
    assert "/files/" not in caught.value.sentence


async def test_where_slack_stumbles_it_is_asked_again(files: SlackFiles, server: ScriptedServer, tmp_path: Path) -> None:
    server.on(GET, Reply(502), Reply(200, body=TEXT[:9], cut=True), Reply(200, body=TEXT))
    assert await fetched(files, server, tmp_path) == len(TEXT)
    assert (tmp_path / "file").read_bytes() == TEXT
