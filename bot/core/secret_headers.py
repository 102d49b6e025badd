"""Secrets that a text gives away by where they are: headers of HTTP, arguments of commands, users and passwords in addresses. Pure."""

from __future__ import annotations

import base64
import binascii
import re

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
BASIC = re.compile(r"(?P<head>\bbasic\s{1,5})(?P<said>[A-Za-z0-9+/_-]{4,4000}={0,2})", re.IGNORECASE)
ARGUMENT = re.compile(
    r"(?P<flag>(?<![\w-])--?[A-Za-z][\w-]{0,80})"
    r"(?P<gap>[\"'\\]{0,3}\s{0,5},\s{0,5}[\"'\\]{1,3}|[\"'\\]{0,3}\s{1,20}[\"'\\]{1,3}|\s{1,20}(?!-))"
    r"(?P<said>(?<=[\"'])[^\"'\\]+|[^\s\"'\\,;]+)"
)
USER = re.compile(r"(?P<head>(?<![\w-])(?:-u|--(?:proxy-)?user)(?:\s{1,5}|=)[\"'\\]{0,3}[^\s:\"'\\/]{1,200}:)(?P<said>[^\s\"'\\]+)")
ADDRESS = re.compile(r"(?<=://)[^\s/:@\"'<>]{0,200}:(?![0-9]{1,5}[/?#])[^\s\"'<>]{1,500}(?=@)")


def without_headers(text: str) -> str:
    """The text with `[redacted]` for what follows `Authorization:`, `Cookie:`, `--password` and the like."""
    text = AUTHORIZATION.sub(lambda found: f"{found['head']}{found['scheme'] or found['wide'] or ''}{REDACTED}", text)
    text = COOKIE.sub(lambda found: f"{found['head']}{REDACTED}", text)
    text = BASIC.sub(basic_hidden, text)
    text = ARGUMENT.sub(argument_hidden, text)
    text = USER.sub(lambda found: found[0] if found["said"].isdecimal() else f"{found['head']}{REDACTED}", text)
    return ADDRESS.sub(REDACTED, text)


def basic_hidden(found: re.Match[str]) -> str:
    """`Basic …` is a secret where it is `user:password` in base64; in prose another word follows."""
    said = found["said"].rstrip("=")
    try:
        decoded = base64.urlsafe_b64decode(said.translate({43: "-", 47: "_"}) + "=" * (-len(said) % 4))
    except (binascii.Error, ValueError):
        return found[0]
    return f"{found['head']}{REDACTED}" if b":" in decoded else found[0]


def argument_hidden(found: re.Match[str]) -> str:
    said = found["said"]
    if said == REDACTED or is_harmless(said.lower()) or not is_secret_name(found["flag"]):
        return found[0]
    return f"{found['flag']}{found['gap']}{REDACTED}"
