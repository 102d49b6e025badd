"""What a plan would do to each resource, read from the JSON that `terraform show -json` makes of it, and the digest of that JSON.

Facts: "JSON Output Format" of Terraform (format 1.x). Values are not kept: the JSON comes redacted, and what is judged is in the names.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from bot.core.plans import PlanFacts
from bot.core.selections import Selections


class Effect(StrEnum):
    """What becomes of a resource; UNKNOWN stands for words of a newer Terraform."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DESTROY = "destroy"
    FORGET = "forget"
    IMPORT = "import"
    INVOKE = "invoke"
    UNKNOWN = "unknown"


BY_ACTIONS: Mapping[tuple[str, ...], Effect | None] = {
    ("no-op",): None,
    ("read",): None,
    ("create",): Effect.CREATE,
    ("update",): Effect.UPDATE,
    ("delete",): Effect.DESTROY,
    ("delete", "create"): Effect.REPLACE,
    ("create", "delete"): Effect.REPLACE,
    ("forget",): Effect.FORGET,
    ("create", "forget"): Effect.REPLACE,
}

DESTROYS = frozenset({Effect.DESTROY, Effect.REPLACE, Effect.UNKNOWN})
"""As Terraform counts it: what is replaced is destroyed first."""

ADDS = frozenset({Effect.CREATE, Effect.REPLACE, Effect.UNKNOWN})

REPLACES = frozenset({Effect.REPLACE, Effect.UNKNOWN})

MOST_CHANGES = 100_000

VERSIONS = ("format_version", "plan_format_version")
"""The key of what `terraform show -json` writes, and that of the redacted kind, which HCP Terraform makes for Terraform's own client."""


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One resource that changes; `address` is Terraform's own, `type` such as `aws_db_instance`."""

    address: str
    type: str
    effect: Effect


@dataclass(frozen=True)
class PlanContents:
    """Every resource that changes, by address, and the digest of the whole JSON. No slots: what rules look for is kept once found."""

    digest: str
    changes: tuple[ResourceChange, ...] = ()

    @cached_property
    def selections(self) -> Selections:
        return Selections(self.changes)

    def with_effect(self, *effects: Effect) -> tuple[ResourceChange, ...]:
        return tuple(change for change in self.changes if change.effect in effects)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRisk:
    """What rules judge a plan by. None means that it is not known, and then counts as the worst it could be.

    `cost_rise` is in dollars a month and below zero for a fall; `failed_policies` are names, of whatever enforcement.
    """

    contents: PlanContents | None = None
    cost_rise: Decimal | None = None
    failed_policies: tuple[str, ...] | None = None


UNREAD = PlanRisk()
"""A plan of which nothing could be read."""


class Unreadable(ValueError):
    """The document is no plan that we understand."""


def plan_contents(document: object) -> PlanContents | None:
    """The contents of a parsed JSON plan; None where it is no plan of a format that is known, which counts as the riskiest."""
    try:
        changes = tuple(sorted(changes_of(document), key=lambda change: change.address))
        return PlanContents(strong_digest(document), changes)
    except (Unreadable, RecursionError):
        return None


def believed(contents: PlanContents | None, facts: PlanFacts | None) -> PlanContents | None:
    """The contents, unless the counts that the server tells besides are higher than what they show: then they are not of this plan."""
    if contents is None or facts is None:
        return contents
    shown = Counter(change.effect for change in contents.changes)
    added, destroyed = (sum(shown[effect] for effect in effects) for effects in (ADDS, DESTROYS))
    pairs = ((facts.additions, added), (facts.changes, shown[Effect.UPDATE] + shown[Effect.UNKNOWN]), (facts.destructions, destroyed))
    return None if any(told is not None and told > counted for told, counted in pairs) else contents


def strong_digest(document: object) -> str:
    """sha256, hex, of the document as canonical JSON: keys in order, no blanks, ASCII."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def changes_of(document: object) -> Iterator[ResourceChange]:
    if not isinstance(document, dict) or not any(str(document.get(name, "")).partition(".")[0] in {"0", "1"} for name in VERSIONS):
        raise Unreadable("format_version")
    resources, invocations = entries(document, "resource_changes"), entries(document, "action_invocations")
    if len(resources) + len(invocations) > MOST_CHANGES:
        raise Unreadable("too many changes")
    for entry in resources:
        if (effect := effect_of(entry)) is not None:
            yield change_of(entry, effect)
    for entry in invocations:
        yield change_of(entry, Effect.INVOKE)


def entries(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = document.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Unreadable(key)
    return found


def effect_of(entry: dict[str, Any]) -> Effect | None:
    change = entry.get("change")
    actions = change.get("actions") if isinstance(change, dict) else None
    if not isinstance(change, dict) or not isinstance(actions, list):
        raise Unreadable("change")
    effect = BY_ACTIONS.get(tuple(map(str, actions)), Effect.UNKNOWN)
    return Effect.IMPORT if effect is None and change.get("importing") else effect


def change_of(entry: dict[str, Any], effect: Effect) -> ResourceChange:
    """A letter that ends a line is escaped in an address; where there is one as it is, the document is not Terraform's."""
    address, kind = entry.get("address"), entry.get("type")
    if not isinstance(address, str) or not isinstance(kind, str) or "\n" in address or "\n" in kind:
        raise Unreadable("address")
    return ResourceChange(address, kind, effect)
