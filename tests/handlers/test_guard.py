"""Whatever a listener does, Slack gets its ack and the person an answer; through Bolt's own dispatch."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from structlog.testing import capture_logs

from bot.core.errors import NoCurrentRun, StoreBusy
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from handlers.guard import Guard
from handlers.middleware import identify
from tests.handlers.desk import Desk, bolt, command
from tests.services.house import ANA, DEPLOYS


def with_listener(desk: Desk, listener: Any) -> Desk:
    """The desk, with one listener of a test for the command."""
    app, guard = bolt(), Guard("/tf")
    app.middleware(identify)
    app.command("/tf")(guard.guarded(listener))
    return replace(desk, app=app, guard=guard)


async def test_what_a_listener_returns_is_told_to_the_person_alone(desk: Desk) -> None:
    async def hello(actor: Actor, place: Place) -> Said:
        return {"text": f"hello {actor.name} in {place.channel_name}"}

    assert await with_listener(desk, hello).type("x") == "hello ana in deploys"


async def test_a_listener_that_says_nothing_is_acked_and_answers_nothing(desk: Desk) -> None:
    async def quiet() -> None:
        return None

    response = await with_listener(desk, quiet).send(command("x", ANA, DEPLOYS, desk.response_url))
    assert (response.status, response.body, desk.answers) == (200, "", [])


async def test_an_error_with_words_becomes_a_private_reply(desk: Desk) -> None:
    async def fails() -> None:
        raise NoCurrentRun("acme/dns")

    with capture_logs() as logs:
        assert (await with_listener(desk, fails).type("x")).startswith("acme/dns has no current run.")
    assert [(entry["event"], entry["error"], entry["person"]) for entry in logs] == [("refused", "NoCurrentRun", "U0ANA")]


async def test_an_error_that_nobody_foresaw_gets_a_reference_that_the_log_knows(desk: Desk) -> None:
    async def breaks() -> None:
        raise ZeroDivisionError("secret detail")

    with capture_logs() as logs:
        told = await with_listener(desk, breaks).type("x")
    assert logs[0]["reference"] in told
    assert "secret detail" not in told
    assert logs[0]["event"] == "listener broke"


async def test_slack_gets_its_ack_before_a_slow_listener_has_done_anything(desk: Desk) -> None:
    passing = asyncio.Event()

    async def slow() -> Said:
        await passing.wait()
        return {"text": "done"}

    slow_desk = with_listener(desk, slow)
    response: BoltResponse = await slow_desk.app.async_dispatch(request(desk))
    assert (response.status, desk.answers) == (200, [])
    assert len(slow_desk.guard.kept) == 1
    passing.set()
    await slow_desk.guard.finish(5)
    assert [answer["text"] for answer in desk.answers] == ["done"]
    assert not slow_desk.guard.kept


def request(desk: Desk) -> AsyncBoltRequest:
    return AsyncBoltRequest(mode="socket_mode", body=command("x", ANA, DEPLOYS, desk.response_url))


async def test_a_listener_that_does_not_end_is_canceled_when_we_stop(desk: Desk) -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    hanging = with_listener(desk, hangs)
    await hanging.app.async_dispatch(request(desk))
    with capture_logs() as logs:
        await hanging.guard.finish(0.01)
    assert [entry["event"] for entry in logs] == ["listener canceled"]
    assert not hanging.guard.kept


async def test_an_ack_that_fails_is_no_reason_to_do_nothing_else_than_report(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bolt answers 500 where a listener raises before its ack; ours acks first, so that only the ack itself can."""

    async def no_ack(*_: object, **__: object) -> BoltResponse:
        raise RuntimeError("no ack")

    async def never() -> None:
        pytest.fail("it must not run: Slack has told the person that it failed")

    monkeypatch.setattr(AsyncAck, "__call__", no_ack)
    response = await with_listener(desk, never).send(command("x", ANA, DEPLOYS, desk.response_url))
    assert response.status == 500


async def test_an_answer_that_slack_does_not_take_is_tried_once_more(desk: Desk) -> None:
    async def hello() -> Said:
        return {"text": "hello"}

    desk.statuses[:] = [500]
    assert await with_listener(desk, hello).type("x") == "hello"


async def test_an_answer_that_cannot_be_given_ends_in_the_log(desk: Desk) -> None:
    async def busy() -> None:
        raise StoreBusy

    desk.statuses[:] = [404, 404]
    with capture_logs() as logs:
        await with_listener(desk, busy).send(command("x", ANA, DEPLOYS, desk.response_url))
        await with_listener(desk, busy).send(command("x", ANA, DEPLOYS, "http://127.0.0.1:9/respond"))
    assert [entry["event"] for entry in logs if entry["event"].startswith("answer")] == ["answer refused"] * 2 + ["answer failed"] * 2


@pytest.mark.parametrize("status, is_plain", [(400, True), (500, False)])
async def test_an_answer_whose_blocks_slack_refuses_is_said_in_plain_text(desk: Desk, status: int, *, is_plain: bool) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    desk.statuses[:] = [status]
    assert "storefront-dev" in await desk.type("workspaces")
    assert ("blocks" not in desk.answers[-1]) is is_plain


async def test_a_listener_that_asks_for_something_unknown_is_refused_when_it_is_registered() -> None:
    async def wrong(actor: Actor, services_: object) -> None:
        del actor, services_

    with pytest.raises(TypeError, match="wrong asks for services_"):
        Guard("/tf").guarded(wrong)
