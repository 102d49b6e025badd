"""Turns what was typed into words, and words back: smart quotes, odd spaces, Slack's markup of links and mentions, quoting."""

from __future__ import annotations

import re

QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"') | dict.fromkeys("‘’‚", "'") | dict.fromkeys("\u200b\u2060\ufeff"))
"""What phones make of quotes; what has no width is nothing, wherever it was pasted from."""
SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
LINK = re.compile(r"<((?:https?|mailto|tel):[^|>]+)(?:\|([^>]*))?>")
DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
MENTION = re.compile(r"<([@#!])([A-Za-z0-9^]+)(?:\|([^>]*))?>")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
LONG_DASH = re.compile(r"^(?:—|–|―)(?=[a-z])")  # phones turn two hyphens into one dash
TOKEN = re.compile(r"(?:\"(?:\\.|[^\"\\])*+\"|\S)++", re.DOTALL)
QUOTED = re.compile(r"\"((?:\\.|[^\"\\])*+)\"", re.DOTALL)
ESCAPED = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))", re.DOTALL)
REWRITTEN = re.compile(r"&(?=(?:lt|gt|amp);)|<(?=[@#!hmt])|(?<= ) ")
"""What would not come back as itself besides quotes and odd spaces: entities, the beginnings of markup, a second space."""
LAST_LETTER = 0x10FFFF


def normalised(text: str) -> str:
    """Plain quotes and spaces, links and mentions as people read them, Slack's three entities decoded."""
    text = LINK.sub(linked, text)
    text = MENTION.sub(mentioned, DATE.sub(lambda found: found[1], text))
    for entity, letter in ENTITIES:
        text = text.replace(entity, letter)
    return SPACES.sub(" ", text.translate(QUOTES)).strip()


def linked(found: re.Match[str]) -> str:
    """The address; what Slack has made a link of by itself, such as a name with a dot in it, as it was typed."""
    address, label = found[1], found[2] or ""
    return label if label and re.sub(r"^(?:https?://|mailto:|tel:)", "", address).rstrip("/") == label.rstrip("/") else address


def mentioned(found: re.Match[str]) -> str:
    """`@ana`, `@platform` or `#deploys`; the id where Slack sends no name."""
    sigil = "#" if found[1] == "#" else "@"
    return sigil + (found[3] or found[2]).removeprefix(sigil)


def split(text: str) -> list[str]:
    """The words of a command; double quotes hold a phrase together, a quote that is never closed is a letter like any other."""
    return [unquoted(LONG_DASH.sub("--", word)) for word in TOKEN.findall(normalised(text))]


def unquoted(word: str) -> str:
    return QUOTED.sub(lambda found: ESCAPED.sub(unescaped, found[1]), word)


def unescaped(found: re.Match[str]) -> str:
    r"""`\"` is a quote, and `\u{201c}` the letter with this number, as `quoted` writes what would be rewritten on the way in."""
    if found[1] is None:
        return str(found[2])
    number = int(found[1], 16)
    return chr(number) if number <= LAST_LETTER else found[0][1:]


def quoted(word: str) -> str:
    """The word as it must be typed to come back as itself, whatever it is."""
    if word and normalised(word) == word and not re.search(r"[\s\"\\]", word) and not LONG_DASH.match(word):
        return word
    plain = re.sub(r"[\"\\]", lambda found: f"\\{found[0]}", word)
    numbered = REWRITTEN.sub(lambda found: by_number(found[0]), plain)
    return '"' + "".join(by_number(letter) if is_rewritten(letter) else letter for letter in numbered) + '"'


def is_rewritten(letter: str) -> bool:
    return letter != " " and (ord(letter) in QUOTES or SPACES.fullmatch(letter) is not None)


def by_number(letter: str) -> str:
    return f"\\u{{{ord(letter):x}}}"
