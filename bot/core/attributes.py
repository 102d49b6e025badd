"""What changes in one resource or output, attribute by attribute, with everything hidden that is sensitive; and the lines that say it.

Facts: "JSON Output Format" of Terraform, `change`: `before_sensitive`, `after_sensitive` and `after_unknown` have the shape of the values,
with `true` where all below is meant. None of that is trusted to fit: where it does not, the value is hidden.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.masking import masked, safe_tree
from bot.core.secret_names import is_harmless, is_secret_key, is_secret_name
from bot.core.secret_values import SENSITIVE, follows_flag

PERHAPS = "(sensitive value, which may change)"
UNKNOWN = "(known after apply)"
TOO_DEEP = "(nested too deeply to be shown)"
FORCES = "forces replacement"
DEPTH_MOST = 40
VALUE_MOST = 240
LINE_MOST = 160
MASKED_MOST = 20_000
DIFF_LINES_MOST = 400
HASH = re.compile(r"[0-9a-f]{64}")
HARMLESS = re.compile(r"\"?[\w./-]{0,15}\"?")
"""Shorter than any token, and nothing is given to anything in it: one word."""
WORD = re.compile(r"[A-Za-z_][\w-]*")

Path = tuple[str | int, ...]


class Absent:
    """What a side has no value for at all."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One value that differs. `before` and `after` are as they may be shown, None where there is none on that side; `name` is its path."""

    name: str
    before: str | None
    after: str | None
    forces: bool = False


@dataclass(frozen=True, slots=True)
class Sides:
    """One place in both trees: its values, and what is said of them. `is_secret`: a name on its path, or its pair, is a secret's."""

    path: Path
    before: Any
    after: Any
    unknown: Any
    before_mark: Any
    after_mark: Any
    is_secret: bool = False

    def inner(self, key: str | int) -> Sides:
        return Sides(
            (*self.path, key),
            part(self.before, key, ABSENT),
            part(self.after, key, ABSENT),
            part(self.unknown, key, self.unknown is True),
            mark_of(self.before_mark, key, self.before),
            mark_of(self.after_mark, key, self.after),
            self.is_secret or calls_secret(self.before, key) or calls_secret(self.after, key),
        )


def attributes(change: Mapping[str, Any], name: str = "") -> tuple[Attribute, ...]:
    """Every value that differs, what forces a replacement first. `name` is what the whole is called, where it is one value: an output."""
    before, after = change.get("before"), change.get("after")
    sides = Sides(
        (),
        ABSENT if before is None else before,
        ABSENT if after is None else after,
        change.get("after_unknown"),
        change.get("before_sensitive"),
        change.get("after_sensitive"),
        is_secret_name(name),
    )
    forced = tuple(tuple(path) for path in change.get("replace_paths") or () if isinstance(path, list))
    found = [Attribute(name=named(path), before=old, after=new, forces=forces(path, forced)) for path, old, new in differences(sides)]
    return tuple(sorted(found, key=lambda one: not one.forces))


def differences(sides: Sides) -> Iterator[tuple[Path, str | None, str | None]]:
    """Paths and what may be shown of both sides."""
    if len(sides.path) > DEPTH_MOST:
        yield sides.path, None if is_empty(sides.before) else TOO_DEEP, None if is_empty(sides.after) else TOO_DEEP
    elif sides.before_mark is True or sides.after_mark is True or is_named_secret(sides):
        yield from hidden(sides)
    elif has_parts(sides):
        for key in keys(sides):
            yield from differences(sides.inner(key))
    elif tells(sides.before_mark) or tells(sides.after_mark):
        yield from hidden(sides)
    elif sides.unknown is True:
        yield sides.path, shown(sides.before), UNKNOWN
    elif differ(sides) and not (is_empty(sides.before) and is_empty(sides.after)):
        yield sides.path, shown(sides.before), shown(sides.after)


def differ(sides: Sides) -> bool:
    """By how they are written: in Python 1 and true are the same."""
    return written(sides.before) != written(sides.after)


def written(value: Any) -> str:
    return "" if isinstance(value, Absent) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def hidden(sides: Sides) -> Iterator[tuple[Path, str | None, str | None]]:
    """That it differs, not how. Servers that write one word for all that they redact leave open whether it does."""
    old = None if is_empty(sides.before) else SENSITIVE
    new = SENSITIVE if sides.unknown is True or not is_empty(sides.after) else None
    if old is None and new is None:
        return
    if old is None or new is None or sides.unknown or differ(sides):
        yield sides.path, old, new
    elif not (isinstance(sides.before, str) and HASH.fullmatch(sides.before)):
        yield sides.path, old, PERHAPS


def calls_secret(owner: Any, key: str | int) -> bool:
    """Whether what is below a key is a secret by that key, by the pair that it is half of, or as the argument of a flag."""
    if isinstance(owner, list) and isinstance(key, int):
        return key < len(owner) and follows_flag(owner, key)
    return isinstance(key, str) and is_secret_key(owner if isinstance(owner, dict) else {}, key)


