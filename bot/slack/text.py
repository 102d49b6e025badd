"""Text for Slack: escaping, cutting, and marking what comes from outside so that it cannot pass for ours.

Slack reads `&`, `<` and `>` in mrkdwn, formatting characters too; plain_text, rich_text and raw table cells read nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

ELLIPSIS = "…"
UNSEEN = "\N{REPLACEMENT CHARACTER}"
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
BLANKS = re.compile(r"\s+")
SKIN_TONES = range(0x1F3FB, 0x1F400)
WEB_ADDRESS = re.compile(r"https?://[!-~]+")
SLACK_ID = re.compile(r"[A-Z][A-Z0-9]{1,30}")
WRITTEN = re.compile(r"\b(20\d\d-\d\d-\d\d \d\d:\d\d) UTC\b")

NAME_MOST = 80
SECTION_MOST = 3000
URL_MOST = 2000
TEXT_MOST = 3900
"""Top-level text: Slack recommends 4000 at most, and refuses more in an update."""


def clean(text: str) -> str:
    """The text with nothing hidden in it: what turns the reading direction is shown as �, controls as their pictures.

    Zero-width and other format characters are removed; lines end with a newline; lone surrogates cannot be sent and become �.
    """
    return "".join(map(shown, LINE_ENDS.sub("\n", text)))


def shown(letter: str) -> str:
    if letter in BIDI:
        return UNSEEN
    match unicodedata.category(letter):
        case "Cc":
            return letter if letter in "\n\t" else control_picture(ord(letter))
        case "Cf":
            return ""
        case "Cs":
            return UNSEEN
        case _:
            return letter


def control_picture(code: int) -> str:
    """␀ to ␟ and ␡; the controls of the upper half have no pictures."""
    if code < 0x20:  # noqa: PLR2004 - the end of the lower controls
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else UNSEEN  # noqa: PLR2004 - DEL


def one_line(text: str) -> str:
    return BLANKS.sub(" ", clean(text)).strip()


def cut(text: str, most: int) -> str:
    """At most `most` letters, the last an ellipsis where some are missing; never between a letter and its accents."""
    if len(text) <= most:
        return text
    end = most - len(ELLIPSIS)
    while end > 0 and belongs_to_letter_before(text[end]):
        end -= 1
    return text[: end or most - len(ELLIPSIS)].rstrip() + ELLIPSIS


def belongs_to_letter_before(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M") or ord(letter) in SKIN_TONES


def cut_lines(text: str, most_lines: int, most: int) -> str:
    """Outside text of several lines, blank ones at its ends dropped."""
    lines = clean(text).strip().split("\n")
    kept = "\n".join(lines[:most_lines]).rstrip()
    return cut(kept if len(lines) <= most_lines else f"{kept} {ELLIPSIS}", most)


def escape(text: str) -> str:
    """Outside text for mrkdwn: nothing in it can mention, link or date (Slack, "Formatting text"). Formatting is left as it is."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str, most: int = NAME_MOST) -> str:
    """A code span for mrkdwn: nothing in it is formatted, and a backtick, which would end it, becomes one that does not."""
    inner = escape(cut(one_line(text), most).replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}"))
    return f"`{inner or ' '}`"


def quoted(text: str, most: int = 150) -> str:
    """Outside text on one line of mrkdwn, in quotes that it cannot close itself."""
    inner = re.sub("[“”„‟]", '"', cut(one_line(text), most))
    return f"“{escape(inner)}”"


def mention(person_id: str) -> str:
    return f"<@{person_id}>" if SLACK_ID.fullmatch(person_id) else code(person_id)


def channel_mention(channel_id: str) -> str:
    return f"<#{channel_id}>" if SLACK_ID.fullmatch(channel_id) else code(channel_id)


def group_mention(group_id: str) -> str:
    return f"<!subteam^{group_id}>" if SLACK_ID.fullmatch(group_id) else code(group_id)


def date(at: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """A time that every reader sees in their own zone, for mrkdwn; `form` holds Slack's date tokens."""
    return f"<!date^{int(at.timestamp())}^{form}|{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC>"


def zoned(escaped: str) -> str:
    """Escaped text in which times that are written out in UTC become such as every reader sees in their own zone."""
    return WRITTEN.sub(zoned_time, escaped)


def zoned_time(found: re.Match[str]) -> str:
    at = moment_written(found[1])
    return found[0] if at is None else date(at)


def moment_written(words: str) -> datetime | None:
    try:
        return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def timed(text: str) -> Iterator[str | datetime]:
    """The text in parts, with times that are written out in UTC as moments, for what shows them without mrkdwn."""
    end = 0
    for found in WRITTEN.finditer(text):
        at = moment_written(found[1])
        if at is not None:
            yield text[end : found.start()]
            yield at
            end = found.end()
    yield text[end:]


def is_web_address(url: str) -> bool:
    return WEB_ADDRESS.fullmatch(url) is not None and len(url) <= URL_MOST


def link(url: str, label: str = "") -> str:
    """A link for mrkdwn; the label alone where the address is none of the web."""
    words = escape(one_line(label)).replace("|", "/")
    if not is_web_address(url):
        return words
    target = quote(url, safe=":/?#[]@!$&'()*+,;=%~").replace("&", "&amp;")
    return f"<{target}|{words}>" if words else f"<{target}>"


def enumerated(words: Sequence[str], most: int = 8) -> str:
    """`a, b and 3 more`."""
    rest = len(words) - most
    return ", ".join(words[:most]) + (f" and {rest} more" if rest > 0 else "")
