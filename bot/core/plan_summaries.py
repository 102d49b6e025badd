"""What a plan destroys and replaces, in so few facts that they fit beside a button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.core.contents import DESTROYS, Effect, PlanContents, ResourceChange
from bot.core.plans import PlanFacts
from bot.core.runs import Run

LOST_MOST = 10
WORST_FIRST: Mapping[Effect, int] = MappingProxyType({Effect.DESTROY: 0, Effect.UNKNOWN: 1, Effect.REPLACE: 2})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSummary:
    """`keeps_all`: the plan is known to destroy and replace nothing; False where that is not known.

    `lost` are the first resources that it destroys or replaces, by their addresses, each with its Effect, the destroyed ones first;
    `more` is how many there are besides. `is_read`: they could be read at all.
    """

    keeps_all: bool = False
    is_read: bool = False
    lost: tuple[tuple[str, str], ...] = ()
    more: int = 0


NOT_SEEN = PlanSummary()
"""Of a plan about which nothing is known: it may do anything."""


def summary_of(run: Run, facts: PlanFacts | None, contents: PlanContents | None) -> PlanSummary:
    lost = sorted(contents.with_effect(*DESTROYS), key=rank) if contents is not None else []
    return PlanSummary(
        keeps_all=not lost and keeps_all(run, facts, contents),
        is_read=contents is not None,
        lost=tuple((change.effect.value, change.address) for change in lost[:LOST_MOST]),
        more=max(len(lost) - LOST_MOST, 0),
    )


def rank(change: ResourceChange) -> tuple[int, str]:
    return WORST_FIRST[change.effect], change.address


def keeps_all(run: Run, facts: PlanFacts | None, contents: PlanContents | None) -> bool:
    """By the plan's JSON and by the server's counts, where there are both; of a replaced resource the server counts one destroyed.

    A destroy run is one whatever is said of its plan.
    """
    if run.is_destroy or facts is None or not facts.is_finished:
        return False
    return facts.destructions == 0 or (facts.destructions is None and contents is not None)