def is_named_secret(sides: Sides) -> bool:
    """Whether it is called a secret although nobody marked it, and there is nothing inside of it that could be judged by itself."""
    return sides.is_secret and not has_parts(sides) and not (all_harmless(sides.before) and all_harmless(sides.after))


def all_harmless(value: Any) -> bool:
    return all(map(is_harmless, value)) if isinstance(value, list) else value is ABSENT or is_harmless(value)


def has_parts(sides: Sides) -> bool:
    """Whether to go on inside: into objects, and into lists in which anything is more than a plain value, marked or unknown."""
    if sides.unknown is True:
        return False
    values = [value for value in (sides.before, sides.after) if not is_empty(value)]
    if values and all(isinstance(value, dict) for value in values):
        return True
    if not all(isinstance(value, list) for value in values):
        return False
    marks = (sides.unknown, sides.before_mark, sides.after_mark)
    plain = all(not isinstance(one, dict | list) for value in values for one in value)
    return not plain or any(map(tells, marks))


def tells(mark: Any) -> bool:
    """Whether anything in a tree of marks is true."""
    if isinstance(mark, dict):
        return any(map(tells, mark.values()))
    return any(map(tells, mark)) if isinstance(mark, list) else mark is True


def mark_of(mark: Any, key: str | int, value: Any) -> Any:
    """What is said of a part. Where the marks have another shape than the value, whatever they mark may be this part."""
    if not isinstance(mark, dict | list):
        return mark
    if isinstance(value, Absent):
        return part(mark, key, None)
    if type(mark) is not type(value) or (isinstance(mark, list) and mark and len(mark) != len(value)):
        return True if tells(mark) else None
    return part(mark, key, None)


def part(value: Any, key: str | int, missing: Any) -> Any:
    if isinstance(value, dict):
        return value.get(key, missing)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return missing


def keys(sides: Sides) -> Iterable[str | int]:
    """Those of both sides, and those that are yet to be known."""
    trees = (sides.before, sides.after, sides.unknown)
    if any(isinstance(tree, dict) for tree in trees[:2]) or not any(isinstance(tree, list) for tree in trees):
        return sorted({str(key) for tree in trees if isinstance(tree, dict) for key in tree})
    return range(max(len(tree) for tree in trees if isinstance(tree, list)))


def is_empty(value: Any) -> bool:
    return value is None or value is ABSENT or value == "" or value in ([], {})


def shown(value: Any) -> str | None:
    """A plain value, or a list of them, as it is written; text of several lines as it is. What looks like a secret in it is hidden."""
    if isinstance(value, Absent) or value is None:
        return None
    text = written(value)
    if HARMLESS.fullmatch(text):
        return text
    if isinstance(value, str) and "\n" in value.strip("\n"):
        return str(safe_tree(value))
    return cut(written(safe_tree(value, most=MASKED_MOST)), VALUE_MOST, len(text))


def named(path: Path) -> str:
    """`tags["Name of it"]`, `ingress[0].port`; "" for a value as a whole."""
    said = ""
    for key in path:
        if isinstance(key, int):
            said += f"[{key}]"
        elif WORD.fullmatch(key):
            said += f".{key}" if said else key
        else:
            said += f"[{masked(json.dumps(key, ensure_ascii=False))}]"
    return said


def forces(path: Path, forced: Sequence[Path]) -> bool:
    """Whether a replacement comes from this value, from something in it, or from something that it is in."""
    return any(path[: len(one)] == one or one[: len(path)] == path for one in forced)


def lines(attribute: Attribute) -> Iterator[str]:
    """`~ size: "small" → "large"`; text of several lines is compared line by line."""
    old, new = attribute.before, attribute.after
    sign = "+" if old is None else "-" if new is None else "~"
    name = attribute.name or "value"
    end = f"  ← {FORCES}" if attribute.forces else ""
    if any(side is not None and "\n" in side for side in (old, new)):
        yield f"{sign} {name}:{end}"
        yield from compared(*(side.split("\n") if side is not None else [] for side in (old, new)))
        return
    yield f"{sign} {name}: {' → '.join(side for side in (old, new) if side is not None) or 'null'}{end}"


def path_line(attribute: Attribute) -> str:
    """`~ size`, where no values may be shown."""
    sign = "+" if attribute.before is None else "-" if attribute.after is None else "~"
    return f"{sign} {attribute.name or 'value'}{f'  ← {FORCES}' if attribute.forces else ''}"


def compared(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """What is different between two texts, with a line around it."""
    if len(old) + len(new) > DIFF_LINES_MOST:
        yield f"    ({len(old):,} lines become {len(new):,}; too many to compare here)"
        return
    for line in difflib.unified_diff(old, new, lineterm="", n=1):
        if not line.startswith(("---", "+++")):
            yield "    " + cut("…" if line.startswith("@@") else line, LINE_MOST)


def cut(text: str, most: int, total: int = 0) -> str:
    """`total` letters were there at first, of which `text` may be the beginning."""
    total = max(total, len(text))
    if total <= most:
        return text
    kept = text[: most - 30]
    return f"{kept}… {total - len(kept):,} characters more"
