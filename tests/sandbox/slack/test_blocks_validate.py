"""blocks.validate by the unmodified SDK: no token, one of three arguments, and each problem with its pointer."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.refusals import refusal

WORDS = {"type": "plain_text", "text": "Words"}


@pytest.fixture
def nobody(slack: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(base_url=slack.api)


async def test_what_slack_would_take_is_ok_without_a_token(nobody: AsyncWebClient) -> None:
    home: dict[str, Any] = {"type": "home", "blocks": []}

    assert (await nobody.blocks_validate(blocks=[{"type": "divider"}]))["ok"] is True
    assert (await nobody.blocks_validate(message={"text": "x", "blocks": [{"type": "divider"}]}))["ok"] is True
    assert (await nobody.blocks_validate(view=home))["ok"] is True


async def test_a_problem_has_code_message_pointer_and_constraint(nobody: AsyncWebClient) -> None:
    answer = await refusal(nobody.blocks_validate(blocks=[{"type": "section", "text": {"type": "markdown", "text": "x"}}]))

    assert answer["error"] == "invalid_blocks"
    problem = answer["errors"][0]
    assert (problem["code"], problem["pointer"]) == ("failed_constraint", "/0/text/type")
    assert problem["constraint"] == {"type": "enum", "expected": ["plain_text", "mrkdwn"]}


@pytest.mark.parametrize(
    "arguments, error, pointer",
    [
        ({"message": {"blocks": [{"type": "alert", "text": WORDS}]}}, "invalid_message", "/blocks/0/type"),
        ({"message": "[]"}, "invalid_message", ""),
        ({"view": {"type": "modal", "title": WORDS, "blocks": [{"type": "table", "rows": []}]}}, "invalid_view", "/blocks/0/type"),
        ({"view": {"type": "modal", "blocks": []}}, "invalid_view", ""),
    ],
)
async def test_messages_and_views_are_judged_as_a_whole(
    nobody: AsyncWebClient, arguments: dict[str, Any], error: str, pointer: str
) -> None:
    answer = await refusal(nobody.blocks_validate(**arguments))

    assert (answer["error"], answer["errors"][0]["pointer"]) == (error, pointer)


@pytest.mark.parametrize("arguments", [{}, {"blocks": [], "message": {}}])
async def test_exactly_one_thing_is_judged(nobody: AsyncWebClient, arguments: dict[str, Any]) -> None:
    answer = await refusal(nobody.blocks_validate(**arguments))

    assert answer["error"] == "invalid_arguments"
    assert "exactly one of" in answer["response_metadata"]["messages"][0]


async def test_what_is_no_json_is_invalid(nobody: AsyncWebClient) -> None:
    assert (await refusal(nobody.blocks_validate(blocks="[{")))["error"] == "invalid_blocks"
