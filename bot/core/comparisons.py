"""What the plan of a promoted run does that was not done in the stage before, and what it leaves out: by address, else by counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bot.core.contents import Effect, PlanContents, ResourceChange
from bot.core.plans import PlanFacts

WORST_FIRST = (
    Effect.DESTROY,
    Effect.REPLACE,
    Effect.UNKNOWN,
    Effect.FORGET,
    Effect.UPDATE,
    Effect.CREATE,
    Effect.IMPORT,
    Effect.INVOKE,
)
NAMED = frozenset({Effect.DESTROY, Effect.REPLACE, Effect.UNKNOWN})
"""Whose addresses are told."""

NAMED_MOST = 3
LONGEST_ADDRESS = 200
COUNTED: tuple[tuple[Effect, str], ...] = (
    (Effect.DESTROY, "destructions"),
    (Effect.UPDATE, "changes"),
    (Effect.CREATE, "additions"),
    (Effect.IMPORT, "imports"),
)
"""What the counts of a plan tell; what is replaced is among what is destroyed and what is created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`also` counts what the plan does and the other did not, `lacks` what that did and this does not.

    `addresses` are the first of what is destroyed or replaced besides. `by_counts`: no more is known of one of the plans.
    `is_known` is False where not even the counts are.
    """

    also: Mapping[Effect, int] = field(default_factory=lambda: MappingProxyType({}))
    lacks: Mapping[Effect, int] = field(default_factory=lambda: MappingProxyType({}))
    addresses: tuple[str, ...] = ()
    by_counts: bool = False
    is_known: bool = True

    @property
    def is_same(self) -> bool:
        return self.is_known and not self.also and not self.lacks


UNKNOWN = Comparison(is_known=False)


def compare(source: PlanContents, target: PlanContents) -> Comparison:
    """Resource by resource: the same effect at the same address is the same; a moved or renamed resource is another one."""
    before, after = Counter(source.changes), Counter(target.changes)  # an address may be there twice, with a deposed object
    also = after - before
    named = sorted((one for one in also if one.effect in NAMED), key=lambda one: (WORST_FIRST.index(one.effect), one.address))
    return Comparison(
        also=counted(also),
        lacks=counted(before - after),
        addresses=tuple(one.address[:LONGEST_ADDRESS] for one in named[:NAMED_MOST]),
    )


def counted(changes: Counter[ResourceChange]) -> Mapping[Effect, int]:
    found = Counter(change.effect for change in changes.elements())
    return MappingProxyType({effect: found[effect] for effect in WORST_FIRST if found[effect]})


def compare_counts(source: PlanFacts | None, target: PlanFacts | None) -> Comparison:
    """By the numbers that the server tells; two plans with the same numbers may do different things all the same."""
    if source is None or target is None or not source.has_counts or not target.has_counts:
        return UNKNOWN
    differences = {effect: (getattr(target, name) or 0) - (getattr(source, name) or 0) for effect, name in COUNTED}
    return Comparison(
        also=MappingProxyType({effect: number for effect, number in differences.items() if number > 0}),
        lacks=MappingProxyType({effect: -number for effect, number in differences.items() if number < 0}),
        by_counts=True,
    )


def encode_comparison(comparison: Comparison) -> dict[str, Any]:
    """As it is kept beside the plan."""
    return {
        "also": {effect.value: number for effect, number in comparison.also.items()},
        "lacks": {effect.value: number for effect, number in comparison.lacks.items()},
        "addresses": list(comparison.addresses),
        "by_counts": comparison.by_counts,
        "is_known": comparison.is_known,
    }


def decode_comparison(kept: Mapping[str, Any] | None) -> Comparison | None:
    """None for what no release of ours wrote."""
    try:
        return (
            Comparison(
                also=effects_in(kept["also"]),
                lacks=effects_in(kept["lacks"]),
                addresses=tuple(map(str, kept["addresses"])),
                by_counts=bool(kept["by_counts"]),
                is_known=bool(kept["is_known"]),
            )
            if kept is not None
            else None
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def effects_in(kept: Mapping[str, Any]) -> Mapping[Effect, int]:
    found = {Effect(word): int(number) for word, number in kept.items()}
    return MappingProxyType({effect: found[effect] for effect in WORST_FIRST if effect in found})
