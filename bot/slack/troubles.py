"""What can go wrong in a call to Slack, in our words: the one place that knows slack_sdk's and aiohttp's errors."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.core.errors import (
    CannotEdit,
    ChannelClosed,
    ChatAnswerLost,
    ChatRateLimited,
    ChatRefused,
    ChatTrouble,
    ChatUnreachable,
    InstallationDead,
    MessageGone,
    ThreadClosed,
)

RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
PERHAPS_DONE = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
DEAD = frozenset({"token_revoked", "account_inactive", "invalid_auth", "not_authed", "token_expired"})
UNEDITABLE = frozenset({"cant_update_message", "edit_window_closed", "cant_delete_message"})
THREADLESS = frozenset({"thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"})
CLOSED = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "is_inactive",
        "method_not_supported_for_channel_type",
        "team_access_not_granted",
        "ekm_access_denied",
        "no_permission",
        "messages_tab_disabled",
        "cannot_dm_bot",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    }
)
RESTRICTED = "restricted_action"
POINTER = re.compile(r"\[json-pointer:([^\]\s]{1,100})\]")
CODE = re.compile(r"[a-z0-9_]{1,60}")
RETRY_AFTER = 10.0
"""Seconds, where Slack names none."""


@asynccontextmanager
async def translated(timeout: float) -> AsyncIterator[None]:  # noqa: ASYNC109 - it bounds the body, as asyncio.timeout does
    """Whatever goes wrong inside comes out as a ChatTrouble; `timeout` is in seconds and leaves the outcome unknown."""
    try:
        async with asyncio.timeout(timeout):
            yield
    except SlackApiError as error:
        raise trouble(error) from error
    except aiohttp.ClientConnectorError as error:
        raise ChatUnreachable from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise ChatAnswerLost from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:  # a body that is not what Slack's pages give
        raise ChatAnswerLost from error


def trouble(error: SlackApiError) -> ChatTrouble:
    """The leaf for an answer of Slack that is not `ok`; one that is no answer of Slack's leaves the outcome unknown."""
    body, status, headers = parts(error.response)
    code = body.get("error")
    if status == 429 or code in RATE_LIMITED:  # noqa: PLR2004 - Too Many Requests
        return ChatRateLimited(seconds(headers))
    if status >= 500 or not isinstance(code, str) or code in PERHAPS_DONE:  # noqa: PLR2004 - server errors
        return ChatAnswerLost()
    return refusal(code if CODE.fullmatch(code) else "unknown_error", detail(body))


def refusal(code: str, where: str) -> ChatTrouble:
    if code in DEAD:
        return InstallationDead(code)
    if code == "message_not_found":
        return MessageGone(code)
    if code in UNEDITABLE:
        return CannotEdit(code)
    if code in THREADLESS:
        return ThreadClosed(code)
    if code in CLOSED or code.startswith(RESTRICTED):
        return ChannelClosed(code)
    return ChatRefused(code, where)


def parts(response: Any) -> tuple[Mapping[str, Any], int, Mapping[str, str]]:
    """Body, status and headers; slack_sdk gives its own response, or aiohttp's where the body could not be read."""
    if isinstance(response, aiohttp.ClientResponse):
        return {}, response.status, response.headers
    body = response.data if isinstance(response.data, dict) else {}
    return body, int(response.status_code), response.headers


def seconds(headers: Mapping[str, str]) -> float:
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return max(1.0, float(found))
    except ValueError:
        return RETRY_AFTER


def detail(body: Mapping[str, Any]) -> str:
    """JSON pointers into what we sent, or the scope that is missing; never any text of the message."""
    if needed := body.get("needed"):
        return f"needs {needed}"
    metadata = body.get("response_metadata")
    said = metadata.get("messages", []) if isinstance(metadata, dict) else []
    errors = body.get("errors", [])
    pointers = [str(error["pointer"]) for error in errors if isinstance(error, dict) and "pointer" in error]
    pointers += [found[1] for message in said for found in POINTER.finditer(str(message))]
    return ", ".join(dict.fromkeys(pointers))[:300]
