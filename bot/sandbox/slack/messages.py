"""The messages of every channel: what they hold, their timestamps as ids, and reading them back in Slack's order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.files import File
from bot.sandbox.slack.mrkdwn import Mentions


@dataclass
class Content:
    """What a message says. A field that is None was not sent, which chat.update tells from an empty one."""

    text: str | None = None
    blocks: list[Any] | None = None
    attachments: list[Any] | None = None
    metadata: Document | None = None
    mentions: Mentions = field(default_factory=Mentions)

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.blocks or self.attachments)


@dataclass
class Message:
    """One message. `user` wrote it; `only_for` is the one person who sees an ephemeral; `states` is what each person chose in it."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Any] = field(default_factory=list)
    attachments: list[Any] = field(default_factory=list)
    metadata: Document | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    only_for: str | None = None
    is_broadcast: bool = False
    edited_ts: str | None = None
    client_msg_id: str | None = None
    mentions: Mentions = field(default_factory=Mentions)
    states: dict[str, dict[str, Document]] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    unfurls: list[Document] = field(default_factory=list)

    @property
    def shown_attachments(self) -> list[Any]:
        """Its attachments and what links unfurl to, which Slack shows after them."""
        return [*self.attachments, *self.unfurls]

    @property
    def shown_subtype(self) -> str | None:
        return "thread_broadcast" if self.is_broadcast and self.subtype is None else self.subtype

    def is_by(self, user: str) -> bool:
        """Whether somebody wrote it, as against what Slack says of them (joining, leaving)."""
        return self.user == user and self.subtype is None

    @property
    def is_ephemeral(self) -> bool:
        return self.only_for is not None

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def is_in_channel(self) -> bool:
        """Whether the channel itself shows it: every message but replies that were not also sent to the channel."""
        return not self.is_reply or self.is_broadcast


@dataclass(frozen=True)
class Span:
    """A stretch of time as `oldest`, `latest` and `inclusive` name it; the ends are unix seconds with fractions, or None."""

    oldest: Decimal | None = None
    latest: Decimal | None = None
    inclusive: bool = False

    def holds(self, ts: str) -> bool:
        at = Decimal(ts)
        after = self.oldest is None or at > self.oldest or (self.inclusive and at == self.oldest)
        before = self.latest is None or at < self.latest or (self.inclusive and at == self.latest)
        return after and before


def read_ts(value: str, error: str) -> Decimal | None:
    """A timestamp argument, None where it is empty or 0; SlackError with the given word where it is no number."""
    if not value:
        return None
    try:
        ts = Decimal(value)
    except InvalidOperation as problem:
        raise SlackError(error) from problem
    if not ts.is_finite():
        raise SlackError(error)
    return ts or None


class MessageLog:
    """All messages by channel and timestamp. Timestamps are real time, unique, and rise; the sandbox's clock does not move them."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[str, Message]] = {}
        self._threads: dict[tuple[str, str], dict[str, Message]] = {}
        self._last = 0

    def next_ts(self) -> str:
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06}"

    def add(self, message: Message) -> None:
        self._channels.setdefault(message.channel, {})[message.ts] = message
        if message.thread_ts is not None and message.is_reply and not message.is_ephemeral:
            self._threads.setdefault((message.channel, message.thread_ts), {})[message.ts] = message

    def remove(self, message: Message) -> None:
        del self._channels[message.channel][message.ts]
        self._threads.get((message.channel, message.thread_ts or ""), {}).pop(message.ts, None)

    def get(self, channel: str, ts: str) -> Message | None:
        return self._channels.get(channel, {}).get(ts)

    def find(self, channel: str, ts: str) -> Message:
        """The message, ephemeral ones too. SlackError: message_not_found."""
        found = self.get(channel, ts)
        if found is None:
            raise SlackError("message_not_found")
        return found

    def thread_parent(self, channel: str, ts: str) -> Message:
        """The message that a reply may hang on. SlackError: thread_not_found, cannot_reply_to_message for a reply or an ephemeral."""
        parent = self.get(channel, ts)
        if parent is None:
            raise SlackError("thread_not_found")
        if parent.is_reply or parent.is_ephemeral:
            raise SlackError("cannot_reply_to_message")
        return parent

    def all_in(self, channel: str) -> list[Message]:
        """Every message of a channel, oldest first, replies and ephemerals among them."""
        return list(self._channels.get(channel, {}).values())

    def history(self, channel: str, span: Span) -> Iterator[Message]:
        """What conversations.history shows: newest first, no plain replies, never an ephemeral."""
        for message in reversed(self._channels.get(channel, {}).values()):
            if message.is_in_channel and not message.is_ephemeral and span.holds(message.ts):
                yield message

    def replies(self, channel: str, parent_ts: str) -> list[Message]:
        """The replies in a thread, oldest first, without their parent and without ephemerals."""
        return list(self._threads.get((channel, parent_ts), {}).values())
