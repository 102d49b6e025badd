"""Checks that are put together to describe JSON: each takes a value and its JSON pointer, and notes what Slack would refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One refusal, in Slack's words, and where it is; `constraint` is the kind of rule and what it demands, as blocks.validate has it."""

    message: str
    pointer: str
    constraint: tuple[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


Problems = list[Problem]
Check = Callable[[Any, str, Problems], None]
Table = Mapping[str, Check]


def string(most: int, least: int = 1, pattern: str = "") -> Check:
    wanted = re.compile(pattern) if pattern else None

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.append(Problem("must provide a string", pointer, ("type", "string")))
        elif len(value) > most:
            problems.append(Problem(f"must be less than {most + 1} characters", pointer, ("max_length", most)))
        elif len(value) < least:
            problems.append(Problem(f"must be more than {least - 1} characters", pointer, ("min_length", least)))
        elif wanted is not None and not wanted.fullmatch(value):
            problems.append(Problem("invalid format", pointer, ("pattern", wanted.pattern)))

    return check


def word(*allowed: str) -> Check:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if value not in allowed:
            problems.append(Problem(f"must be one of: {', '.join(allowed)}", pointer, ("enum", list(allowed))))

    return check


def boolean(value: Any, pointer: str, problems: Problems) -> None:
    if not isinstance(value, bool):
        problems.append(Problem("must provide a boolean", pointer, ("type", "boolean")))


def integer(least: int, most: int) -> Check:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            problems.append(Problem(f"must be a whole number from {least} to {most}", pointer, ("range", [least, most])))

    return check


def anything(_value: Any, _pointer: str, _problems: Problems) -> None:
    """No check: what stands here is shown, never judged."""


def items(check_item: Check, least: int, most: int) -> Check:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.append(Problem("must provide an array", pointer, ("type", "array")))
            return
        if len(value) > most:
            problems.append(Problem(f"no more than {most} items allowed", pointer, ("max_items", most)))
        elif len(value) < least:
            problems.append(Problem(f"no fewer than {least} items allowed", pointer, ("min_items", least)))
        for index, item in enumerate(value):
            check_item(item, f"{pointer}/{index}", problems)

    return check


def shape(required: Table, optional: Table | None = None, *, one_of: tuple[str, ...] = ()) -> Check:
    """An object with these properties and no others; of `one_of` at least one must be there."""
    known = {**required, **(optional or {})}

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.append(Problem("must provide an object", pointer, ("type", "object")))
            return
        problems.extend(
            Problem(f"missing required field: {name}", pointer, ("required", name)) for name in required if value.get(name) is None
        )
        if one_of and not any(value.get(name) for name in one_of):
            problems.append(Problem(f"must define at least one of: {', '.join(one_of)}", pointer))
        for name, item in value.items():
            if name in known:
                if item is not None:
                    known[name](item, f"{pointer}/{name}", problems)
            elif name != "type":
                problems.append(Problem(f"invalid additional property: {name}", pointer))

    return check


def typed(table: Table) -> Check:
    """An object whose `type` chooses its check."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.append(Problem("must provide an object", pointer, ("type", "object")))
        elif "type" not in value:
            problems.append(Problem("missing required field: type", pointer, ("required", "type")))
        elif value["type"] not in table:
            problems.append(Problem(f"unsupported type: {value['type']}", f"{pointer}/type", ("enum", list(table))))
        else:
            table[value["type"]](value, pointer, problems)

    return check
