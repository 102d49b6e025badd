"""Slack's refusals: the `error` word of a Web API answer, and what comes with it."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


class SlackError(Exception):
    """An answer `{"ok": false, "error": ...}` with status 200, as every Web API method gives it."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more

    def document(self) -> Document:
        return {"ok": False, "error": self.error, **self.more}


class RateLimitedError(SlackError):
    """Status 429 with the header `Retry-After` in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


def refused_arguments(error: str, *messages: str) -> SlackError:
    """A refusal that says why in `response_metadata.messages`, the way Slack words it: `[ERROR] ...`."""
    return SlackError(error, response_metadata={"messages": [f"[ERROR] {message}" for message in messages]})


def missing_argument(name: str) -> SlackError:
    return refused_arguments("invalid_arguments", f"missing required field: {name}")
