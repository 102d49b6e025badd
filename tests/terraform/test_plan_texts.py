"""Plans as JSON: inline, by a redirect whose address lives for a minute, not there yet, and too large."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.errors import NotVisible, RequestRefused, TooLarge, UnexpectedAnswer
from bot.terraform.client import TerraformClient
from tests.terraform.conftest import TOKEN
from tests.terraform.servers import Reply, ScriptedServer

REDACTED = "GET /api/v2/plans/plan-1/json-output-redacted"
FULL = "GET /api/v2/plans/plan-1/json-output"
PLAN = b'{"format_version": "1.2"}'
AWAY = Reply(307, headers={"Location": "/v1/object/canary"})


async def test_a_plan_is_followed_to_where_it_is_kept_without_the_token(
    client: TerraformClient, server: ScriptedServer, tmp_path: Path
) -> None:
    server.on(REDACTED, AWAY)
    server.on("GET /v1/object/canary", Reply(200, body=PLAN))
    saved = await client.plan_texts.save("plan-1", tmp_path / "plan", 1000)
    assert saved is not None
    assert saved.size == len(PLAN)
    assert (tmp_path / "plan").read_bytes() == PLAN
    assert server.heard[-2].headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in server.last().headers


async def test_a_plan_that_comes_at_once_is_taken_so(client: TerraformClient, server: ScriptedServer, tmp_path: Path) -> None:
    server.on(FULL, Reply(200, body=PLAN))
    assert await client.plan_texts.save("plan-1", tmp_path / "plan", 1000, redacted=False) is not None
    assert (tmp_path / "plan").read_bytes() == PLAN


async def test_a_plan_that_is_not_finished_is_none(client: TerraformClient, server: ScriptedServer, tmp_path: Path) -> None:
    server.on(REDACTED, Reply(204))
    assert await client.plan_texts.save("plan-1", tmp_path / "plan", 1000) is None


async def test_an_address_that_has_died_is_asked_for_anew_once(client: TerraformClient, server: ScriptedServer, tmp_path: Path) -> None:
    server.on(REDACTED, Reply(307, headers={"Location": "/v1/dead"}), AWAY)
    server.on("GET /v1/object/canary", Reply(200, body=PLAN))
    assert await client.plan_texts.save("plan-1", tmp_path / "plan", 1000) is not None
    server.on(REDACTED, Reply(307, headers={"Location": "/v1/dead"}))
    with pytest.raises(NotVisible, match="JSON of plan-1"):
        await client.plan_texts.save("plan-1", tmp_path / "plan", 1000)


@pytest.mark.parametrize(
    "reply, error",
    [
        (Reply(404), NotVisible),
        (Reply(422, {"errors": [{"detail": "Terraform 0.12 or later is needed"}]}), RequestRefused),
        (Reply(307), UnexpectedAnswer),
        (Reply(200, body=b"x" * 1001), TooLarge),
    ],
)
async def test_a_plan_that_cannot_be_had_says_why(
    client: TerraformClient, server: ScriptedServer, tmp_path: Path, reply: Reply, error: type[Exception]
) -> None:
    server.on(REDACTED, reply)
    with pytest.raises(error):
        await client.plan_texts.save("plan-1", tmp_path / "plan", 1000)


async def test_a_read_that_breaks_off_begins_anew(client: TerraformClient, server: ScriptedServer, tmp_path: Path) -> None:
    server.on(REDACTED, Reply(200, body=b"y" * 900, cut=True), Reply(503), AWAY)
    server.on("GET /v1/object/canary", Reply(200, body=b"y" * 900, cut=True), Reply(200, body=PLAN))
    saved = await client.plan_texts.save("plan-1", tmp_path / "plan", 1000)
    assert saved is not None
    assert (tmp_path / "plan").read_bytes() == PLAN
