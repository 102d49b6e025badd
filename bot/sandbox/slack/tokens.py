"""The tokens of one start of the sandbox, and who a request's token makes it."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.slack.errors import SlackError

TokenKind = Literal["bot", "app", "none"]


def _digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))


def _bot_token() -> str:
    return f"xoxb-{_digits(12)}-{_digits(13)}-{secrets.token_hex(12)}"


@dataclass(frozen=True)
class Tokens:
    """Secrets made anew at each start; `revoked` ones answer the word that stands beside them."""

    app_id: str
    bot: str = field(default_factory=_bot_token)
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    app_secret: str = field(default_factory=lambda: secrets.token_hex(32))
    revoked: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> str:
        return f"xapp-1-{self.app_id}-{self.app_secret[:13]}-{self.app_secret}"

    def identify(self, token: str) -> TokenKind:
        """Whose token it is. SlackError: not_authed, invalid_auth, token_revoked, account_inactive."""
        if not token:
            raise SlackError("not_authed")
        if token in self.revoked:
            raise SlackError(self.revoked[token])
        if _same(token, self.bot):
            return "bot"
        if _same(token, self.app):
            return "app"
        raise SlackError("invalid_auth")


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(errors="surrogateescape"), known.encode())
