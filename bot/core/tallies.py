"""How it stood at a gate when it was last judged, kept in words so that a card can show it without asking anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.findings import Finding
from bot.core.people import NOBODY, Circle
from bot.core.plan_summaries import NOT_SEEN, PlanSummary
from bot.core.rules import Risk
from bot.core.verdicts import Named, Outcome, Phrase, Verdict, falls, headline, lacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Sentences hold names of people and groups as text, which mentions nobody, and may hold words from outside.

    `rules` are the names of those that apply; `wanted` are those whose votes would bring it closer, by Slack id. `findings` are what is
    overridden, where that is asked. `digest` is that of the plan that was judged, and `plan` what it destroys and replaces.
    """

    outcome: Outcome
    headline: str
    rules: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    falls: tuple[str, ...] = ()
    risk: Risk = Risk.LOW
    wants_reason: bool = False
    wants_typed_name: bool = False
    plan_unread: bool = False
    project_unread: bool = False
    wanted: Circle = NOBODY
    findings: tuple[Finding, ...] = ()
    digest: str = ""
    plan: PlanSummary = NOT_SEEN

    @property
    def may_be_voted(self) -> bool:
        """Whether anybody can do anything about it from Slack."""
        return self.outcome in {Outcome.GRANTED, Outcome.MISSING}

    @property
    def wants_words(self) -> bool:
        """Whether a click alone is not enough."""
        return self.wants_reason or self.wants_typed_name


def tally_of(verdict: Verdict, names: Mapping[Named, str], findings: tuple[Finding, ...] = (), plan: PlanSummary = NOT_SEEN) -> Tally:
    """`names` are those of `named_in(verdict)`; who is missing in it goes by id."""
    return Tally(
        outcome=verdict.outcome,
        headline=headline(verdict),
        rules=verdict.rules,
        lacks=tuple(spoken(phrase, names) for phrase in lacks(verdict)),
        falls=tuple(spoken(phrase, names) for phrase in falls(verdict.fallen)),
        risk=verdict.risk,
        wants_reason=verdict.wants_reason,
        wants_typed_name=verdict.wants_typed_name,
        plan_unread=verdict.plan_unread,
        project_unread=verdict.project_unread,
        wanted=verdict.voters,
        findings=findings,
        digest=verdict.digest,
        plan=plan,
    )


def named_in(verdict: Verdict) -> frozenset[Named]:
    """Everybody who is named in what a tally says."""
    return frozenset(part for phrase in (*lacks(verdict), *falls(verdict.fallen)) for part in phrase if isinstance(part, Named))


def spoken(phrase: Phrase, names: Mapping[Named, str]) -> str:
    return "".join(part if isinstance(part, str) else f"@{names.get(part, part.id)}" for part in phrase)
