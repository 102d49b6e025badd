"""What Slack reads out of text: whom a message mentions, and how text that a person types is rewritten.

Only mrkdwn is read: top-level text and mrkdwn objects. Plain text, rich text and raw table cells never mention anybody by syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.team import Team

ENTITY = re.compile(r"<([@!][^<>|]+)(?:\|[^<>]*)?>")
BROADCASTS = ("channel", "here", "everyone")
HANDLE = re.compile(r"(?<![\w@<])@([\w.-]*\w)")
BARE_BROADCAST = re.compile(r"(?<![\w@<])@(channel|here|everyone)\b")
TYPED = re.compile(
    r"(?P<link>https?://[^\s<>]+)|(?<![\w@])@(?P<name>[\w.-]*\w)|(?<![\w#&])#(?P<channel>[\w-]+)|(?P<control>[&<>])",
)
CONTROLS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True)
class Mentions:
    """Whom a text reaches: ids of users and groups in `mentions`, and the words channel, here, everyone in `broadcasts`. `handles` are
    bare words after an @ that `link_names` or `parse: full` make mentions of, where a group bears that name.
    """

    mentions: tuple[str, ...] = ()
    broadcasts: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()

    def named_in(self, team: Team) -> Mentions:
        """With the groups that the handles name (people are not linked by their names any more)."""
        found = (team.group_named(handle) for handle in self.handles)
        return Mentions((*self.mentions, *(group.id for group in found if group is not None)), self.broadcasts)

    def joined(self, other: Mentions) -> Mentions:
        return Mentions(
            tuple(dict.fromkeys((*self.mentions, *other.mentions))),
            tuple(dict.fromkeys((*self.broadcasts, *other.broadcasts))),
            tuple(dict.fromkeys((*self.handles, *other.handles))),
        )


def read_mentions(text: str, blocks: list[Any], attachments: list[Any], *, linked: bool = False) -> Mentions:
    """The mentions of a message. `linked` is what `link_names` or `parse: full` do to the top-level text: a bare @here counts."""
    found: list[str] = [*_entities(text), *(_bare_broadcasts(text) if linked else ())]
    for source in (*blocks, *attachments):
        found.extend(_mentions_within(source))
    for attachment in attachments:
        found.extend(name for words in _legacy_words(attachment) for name in _entities(words))
    people = dict.fromkeys(name for name in found if name not in BROADCASTS)
    broadcasts = tuple(dict.fromkeys(name for name in found if name in BROADCASTS))
    return Mentions(tuple(people), broadcasts, tuple(HANDLE.findall(text)) if linked else ())


def _entities(text: str) -> Iterator[str]:
    for match in ENTITY.finditer(text):
        kind, name = match[1][0], match[1][1:]
        if kind == "@" or name in BROADCASTS:
            yield name
        elif name.startswith("subteam^"):
            yield name.removeprefix("subteam^")


def _legacy_words(attachment: Any) -> Iterator[str]:
    """What an attachment shows beside its text and blocks: pretext, title, footer, and titles and values of its fields."""
    fields = attachment.get("fields") or []
    words = [attachment.get(name) for name in ("pretext", "title", "footer")]
    words += [field.get(name) for field in fields if isinstance(field, dict) for name in ("title", "value")]
    yield from (each for each in words if isinstance(each, str))


def _bare_broadcasts(text: str) -> Iterator[str]:
    yield from (match[1] for match in BARE_BROADCAST.finditer(text))


def _mentions_within(node: Any) -> Iterator[str]:
    """Every mrkdwn object below a block or attachment, and an attachment's own text. `verbatim: true` stops a bare @here."""
    if isinstance(node, list):
        for item in node:
            yield from _mentions_within(item)
    elif isinstance(node, dict):
        kind, text = node.get("type"), node.get("text")
        if isinstance(text, str) and kind in (None, "mrkdwn", "markdown"):
            yield from _entities(text)
            if kind == "mrkdwn" and not node.get("verbatim"):
                yield from _bare_broadcasts(text)
        elif kind in ("user", "usergroup", "broadcast"):
            yield str(node.get("user_id") or node.get("usergroup_id") or node.get("range"))
        for value in node.values():
            yield from _mentions_within(value)


def escape_typed(text: str, team: Team, *, with_names: bool) -> str:
    """What Slack makes of typed text: names become ids (`<@U1>`, with the name where `with_names`), links are wrapped, `& < >` escaped.

    A name that nobody bears stays as it was typed. The form with names is that of slash commands with `should_escape`.
    """

    def rewritten(match: re.Match[str]) -> str:
        if match["link"]:
            return f"<{_escape(match['link'])}>"
        if match["control"]:
            return CONTROLS[match["control"]]
        return _name(match, team, with_names=with_names)

    return TYPED.sub(rewritten, text)


def escape_controls(text: str) -> str:
    """What Slack does to a command's text without `should_escape`: only the three control characters are escaped."""
    return _escape(text)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _name(match: re.Match[str], team: Team, *, with_names: bool) -> str:
    if match["channel"]:
        channel = team.channel_named(match["channel"])
        if channel is None:
            return match[0]
        shown = channel.name if channel.kind == "public" else ""
        return f"<#{channel.id}|{shown}>"
    name = match["name"]
    if name in BROADCASTS:
        return f"<!{name}>"
    if (person := team.person_named(name)) is not None:
        return f"<@{person.id}|{person.name}>" if with_names else f"<@{person.id}>"
    if (group := team.group_named(name)) is not None:
        return f"<!subteam^{group.id}|@{group.handle}>" if with_names else f"<!subteam^{group.id}>"
    return match[0]
