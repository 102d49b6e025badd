"""Secrets that a text gives away by where they are: headers of HTTP, arguments of commands, users and passwords in addresses. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from bot.core.redaction import REDACTED
from bot.core.secret_names import is_harmless, is_secret_name

GAP = r"[\"'\\]{0,3}\s{0,5}[:=]\s{0,5}[\"'\\]{0,3}"
DONE = re.escape(REDACTED)
AUTHORIZATION = re.compile(
    rf"(?P<head>\bauthorization{GAP})(?:"
    rf"(?P<scheme>(?:basic|bearer|token|apikey|negotiate)\s{{1,5}})(?!{DONE})[^\s\"'\\]+"
    rf"|(?P<wide>(?:digest|aws4-hmac-sha256|hmac|oauth)\s{{1,5}})(?!{DONE})[^\"'\r\n\\]+"
    rf"|(?!{DONE}|(?:basic|bearer|token|apikey|negotiate|digest|aws4-hmac-sha256|hmac|oauth)\s)[^\s\"'\\,;}}]{{8,}})",
    re.IGNORECASE,
)
COOKIE = re.compile(
    rf"(?P<head>\b(?:set-)?cookies?[\"'\\]{{0,3}}\s{{0,5}}:\s{{0,5}}[\"'\\]{{0,3}})(?!{DONE})[^\s\"'\\=]{{1,200}}=[^\"'\r\n\\]*",
    re.IGNORECASE,
)
BASIC = re.compile(r"\bbasic\s{1,5}", re.IGNORECASE)
ENCODED = re.compile(r"[A-Za-z0-9+/_-]{4,4000}={0,2}")
FLAG = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]{0,80}")
GIVEN = re.compile(
    r"(?P<gap>[\"'\\]{0,3}\s{0,5},\s{0,5}[\"'\\]{1,3}|[\"'\\]{0,3}\s{1,20}[\"'\\]{1,3}|\s{1,20}(?!-))"
    r"(?P<said>(?<=[\"'])[^\"'\\]+|[^\s\"'\\,;]+)"
)
USER = re.compile(r"(?P<head>(?<![\w-])(?:-u|--(?:proxy-)?user)(?:\s{1,5}|=)[\"'\\]{0,3}[^\s:\"'\\/]{1,200}:)(?P<said>[^\s\"'\\]+)")
ADDRESS = re.compile(r"(?<=://)[^\s/:@\"'<>]{0,200}:(?![0-9]{1,5}[/?#])[^\s\"'<>]{1,500}(?=@)")


def without_headers(text: str) -> str:
    """The text with `[redacted]` for what follows `Authorization:`, `Cookie:`, `--password` and the like."""
    text = AUTHORIZATION.sub(lambda found: f"{found['head']}{found['scheme'] or found['wide'] or ''}{REDACTED}", text)
    text = COOKIE.sub(lambda found: f"{found['head']}{REDACTED}", text)
    text = followed(text, BASIC, basic_secret)
    text = followed(text, FLAG, argument_secret)
    text = USER.sub(lambda found: found[0] if found["said"].isdecimal() else f"{found['head']}{REDACTED}", text)
    return ADDRESS.sub(REDACTED, text)


def followed(text: str, before: re.Pattern[str], secret: Callable[[str, re.Match[str]], tuple[int, int] | None]) -> str:
    """The text with `[redacted]` for every secret that follows a pattern.

    What follows and is no secret is searched as well: `sh -c "mysql --password x"` has a flag in what a flag is set to.
    """
    made, end = [], 0
    for found in before.finditer(text):
        span = secret(text, found) if found.start() >= end else None
        if span is not None:
            made += [text[end : span[0]], REDACTED]
            end = span[1]
    return "".join([*made, text[end:]])


def basic_secret(text: str, found: re.Match[str]) -> tuple[int, int] | None:
    """`Basic …` is a secret where it is `user:password` in base64; in prose another word follows."""
    encoded = ENCODED.match(text, found.end())
    said = encoded[0].rstrip("=").translate({43: "-", 47: "_"}) if encoded is not None else ""
    try:
        decoded = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))
    except (binascii.Error, ValueError):
        return None
    return encoded.span() if encoded is not None and b":" in decoded else None


def argument_secret(text: str, found: re.Match[str]) -> tuple[int, int] | None:
    given = GIVEN.match(text, found.end()) if is_secret_name(found[0]) else None
    if given is None or given["said"] == REDACTED or is_harmless(given["said"].lower()):
        return None
    return given.span("said")
