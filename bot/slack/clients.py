"""The two clients of Slack's Web API: one that never sends a request a second time, and one that may."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import ClientSession
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

SLACK = "https://slack.com/api/"


@dataclass(frozen=True, slots=True)
class Clients:
    """`posting` is for what must not happen twice; `reading` repeats a request once whose connection was lost."""

    posting: AsyncWebClient
    reading: AsyncWebClient

    @classmethod
    def of(cls, token: str, session: ClientSession, base_url: str = SLACK) -> Clients:
        """Both share the session and so its connections; whoever opened it closes it."""
        return cls(
            posting=AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[]),
            reading=AsyncWebClient(
                token=token, base_url=base_url, session=session, retry_handlers=[AsyncConnectionErrorRetryHandler(max_retry_count=1)]
            ),
        )
