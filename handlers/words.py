"""What somebody said to us, taken out of a signed event with care; nothing is done about it here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
MENTION = re.compile(r"<(?:@|!(?!date\^))[^<>]*>")
"""Of a person, a group or a whole channel, as Slack writes it; `<!date^…>` is a time."""

BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
SET_APART = re.compile(r"(?:>|&gt;|[*•◦▪‣⁃+–—-]\s|[0-9A-Za-z]{1,3}[.)]\s)")  # noqa: RUF001 - as lists begin
"""How a quote or an item of a list begins in a message that came without blocks."""

RICH_TEXT, RICH_SECTION = "rich_text", "rich_text_section"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody said to us, where, and in which thread, "" for none; `ts` is the message.

    `is_command`: it is said as a command is, and not quoted, listed, set as code or told to others besides.
    """

    text: str
    actor: Actor
    channel: str
    ts: str
    thread_ts: str
    is_command: bool = True
    is_direct: bool = False
    has_files: bool = False

    @property
    def said_at(self) -> datetime:
        return datetime.fromtimestamp(float(self.ts), UTC)


def words_of(event: Mapping[str, Any], body: Mapping[str, Any], services: Services) -> Words | None:
    """None for what is not said to us just now by a person: of apps, ours among them, edits, and messages of other channels.

    A message that an app has posted in the name of a person has an `app_id` and no `bot_id` (Slack, chat.postMessage with a user token).
    """
    texts = [event.get(name) for name in ("user", "channel", "ts", "text")]
    if not all(isinstance(text, str) for text in texts) or any(event.get(name) for name in ("bot_id", "app_id", "bot_profile", "edited")):
        return None
    user, channel, ts, text = map(str, texts)
    is_direct, subtype = event.get("channel_type") == DIRECT, event.get("subtype")
    if user in {"", services.app_user} or not MOMENT.fullmatch(ts) or subtype not in {None, WITH_FILES}:
        return None
    if event.get("type") == "message" and not is_direct:
        return None
    thread = event.get("thread_ts")
    said, is_addressed = addressed(text, services)
    return Words(
        text=said,
        actor=Actor(id=user, team_id=team_of(event, body)),
        channel=channel,
        ts=ts,
        thread_ts=thread if isinstance(thread, str) else "",
        # The whole text, since a command that begins on the line after the mention is cut out of something else.
        is_command=(is_addressed or is_direct)
        and not BREAK.search(text.strip())
        and is_plain(said)
        and not is_set_apart(event.get("blocks")),
        is_direct=is_direct,
        has_files=subtype == WITH_FILES,
    )


def addressed(text: str, services: Services) -> tuple[str, bool]:
    """What follows a mention of us that is the first thing said, and whether one is; the slash command before it is left out."""
    mention = re.match(rf"\s*<@{re.escape(services.app_user)}(?:\|[^<>]*)?>", text)
    words = (text[mention.end() :] if mention is not None else text).strip().lstrip(PUNCTUATION).strip()
    first, _, rest = words.partition(" ")
    return rest.strip() if first.lower() == services.command.lower() else words, mention is not None


def is_plain(words: str) -> bool:
    """One line, no quote, no list, no code, and nobody else mentioned. A mention of us that is not the first thing counts as any other."""
    return not (BREAK.search(words) or "`" in words or MENTION.search(words) or SET_APART.match(words))


def is_set_apart(blocks: object) -> bool:
    """Whether the rich text that comes along shows a quote, code or a list. What is none of a plain message counts as one."""
    if blocks is None:
        return False
    return not (isinstance(blocks, Sequence) and all(is_one_section(block) for block in blocks))


def is_one_section(block: object) -> bool:
    """Rich text of a single section, none of it code or struck out."""
    if not isinstance(block, Mapping) or block.get("type") != RICH_TEXT:
        return False
    parts = block.get("elements")
    if not isinstance(parts, Sequence) or len(parts) > 1:
        return False
    return all(isinstance(part, Mapping) and part.get("type") == RICH_SECTION and is_unstyled(part.get("elements")) for part in parts)


def is_unstyled(leaves: object) -> bool:
    if not isinstance(leaves, Sequence):
        return False
    return all(isinstance(leaf, Mapping) and not is_styled(leaf.get("style")) for leaf in leaves)


def is_styled(style: object) -> bool:
    return isinstance(style, Mapping) and bool(style.get("code") or style.get("strike"))


def team_of(event: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """The Slack workspace of who speaks; in a channel that is shared with others, theirs is told (Slack, app_mention)."""
    named = (event.get("user_team"), event.get("source_team"), body.get("team_id"))
    return next((team for team in named if isinstance(team, str) and team), "")
