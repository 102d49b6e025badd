"""One call of a Web API method: its arguments, whose token came with it, and what every method asks of both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.contents import read_json
from bot.sandbox.slack.errors import Document, SlackError, missing_argument, refused_arguments
from bot.sandbox.slack.state import State
from bot.sandbox.slack.tokens import TokenKind

TRUE = ("1", "true", "True", "t", "yes")


@dataclass(frozen=True)
class Call:
    """What a method is given. Arguments of query, form and JSON are one mapping; values of query and form are strings.
    `lag` is how many seconds a history is behind by a fault.
    """

    state: State
    arguments: Mapping[str, Any]
    token_kind: TokenKind = "bot"
    lag: float = 0.0

    @property
    def bot_user(self) -> str:
        return self.state.team.app.user_id

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """A string that must be there. SlackError: invalid_arguments."""
        value = self.text(name)
        if not value:
            raise missing_argument(name)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.arguments.get(name)
        return default if value is None or value == "" else value is True or str(value) in TRUE

    def number(self, name: str, default: int, *, most: int) -> int:
        """A whole number from 1 to `most`; more is cut to `most`. SlackError: invalid_arguments."""
        value = self.text(name)
        if not value:
            return default
        try:
            number = int(value)
        except ValueError as problem:
            raise refused_arguments("invalid_arguments", f"must provide an integer [json-pointer:/{name}]") from problem
        return default if number < 1 else min(number, most)

    def structure(self, name: str, error: str) -> Any:
        return read_json(self.arguments, name, error)

    def demand_scopes(self, *scopes: str) -> None:
        """SlackError: missing_scope with `needed` and `provided`, where the token lacks one."""
        provided = self.state.team.app.scopes
        missing = [scope for scope in scopes if scope not in provided]
        if missing:
            raise SlackError("missing_scope", needed=",".join(missing), provided=",".join(provided))

    def visible_channel(self, channel_id: str) -> Channel:
        """A channel that the app can see: public, or one it is in. SlackError: channel_not_found."""
        channel = self.state.team.channel(channel_id)
        if channel.kind != "public" and self.bot_user not in channel.members:
            raise SlackError("channel_not_found")
        return channel


Run = Callable[[Call], Awaitable[Document]]


@dataclass(frozen=True)
class Method:
    """A method, the scopes it always needs, its rate tier (docs: the method's page; 0 is special), and the kind of token it takes."""

    run: Run
    scopes: tuple[str, ...] = ()
    tier: int = 0
    token_kinds: tuple[TokenKind, ...] = ("bot",)


Methods = dict[str, Method]
