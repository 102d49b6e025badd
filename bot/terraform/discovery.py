"""Where a server keeps its Runs API: the base path, from its discovery document. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

DISCOVERY_PATH = "/.well-known/terraform.json"
USUAL_BASE = "/api/v2/"
KEY = "tfe.v2"
PLAIN_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")


def base_path(document: bytes, address: str) -> str:
    """The path under which the API lives, with a slash at both ends, as `tfe.v2` names it: a path, or a URL of the same origin.

    Anything else, another host above all, is passed over for `/api/v2/`: the token goes to the configured host only.
    """
    try:
        services = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return USUAL_BASE
    named = services.get(KEY) if isinstance(services, dict) else None
    return own_path(named, address) if isinstance(named, str) else USUAL_BASE


def own_path(named: str, address: str) -> str:
    try:
        wanted = urlsplit(named)
        is_foreign = bool(wanted.scheme or wanted.netloc) and origin(named) != origin(address)
    except ValueError:
        return USUAL_BASE
    is_plain = not wanted.query and not wanted.fragment and PLAIN_PATH.fullmatch(wanted.path) is not None
    return f"{wanted.path.rstrip('/')}/" if is_plain and not is_foreign else USUAL_BASE


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port; ValueError for a port that is none."""
    parts = urlsplit(url)
    return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(parts.scheme.lower(), 0)
