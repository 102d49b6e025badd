"""Takes secrets out of a tree of values, from a plan or from JSON: by the names on their path, and by pairs.

Text is passed to a function that masks text. JSON inside text is a tree again.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from bot.core.secret_names import is_harmless, is_secret_key, is_secret_name

SENSITIVE = "(sensitive value)"
DEPTH_MOST = 60
JSON_MOST = 1_000_000
ENCODED = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
FLAG = re.compile(r"--?[A-Za-z][\w-]*")

Text = Callable[[str], str]
"""Takes the secrets out of a text."""


def without_secrets(value: Any, text: Text, *, is_secret: bool = False, depth: int = 0) -> Any:
    """The same tree, with `(sensitive value)` for every value that a name above it calls a secret, at any depth."""
    if depth > DEPTH_MOST:
        return value if is_harmless(value) else SENSITIVE
    if isinstance(value, dict):
        return {
            key: without_secrets(one, text, is_secret=is_secret or is_secret_key(value, str(key)), depth=depth + 1)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [
            without_secrets(one, text, is_secret=is_secret or follows_flag(value, number), depth=depth + 1)
            for number, one in enumerate(value)
        ]
    if is_secret:
        return value if is_harmless(value) else SENSITIVE
    return text_without_secrets(value, text, depth) if isinstance(value, str) else value


def follows_flag(words: Sequence[Any], number: int) -> bool:
    """Whether it is what `--password` is set to in a list of arguments."""
    before = words[number - 1] if number else None
    return isinstance(before, str) and FLAG.fullmatch(before) is not None and is_secret_name(before)


def text_without_secrets(value: str, text: Text, depth: int = 0) -> str:
    """Text whose JSON, or whose base64, is looked into as well."""
    found = json_without_secrets(value, text, depth)
    if found is not None:
        return found
    if ENCODED.fullmatch(value) and holds_secret(value, text, depth):
        return SENSITIVE
    return text(value)


def json_without_secrets(value: str, text: Text, depth: int = 0) -> str | None:
    """JSON text without its secrets, as it was written where it holds none; None for text that is no JSON."""
    if len(value) > JSON_MOST or not value.lstrip().startswith(("{", "[", '"')):
        return None
    try:
        tree = json.loads(value, object_pairs_hook=once)
    except (TwiceError, RecursionError):
        return SENSITIVE
    except ValueError:
        return None
    clean = without_secrets(tree, text, depth=depth + 1)
    if clean == tree:
        return value
    return json.dumps(clean, ensure_ascii=False, indent=2 if "\n" in value.strip() else None)


class TwiceError(ValueError):
    """A key is there twice in an object: a reader may take one value, and we may have judged the other."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise TwiceError
    return found


def holds_secret(encoded: str, text: Text, depth: int) -> bool:
    """Whether base64 is text with a secret in it, as startup scripts often are."""
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return depth >= DEPTH_MOST or text_without_secrets(decoded, text, depth + 1) != decoded
