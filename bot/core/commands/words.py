"""Turns what was typed into words, and words back: smart quotes, odd spaces, Slack's markup of links and mentions, quoting."""

from __future__ import annotations

import re

UNSEEN = "\u00ad\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | dict.fromkeys("‘’‚‛＇", "'") | dict.fromkeys(UNSEEN))  # noqa: RUF001 - as typed
"""What phones make of quotes; what is not seen, such as a turn of the direction of writing, is nothing, wherever it was pasted from."""
SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
LINK = re.compile(r"<((?:https?|mailto|tel):[^<|>]+)(?:\|([^<>]*))?>")
DATE = re.compile(r"<!date\^[^<|>]*\|([^<>]*)>")
MENTION = re.compile(r"<([@#!])([A-Za-z0-9^]+)(?:\|([^<>]*))?>")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
DASHES = re.compile(r"^(?:[—–―⸺](?=[a-z])|[-‐‑‒–—−－﹣]{2}(?=[A-Za-z]))")  # noqa: RUF001 - phones turn two hyphens into one dash
WIDE = re.compile(r"(?=[^０-９Ａ-Ｚａ-ｚ]*[０-９Ａ-Ｚａ-ｚ]|(?:[－-]{2}|[—–])[a-z])[!#-~！-～—–]+")  # noqa: RUF001 - as typed
NARROW = {wide: wide - 0xFEE0 for wide in range(ord("！"), ord("～") + 1)}  # noqa: RUF001 - as typed
"""Letters as wide as Chinese ones: only in words of nothing else, since the signs of a Chinese text are its own."""

CODE = re.compile(r"`+([^`]+)`+")
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
    return uncoded(SPACES.sub(" ", text.translate(QUOTES)).strip())


def uncoded(text: str) -> str:
    """What somebody has set as code, all of it, without the marks of that."""
    found = CODE.fullmatch(text)
    return found[1].strip() if found else text


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
    return [unquoted(plain(word)) for word in TOKEN.findall(normalised(text))]


def plain(word: str) -> str:
    """A word as a keyboard of plain letters has it: wide letters, dashes and marks of code; what is in quotes is left alone."""
    if '"' in word:
        return DASHES.sub("--", word)
    return DASHES.sub("--", uncoded(word.translate(NARROW) if WIDE.fullmatch(word) else word))


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
    if word and normalised(word) == plain(word) == word and not re.search(r"[\s\"\\]|^`|`$", word):
        return word
    escaped = re.sub(r"[\"\\]", lambda found: f"\\{found[0]}", word)
    numbered = REWRITTEN.sub(lambda found: by_number(found[0]), escaped)
    return '"' + "".join(by_number(letter) if is_rewritten(letter) else letter for letter in numbered) + '"'


def is_rewritten(letter: str) -> bool:
    return letter != " " and (ord(letter) in QUOTES or SPACES.fullmatch(letter) is not None)


def by_number(letter: str) -> str:
    return f"\\u{{{ord(letter):x}}}"
