"""Values of variables as the Runs API wants them: HCL literals. Words are quoted for whoever typed them, and never shown in an error."""

from __future__ import annotations

import re

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{0,14}[1-9])?")
"""A number that is the same letters again once it has been a number: `1.10`, `007` and `1e5` are names as often as numbers, and
Terraform makes numbers of text where it needs them."""

ANY_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
WORDS = frozenset({"true", "false", "null"})
TEXT = re.compile(r'"(?:\\(?:[nrt"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|\$\$\{|%%\{|[$%](?!\{)|[^"\\$%\x00-\x1f])*+"')
"""Quoted text in which nothing is worked out: `${` and `%{` are doubled."""

NAME = re.compile(r"[^\W\d][\w-]*")
BLANK = re.compile(r"[ \t\r\n]*")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
DEEPEST = 20


def literal(value: str) -> str | None:
    """The value as an HCL literal; None where it begins as quoted text, a list or a map does, and is none.

    Numbers, true, false, null, quoted text, lists and maps are literals already; anything else is text, and is quoted.
    """
    value = value.strip()
    if NUMBER.fullmatch(value) or value in WORDS:
        return value
    if value.startswith(('"', "[", "{")):
        return value if is_literal(value) else None
    return quoted(value)


def quoted(text: str) -> str:
    """The text as an HCL string that means just these letters."""
    escaped = "".join(ESCAPES.get(letter, letter if letter >= " " else f"\\u{ord(letter):04x}") for letter in text)
    return f'"{escaped.replace("${", "$${").replace("%{", "%%{")}"'


def is_literal(text: str) -> bool:
    """Whether the whole text is one value in which nothing has to be worked out."""
    try:
        return skipped(text, value_end(text, skipped(text, 0), 0)) == len(text)
    except NoLiteralError:
        return False


class NoLiteralError(ValueError):
    """What is read is none; it says nothing of what was there."""


def skipped(text: str, at: int) -> int:
    found = BLANK.match(text, at)
    return found.end() if found else at


def value_end(text: str, at: int, depth: int) -> int:
    """Where the value that begins here ends."""
    if depth > DEEPEST:
        raise NoLiteralError
    match text[at : at + 1]:
        case '"':
            return end_of(TEXT, text, at)
        case "[":
            return list_end(text, at + 1, depth)
        case "{":
            return map_end(text, at + 1, depth)
        case _:
            word = NAME.match(text, at)
            return word.end() if word is not None and word[0] in WORDS else end_of(ANY_NUMBER, text, at)


def list_end(text: str, at: int, depth: int) -> int:
    at = skipped(text, at)
    while text[at : at + 1] != "]":
        at = next_end(text, skipped(text, value_end(text, at, depth + 1)), "]")
    return at + 1


def map_end(text: str, at: int, depth: int) -> int:
    at = skipped(text, at)
    while text[at : at + 1] != "}":
        at = skipped(text, end_of(TEXT if text[at : at + 1] == '"' else NAME, text, at))
        if text[at : at + 1] not in {"=", ":"}:
            raise NoLiteralError
        at = next_end(text, skipped(text, value_end(text, skipped(text, at + 1), depth + 1)), "}")
    return at + 1


def next_end(text: str, at: int, last: str) -> int:
    """Past the comma, which has to be there unless it is the end."""
    letter = text[at : at + 1]
    if letter == ",":
        return skipped(text, at + 1)
    if letter != last:
        raise NoLiteralError
    return at


def end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    if found is None:
        raise NoLiteralError
    return found.end()
