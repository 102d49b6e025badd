"""What is sent again, and what never is."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.core.errors import (
    NotVisible,
    RequestRefused,
    StateMovedOn,
    TerraformAnswerLost,
    TerraformFailed,
    TerraformRateLimited,
    TerraformTrouble,
    TerraformUnreachable,
    TokenRejected,
    UnexpectedAnswer,
)
from bot.core.readings import NewRun
from bot.core.runs import Action
from bot.sandbox.listeners import bind_loopback, url_of
from bot.terraform.client import TerraformClient
from tests.terraform.conftest import QUICK, TOKEN
from tests.terraform.samples import run_document
from tests.terraform.servers import Reply, ScriptedServer, serving

READ = "GET /api/v2/runs/run-1"
APPLY = "POST /api/v2/runs/run-1/actions/apply"
CREATE = "POST /api/v2/runs"
FINE = Reply(200, run_document())
THROTTLED = Reply(429, {"errors": [{"status": 429, "title": "Too many requests"}]}, headers={"X-RateLimit-Reset": "0.1"})


@pytest.mark.parametrize("hiccup", [Reply(500), Reply(503), Reply(reset=True), THROTTLED, Reply(200, run_document(), cut=True)])
async def test_a_read_is_repeated_until_the_server_has_recovered(client: TerraformClient, server: ScriptedServer, hiccup: Reply) -> None:
    server.on(READ, hiccup, hiccup, FINE)
    assert (await client.read_run("run-1")).run.id == "run-1"
    assert server.calls() == [READ] * 3


@pytest.mark.parametrize(
    "reply, error, was_received",
    [
        (Reply(502), TerraformFailed, True),
        (Reply(reset=True), TerraformUnreachable, False),
        (Reply(429, headers={"Retry-After": "60"}), TerraformRateLimited, False),
    ],
)
async def test_a_read_gives_up_before_long(
    client: TerraformClient,
    server: ScriptedServer,
    reply: Reply,
    error: type[TerraformTrouble],
    was_received: bool,  # noqa: FBT001
) -> None:
    server.on(READ, reply)
    with pytest.raises(error) as caught:
        await client.read_run("run-1")
    assert caught.value.was_received is was_received
    assert 1 <= len(server.calls()) <= 5


@pytest.mark.parametrize(
    "status, error", [(401, TokenRejected), (403, NotVisible), (404, NotVisible), (409, StateMovedOn), (422, RequestRefused)]
)
async def test_a_read_that_was_answered_is_not_repeated(
    client: TerraformClient, server: ScriptedServer, status: int, error: type[TerraformTrouble]
) -> None:
    server.on(READ, Reply(status))
    with pytest.raises(error):
        await client.read_run("run-1")
    assert server.calls() == [READ]


@pytest.mark.parametrize("body", [b'{"data": {"id": "run-', b"<html>sign in</html>", b""])
async def test_an_answer_that_is_none_of_the_api_is_not_asked_for_again(
    client: TerraformClient, server: ScriptedServer, body: bytes
) -> None:
    server.on(READ, Reply(200, body=body))
    with pytest.raises(UnexpectedAnswer):
        await client.read_run("run-1")
    assert server.calls() == [READ]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_an_action_is_done_whatever_the_success_is_called(client: TerraformClient, server: ScriptedServer, status: int) -> None:
    server.on(APPLY, Reply(status))
    await client.act(Action.APPLY, "run-1", "ok")
    assert server.calls() == [APPLY]


@pytest.mark.parametrize(
    "reply, error",
    [
        (Reply(reset=True), TerraformAnswerLost),
        (Reply(200, run_document(), cut=True), TerraformAnswerLost),
        (Reply(500), TerraformFailed),
        (Reply(503), TerraformFailed),
        (Reply(302, headers={"Location": "/elsewhere"}), UnexpectedAnswer),
    ],
)
async def test_a_write_of_unknown_outcome_is_said_to_be_one_and_never_sent_again(
    client: TerraformClient, server: ScriptedServer, reply: Reply, error: type[TerraformTrouble]
) -> None:
    server.on(APPLY, reply)
    with pytest.raises(error) as caught:
        await client.act(Action.APPLY, "run-1", "ok")
    assert caught.value.was_received
    assert server.calls().count(APPLY) == 1


async def test_a_write_that_is_not_answered_in_time_may_have_been_done(impatient: TerraformClient, server: ScriptedServer) -> None:
    server.on(APPLY, Reply(202, after=0.9))
    with pytest.raises(TerraformAnswerLost) as caught:
        await impatient.act(Action.APPLY, "run-1", "ok")
    assert caught.value.was_received
    assert server.calls() == [APPLY]


async def test_a_read_that_is_not_answered_in_time_asked_for_nothing(impatient: TerraformClient, server: ScriptedServer) -> None:
    server.on(READ, Reply(200, run_document(), after=0.9))
    with pytest.raises(TerraformUnreachable) as caught:
        await impatient.read_run("run-1")
    assert not caught.value.was_received


async def test_a_created_run_whose_answer_is_garbled_may_exist(client: TerraformClient, server: ScriptedServer) -> None:
    server.on(CREATE, Reply(201, body=b'{"data": {"id"'))
    with pytest.raises(UnexpectedAnswer) as caught:
        await client.create_run(NewRun(workspace_id="ws-1", message="m"))
    assert caught.value.was_received
    assert server.calls() == [CREATE]


@pytest.mark.parametrize(
    "status, error", [(401, TokenRejected), (409, StateMovedOn), (422, RequestRefused), (400, RequestRefused), (404, NotVisible)]
)
async def test_a_refused_write_was_not_done(
    client: TerraformClient, server: ScriptedServer, status: int, error: type[TerraformTrouble]
) -> None:
    server.on(APPLY, Reply(status))
    with pytest.raises(error) as caught:
        await client.act(Action.APPLY, "run-1", "ok")
    assert not caught.value.was_received
    assert server.calls().count(APPLY) == 1


async def test_a_write_that_came_too_soon_waits_as_long_as_it_is_told(client: TerraformClient, server: ScriptedServer) -> None:
    server.on(APPLY, THROTTLED, Reply(202))
    await client.act(Action.APPLY, "run-1", "ok")
    assert server.calls() == [APPLY] * 2


async def test_a_write_that_would_wait_too_long_is_given_up_undone(client: TerraformClient, server: ScriptedServer) -> None:
    server.on(APPLY, Reply(429, headers={"Retry-After": "30"}))
    with pytest.raises(TerraformRateLimited) as caught:
        await client.act(Action.APPLY, "run-1", "ok")
    assert 29 < caught.value.retry_after <= 30
    assert not caught.value.was_received
    assert server.calls() == [APPLY]


async def test_a_write_that_is_throttled_for_ever_is_given_up(client: TerraformClient, server: ScriptedServer) -> None:
    server.on(APPLY, THROTTLED)
    with pytest.raises(TerraformRateLimited):
        await client.act(Action.APPLY, "run-1", "ok")
    assert 2 <= len(server.calls()) <= 5


async def test_a_server_that_is_not_there_was_never_told() -> None:
    listener = bind_loopback(0, "nobody")
    address = url_of(listener)
    listener.close()
    async with TerraformClient(address, TOKEN, pace=QUICK) as nobody:
        for attempt in (nobody.act(Action.APPLY, "run-1", "ok"), nobody.account()):
            with pytest.raises(TerraformUnreachable) as caught:
                await attempt
            assert not caught.value.was_received


async def test_a_server_that_is_gone_once_its_base_is_known_was_never_told() -> None:
    async with serving(ScriptedServer()) as server:
        client = TerraformClient(server.url, TOKEN, pace=QUICK)
        server.on(APPLY, Reply(202))
        await client.act(Action.APPLY, "run-1", "ok")
    async with client:
        with pytest.raises(TerraformUnreachable):
            await client.act(Action.APPLY, "run-1", "ok")


async def test_an_order_whose_turn_comes_too_late_is_not_given(client: TerraformClient, server: ScriptedServer) -> None:
    server.on(READ, FINE)
    await client.read_run("run-1")
    with pytest.raises(TerraformUnreachable):
        await client._exchanges._send("POST", "runs/run-1/actions/apply", b"", time.monotonic() - 1)
    assert server.calls() == [READ]


async def test_two_writes_never_share_a_connection_that_may_have_been_closed_meanwhile(
    client: TerraformClient, server: ScriptedServer
) -> None:
    server.on(APPLY, Reply(202))
    await client.act(Action.APPLY, "run-1", "ok")
    await client.act(Action.APPLY, "run-1", "ok")
    assert client._connections._writing._transport._pool.connections == []  # type: ignore[attr-defined]


async def test_a_success_that_says_that_nothing_is_left_is_heeded(client: TerraformClient, server: ScriptedServer) -> None:
    spent = {"X-RateLimit-Limit": "30", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0.3"}
    server.on(READ, Reply(200, run_document(), headers=spent), FINE)
    await client.read_run("run-1")
    asked_at = time.monotonic()
    await client.read_run("run-1")
    assert time.monotonic() - asked_at > 0.25
    server.on("GET /api/v2/organizations/acme/runs", Reply(200, {"data": []}, headers={**spent, "X-RateLimit-Reset": "59"}))
    await client.list_organization_runs("acme")
    await client.read_run("run-1")
    with pytest.raises(TerraformRateLimited):
        await client.list_workspace_runs("ws-1")


async def test_a_write_that_nobody_heard_is_sent_again_once_somebody_listens() -> None:
    listener = bind_loopback(0, "nobody")
    address, port = url_of(listener), listener.getsockname()[1]
    listener.close()
    async with TerraformClient(address, TOKEN, pace=QUICK) as client:
        client._connections._base = "/api/v2/"
        order = asyncio.create_task(client.act(Action.APPLY, "run-1", "ok"))
        await asyncio.sleep(0.005)
        async with serving(ScriptedServer(), port=port) as server:
            server.on(APPLY, Reply(202))
            await order
            assert server.calls() == [APPLY]


async def test_polling_that_is_throttled_holds_up_run_lists_alone(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/organizations/acme/runs", Reply(429, headers={"X-RateLimit-Reset": "60"}))
    server.on(READ, FINE)
    with pytest.raises(TerraformRateLimited):
        await client.list_organization_runs("acme")
    assert (await client.read_run("run-1")).run.id == "run-1"
    with pytest.raises(TerraformRateLimited):
        await client.list_workspace_runs("ws-1")
    assert len(server.calls()) == 2


async def test_limits_go_by_the_clock_of_the_server(server: ScriptedServer) -> None:
    """A sandbox whose clock runs fifty times as fast takes 30 requests in a fiftieth of a second, and its pauses pass as fast."""
    server.on(READ, Reply(429, headers={"Retry-After": "5"}), FINE)
    began = time.monotonic()
    async with TerraformClient(server.url, TOKEN, pace=QUICK, server_speed=50) as client:
        await asyncio.gather(*(client.read_run("run-1") for _ in range(70)))
        server.on(READ, Reply(429, headers={"Retry-After": "600"}))
        with pytest.raises(TerraformRateLimited) as caught:
            await client.read_run("run-1")
    # By its own clock the server asked for a pause of 5 s, which a slow machine stays below only if the pause passes 50 times as fast.
    assert time.monotonic() - began < 5
    assert 5.9 < caught.value.retry_after <= 6
