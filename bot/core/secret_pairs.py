"""Pairs in a text in which one part names what the other is: `name = "DB_PASSWORD"`, then `value = …`, on one line or on several. Pure."""

from __future__ import annotations

import re

from bot.core.redaction import REDACTED
from bot.core.secret_names import ARN, is_secret_name

VALUE = (
    r"(?:\[redacted\](?![^\s,;\"'}\])(])|\\{2,15}\"[^\"]*+\"?|\\\"(?:[^\"\\]++|\\(?!\"))*+(?:\\\")?|\"(?:[^\"\\]++|\\.)*+\"?|'[^']*+'?|[\[{].*"
    r"|[^\s,;\"'}\])(]++\(?)"
)
MARGIN = " \t│+~-"
GIVEN = r"\\{0,15}[\"']?\s{0,40}(?:=>|:|=)\s{0,40}"
NAMED = re.compile(
    rf"[{MARGIN}]*+\\?[\"']?(?:[\w.-]{{0,80}}[_.-])?(?:name|key){GIVEN}(?P<said>{VALUE})(?:\s{{0,20}}->\s{{0,20}}(?P<later>{VALUE}))?.*",
    re.IGNORECASE,
)
VALUED = re.compile(rf"(?P<head>[{MARGIN}]*+\\?[\"']?(?:[\w.-]{{0,80}}[_.-])?values?{GIVEN})(?P<said>.*)", re.IGNORECASE)
KEYED = re.compile(
    rf"(?P<head>(?<![\w.-])(?P<key>(?:[\w.-]{{0,80}}?[_.-])?(?:name|key|values?)|\w{{0,80}}?(?:Name|Key|Values?)){GIVEN})(?=(?P<said>[\"'\\]*+[^\s,;\"'\\}}\])(]{{0,300}}))",
    re.IGNORECASE,
)
"""Nothing of a value is passed over, since another pair can be in it; `said` is as much of it as a name may be long."""
GIVEN_VALUE = re.compile(VALUE, re.IGNORECASE)
FLAGGED = re.compile(rf"[{MARGIN}]*+[\"'](?P<flag>--?[A-Za-z][\w-]*)[\"'],?\s*")
QUOTES = " \t\\\"',"
BARE = re.compile(r"null|true|false|none|known|sensitive|\(known after apply\)|\(sensitive value\)", re.IGNORECASE)
SET_ASIDE = re.compile("\ue000[0-9]+\ue001")
"""What stands for an ARN while a text is searched: names of secrets are parts of it, and nothing is given to them."""
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def margin(line: str) -> int:
    return len(line) - len(line.lstrip(MARGIN))


class PairLines:
    """Reads lines in order. `hidden_from` says where in a line a value begins that the lines before call a secret."""

    def __init__(self) -> None:
        self._depth: int | None = None
        self._is_argument = False

    def hidden_from(self, line: str, after: str = "") -> int | None:
        """None for a line that holds no such value. `after` is the next line, which may be the one that has the name."""
        was_argument, flag = self._is_argument, FLAGGED.fullmatch(line)
        self._is_argument = flag is not None and is_secret_name(flag["flag"])
        if was_argument and line.strip(MARGIN):
            return margin(line)
        if self._depth is not None and line.strip() and margin(line) < self._depth:
            self._depth = None
        names = names_secret(line)
        if names is not None:
            self._depth = margin(line) if names else None
            return None
        valued = VALUED.fullmatch(line)
        is_half = self._depth is not None or (margin(after) == margin(line) and names_secret(after) is True)
        return len(valued["head"]) if valued is not None and is_half and not is_plain(valued["said"]) else None


def names_secret(line: str) -> bool | None:
    """Whether the name that is given in a line is that of a secret; None where none is given."""
    found = NAMED.fullmatch(line)
    return any(is_secret_name(one.strip(QUOTES)) for one in (found["said"], found["later"] or "")) if found is not None else None


def is_plain(said: str) -> bool:
    """Whether what is given is no secret: nothing, a boolean, a number without quotes, an ARN; or it is hidden already."""
    bare = said.strip(" \t,")
    word = bare.strip(QUOTES)
    return word in {"", REDACTED} or NUMBER.fullmatch(bare) is not None or any(one.fullmatch(word) for one in (BARE, SET_ASIDE, ARN))


def pairs_hidden(line: str) -> str:
    """One line in which a pair is whole: `{"name": "DB_PASSWORD", "value": "…"}`, in either order."""
    if "alue" not in line and "ALUE" not in line:
        return line
    found = list(KEYED.finditer(line))
    made, end = [], 0
    for number, one in enumerate(found):
        given = GIVEN_VALUE.match(line, one.end()) if one.end() >= end and is_value(one) and is_named(found, number, line) else None
        if given is not None and not is_plain(given[0]):
            made += [line[end : given.start()], REDACTED]
            end = given.end()
    return "".join([*made, line[end:]])


def is_value(found: re.Match[str]) -> bool:
    return found["key"].lower().endswith(("value", "values"))


def is_named(found: list[re.Match[str]], number: int, line: str) -> bool:
    """Whether the nearest name on either side, within the same object, is that of a secret."""
    for others, step in ((range(number - 1, -1, -1), -1), (range(number + 1, len(found)), 1)):
        for other in others:
            between = line[found[other].end() : found[number].start()] if step < 0 else line[found[number].end() : found[other].start()]
            if "}" in between or is_value(found[other]):
                break
            if is_secret_name(found[other]["said"].strip(QUOTES)):
                return True
    return False
