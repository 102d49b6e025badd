"""Ids as the platform writes them."""

from __future__ import annotations

import secrets
import string

ALPHABET = string.ascii_letters + string.digits
LETTERS = 16


def new_id(prefix: str) -> str:
    """The kind, a hyphen, 16 letters and digits."""
    number = secrets.randbits(96)
    letters = []
    for _ in range(LETTERS):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return f"{prefix}-{''.join(letters)}"
