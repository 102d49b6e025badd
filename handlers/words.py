"""What somebody said to us, taken out of a signed event with care; nothing is done about it here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.core.policy import Actor
from handlers.services import Services

DIRECT = "im"
WITH_FILES = "file_share"
PUNCTUATION = ",.:;?!"
"""What may follow a mention before the command, and is none."""

MOMENT = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody said to us, where, and in which thread, "" for none; `ts` is the message."""

    text: str
    actor: Actor
    channel: str
    ts: str
    thread_ts: str
    is_direct: bool = False
    has_files: bool = False

    @property
    def said_at(self) -> datetime:
        return datetime.fromtimestamp(float(self.ts), UTC)


def words_of(event: Mapping[str, Any], body: Mapping[str, Any], services: Services) -> Words | None:
    """None for what is not said to us just now by a person: of apps, ours among them, edits, and messages of other channels."""
    texts = [event.get(name) for name in ("user", "channel", "ts", "text")]
    if not all(isinstance(text, str) for text in texts) or event.get("bot_id") or event.get("edited"):
        return None
    user, channel, ts, text = map(str, texts)
    is_direct, subtype = event.get("channel_type") == DIRECT, event.get("subtype")
    if user in {"", services.app_user} or not MOMENT.fullmatch(ts) or subtype not in {None, WITH_FILES}:
        return None
    if event.get("type") == "message" and not is_direct:
        return None
    thread = event.get("thread_ts")
    return Words(
        text=command_in(text, services, is_direct=is_direct),
        actor=Actor(id=user, team_id=team_of(event, body)),
        channel=channel,
        ts=ts,
        thread_ts=thread if isinstance(thread, str) else "",
        is_direct=is_direct,
        has_files=subtype == WITH_FILES,
    )


def command_in(text: str, services: Services, *, is_direct: bool) -> str:
    """What follows the first mention of us, else all of it in direct messages; with the slash command before it or without."""
    mention = re.search(rf"<@{re.escape(services.app_user)}(?:\|[^>]*)?>", text)
    is_addressed = mention is not None and not (is_direct and text[: mention.start()].strip())
    words = text[mention.end() :] if mention is not None and is_addressed else text
    words = words.strip().lstrip(PUNCTUATION).strip()
    first, _, rest = words.partition(" ")
    return rest.strip() if first.lower() == services.command.lower() else words


def team_of(event: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """The Slack workspace of who speaks; in a channel that is shared with others, theirs is told (Slack, app_mention)."""
    named = (event.get("user_team"), event.get("source_team"), body.get("team_id"))
    return next((team for team in named if isinstance(team, str) and team), "")
