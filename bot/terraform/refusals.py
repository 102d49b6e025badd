"""Answers that are no success, told as errors of ours: the one place where a status of HTTP gets its meaning."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec

from bot.core.errors import (
    NotVisible,
    RequestRefused,
    StateMovedOn,
    TerraformFailed,
    TerraformRateLimited,
    TerraformTrouble,
    TokenRejected,
    UnexpectedAnswer,
)

LONGEST_SAYING = 300
HIDDEN = frozenset({403, 404, 405, 410, 501})
REFUSED = frozenset({400, 402, 412, 413, 415, 422, 423})
"""403 is how compatible servers say 404; 405, 410 and 501 are a server that lacks the endpoint."""


def trouble(status: int, body: bytes, *, host: str, what: str, secret: str = "", pause: float = 0.0) -> TerraformTrouble:
    """What an answer with this status means; `what` names what was asked for, `pause` is the wait in seconds that a 429 wants.

    Whatever the server says is cut to 300 letters, without control characters, and without `secret` should it repeat that.
    """
    if status in HIDDEN:
        return NotVisible(what)
    if status == HTTPStatus.UNAUTHORIZED:
        return TokenRejected(host)
    if status == HTTPStatus.CONFLICT:
        return StateMovedOn(what, said(status, body, secret=secret, title_first=True))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return TerraformRateLimited(host, pause)
    if status in REFUSED:
        return RequestRefused(host, said(status, body, secret=secret))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TerraformFailed(host, status)
    return UnexpectedAnswer(f"HTTP {status}")


def said(status: int, body: bytes, *, secret: str = "", title_first: bool = False) -> str:
    """The server's own words; where it has none, the name of its status."""
    found = next((clean(words, secret) for words in sayings(body, title_first=title_first) if clean(words, secret)), None)
    return found or reason(status)


def sayings(body: bytes, *, title_first: bool) -> Iterator[str]:
    """The words of an error document, most telling first: JSON:API errors, plain strings, `{"detail": …}`, `{"errors": "…"}`."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    errors = document.get("errors")
    keys = ("title", "detail") if title_first else ("detail", "title")
    for error in errors if isinstance(errors, list) else [errors]:
        yield from words_of(error, keys)
    yield from words_of(document, ("detail", "message", "error"))


def words_of(error: Any, keys: tuple[str, ...]) -> Iterator[str]:
    if isinstance(error, str):
        yield error
    if isinstance(error, dict):
        yield from (error[key] for key in keys if isinstance(error.get(key), str))


def clean(words: str, secret: str) -> str:
    """One line without control, format or private characters, and without the secret."""
    hidden = words.replace(secret, "…") if secret else words
    visible = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in hidden[: LONGEST_SAYING * 4])
    line = " ".join(visible.split())
    return line if len(line) <= LONGEST_SAYING else line[: LONGEST_SAYING - 1] + "…"


def reason(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"
