"""What people write, as it may go to the Terraform server or into a log: one line, with nothing in it that hides or turns it. Pure."""

from __future__ import annotations

import re
import unicodedata

BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
FILLERS = frozenset("\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\u034f")
"""Letters and marks that show nothing, although Unicode does not call them format characters."""

GONE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, zero-width and bidi characters, halves of surrogates, and what no font knows."""

NAME_MOST = 80
OF_NAMES = frozenset(" .'’-–—_@+&")
DOUBLE = re.compile("[“”„‟«»]")
BOTH_ENDS = re.compile(r"“(?P<said>[^“”]*)”")


def one_line(text: str) -> str:
    """The text on one line, without anything that cannot be seen or that changes how the rest is read."""
    return BLANKS.sub(" ", "".join(letter for letter in BLANKS.sub(" ", text) if is_shown(letter))).strip()


def is_shown(letter: str) -> bool:
    return letter not in FILLERS and unicodedata.category(letter) not in GONE


def quoted(text: str) -> str:
    """The text on one line, in quotes that it cannot close itself."""
    inner = DOUBLE.sub('"', one_line(text))
    return f"“{inner}”"


def unquoted(text: str) -> str | None:
    """What `quoted` was given; None for what it did not write."""
    found = BOTH_ENDS.fullmatch(text)
    return found["said"] if found is not None else None


def has_letters(text: str) -> bool:
    """Whether it says anything: a reason takes at least one letter that can be seen."""
    return any(unicodedata.category(letter).startswith("L") for letter in one_line(text))


def plain_name(name: str) -> str:
    """A name that cannot be taken for a signature: letters, digits and what is usual in names; no brackets, quotes or colons."""
    kept = "".join(letter for letter in one_line(name) if letter in OF_NAMES or unicodedata.category(letter)[0] in "LMN")
    return BLANKS.sub(" ", kept).strip()[:NAME_MOST].rstrip() or "?"
