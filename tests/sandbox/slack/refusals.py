"""Asking for a refusal: the answer of a Web API call that Slack refuses."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


async def refusal(call: Awaitable[Any]) -> dict[str, Any]:
    """The whole answer of a refused call; the test fails where it is not refused."""
    with pytest.raises(SlackApiError) as caught:
        await call
    data: dict[str, Any] = caught.value.response.data
    assert data["ok"] is False
    return data


async def error_of(call: Awaitable[Any]) -> str:
    return str((await refusal(call))["error"])
