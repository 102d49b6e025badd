"""Turns what was typed into words: smart quotes, odd spaces, Slack's markup of links and mentions, quoting."""

from __future__ import annotations

import re

QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"') | dict.fromkeys("‘’‚", "'"))
SPACES = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff]+")
LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|[^>]*)?>")
MENTION = re.compile(r"<([@#!])([A-Za-z0-9^]+)(?:\|([^>]*))?>")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
LONG_DASH = re.compile(r"^(?:—|–|―)(?=[a-z])")  # phones turn two hyphens into one dash
TOKEN = re.compile(r"(?:\"(?:\\.|[^\"\\])*+\"|\S)++", re.DOTALL)
QUOTED = re.compile(r"\"((?:\\.|[^\"\\])*+)\"", re.DOTALL)


def normalised(text: str) -> str:
    """Plain quotes and spaces, links and mentions as people read them, Slack's three entities decoded."""
    text = LINK.sub(lambda found: found[1], text)
    text = MENTION.sub(mentioned, text)
    for entity, letter in ENTITIES:
        text = text.replace(entity, letter)
    return SPACES.sub(" ", text.translate(QUOTES)).strip()


def mentioned(found: re.Match[str]) -> str:
    """`@ana`, `@platform` or `#deploys`; the id where Slack sends no name."""
    sigil = "#" if found[1] == "#" else "@"
    return sigil + (found[3] or found[2]).removeprefix(sigil)


def split(text: str) -> list[str]:
    """The words of a command; double quotes hold a phrase together, a quote that is never closed is a letter like any other."""
    return [LONG_DASH.sub("--", unquoted(word)) for word in TOKEN.findall(normalised(text))]


def unquoted(word: str) -> str:
    return QUOTED.sub(lambda found: re.sub(r"\\(.)", r"\1", found[1]), word)


def quoted(word: str) -> str:
    """The word as it must be typed to come back as itself."""
    if word and not re.search(r"[\s\"\\]", word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
