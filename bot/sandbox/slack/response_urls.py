"""Response URLs: each interaction has one, good for five answers within thirty minutes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from bot.sandbox.clock import Clock
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.messages import Message

USES = 5
LIFETIME_SECONDS = 30 * 60.0
PATHS = {"slash_commands": "commands", "block_actions": "actions", "message_action": "app", "view_submission": "app"}


@dataclass
class Chain:
    """One interaction and what the app has answered to it. `source` is the message it came from, or the last answer of a command."""

    path: str
    channel: str
    user: str
    expires_at: float
    source: Message | None = None
    uses_left: int = USES


class ResponseUrls:
    """The response URLs given out; their half hour is on the sandbox's clock."""

    def __init__(self, clock: Clock, team_id: str) -> None:
        self._clock = clock
        self._team_id = team_id
        self._chains: dict[str, Chain] = {}

    def issue(self, kind: str, channel: str, user: str, source: Message | None = None) -> Chain:
        path = f"/_hooks/{PATHS[kind]}/{self._team_id}/{secrets.randbelow(10**12)}/{secrets.token_urlsafe(18)}"
        chain = Chain(path, channel, user, self._clock.monotonic() + LIFETIME_SECONDS, source)
        self._chains[path] = chain
        return chain

    def use(self, path: str) -> Chain:
        """The chain behind a URL, one use of it spent. SlackError: no_service, expired_url, used_url."""
        chain = self._chains.get(path)
        if chain is None:
            raise SlackError("no_service")
        if self._clock.monotonic() > chain.expires_at:
            raise SlackError("expired_url")
        if chain.uses_left <= 0:
            raise SlackError("used_url")
        chain.uses_left -= 1
        return chain
