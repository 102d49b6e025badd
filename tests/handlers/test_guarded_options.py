"""A field that looks something up: the ack is the answer, and whatever goes wrong offers nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from bot.core.errors import StoreBusy
from bot.core.policy import Actor
from bot.slack.blocks import Block
from bot.slack.inputs import option
from handlers import guard as guards
from handlers.guard import Guard
from handlers.middleware import identify
from tests.handlers.desk import bolt
from tests.services.house import ANA


def asked(**more: Any) -> dict[str, Any]:
    body = {
        "type": "block_suggestion",
        "action_id": "x",
        "block_id": "b",
        "value": "st",
        "team": {"id": ANA.team_id},
        "user": {"id": ANA.id},
    }
    return body | more


async def answer(listener: Any, body: dict[str, Any] | None = None) -> dict[str, Any]:
    app, guard = bolt(), Guard("/tf")
    app.middleware(identify)
    app.options("x")(guard.guarded_options(listener))
    response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body or asked()))
    await guard.finish(5)
    assert response.status == 200
    found: dict[str, Any] = json.loads(response.body)
    return found


async def test_what_the_listener_finds_is_the_ack_and_no_more_than_slack_takes() -> None:
    async def many(actor: Actor) -> Sequence[Block]:
        return [option(f"{actor.id} {number}", str(number)) for number in range(120)]

    found = (await answer(many))["options"]
    assert [one["value"] for one in found] == [str(number) for number in range(100)]


async def test_groups_of_options_are_told_as_groups() -> None:
    async def groups() -> Sequence[Block]:
        return [{"label": {"type": "plain_text", "text": "acme"}, "options": [option("dns", "acme/dns")]}]

    assert list(await answer(groups)) == ["option_groups"]


@pytest.mark.parametrize("error, event", [(StoreBusy(), "nothing suggested"), (ZeroDivisionError(), "listener broke")])
async def test_trouble_offers_nothing_and_is_in_the_log(error: Exception, event: str) -> None:
    async def fails() -> Sequence[Block]:
        raise error

    with capture_logs() as logs:
        assert await answer(fails) == {"options": []}
    assert [entry["event"] for entry in logs] == [event]


async def test_what_takes_too_long_offers_nothing_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "SUGGEST_WITHIN", 0.05)

    async def slow() -> Sequence[Block]:
        await asyncio.sleep(5)
        return ()

    assert await answer(slow) == {"options": []}


async def test_nobody_is_offered_anything() -> None:
    async def known(actor: Actor) -> Sequence[Block]:
        return [option(actor.id, "x")]

    assert await answer(known, asked(user={})) == {"options": []}
