"""Globs over types and addresses of resources, made into patterns once. Those over workspaces live in workspaces.py.

`*` stands for any letters and `?` for one; brackets mean themselves, since addresses are full of them.
"""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=8192)
def line_pattern(glob: str) -> re.Pattern[str]:
    """Finds the whole lines of a text that a glob matches, in a time that grows with the text alone, whatever stands in it."""
    first, *rest = ("".join("[^\n]" if letter == "?" else re.escape(letter) for letter in part) for part in glob.split("*"))
    if not rest:
        return re.compile(f"^{first}$", re.MULTILINE)
    between = "".join(f"(?>[^\n]*?{part})" for part in rest[:-1] if part)
    return re.compile(f"^{first}{between}[^\n]*{rest[-1]}$", re.MULTILINE)


def is_plain(glob: str) -> bool:
    return "*" not in glob and "?" not in glob


def longest_part(glob: str) -> str:
    """The longest run of letters that must stand in whatever a glob matches; empty where there is none."""
    return max(re.split(r"[*?]+", glob), key=len)


def fixed_start(glob: str) -> str | None:
    """What a glob that ends with its one and only wildcard, a star, begins with; None for any other."""
    start = glob[:-1]
    return start if glob.endswith("*") and is_plain(start) else None
