"""A tally as JSON and back; what an older release wrote and this one does not understand counts as never judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from bot.core.findings import Finding
from bot.core.people import Circle
from bot.core.plan_summaries import NOT_SEEN, PlanSummary
from bot.core.rules import Risk
from bot.core.tallies import Tally
from bot.core.verdicts import Outcome


def document_of(tally: Tally) -> dict[str, Any]:
    return {
        "outcome": tally.outcome.value,
        "headline": tally.headline,
        "rules": list(tally.rules),
        "lacks": list(tally.lacks),
        "falls": list(tally.falls),
        "risk": tally.risk.value,
        "wants_reason": tally.wants_reason,
        "wants_typed_name": tally.wants_typed_name,
        "plan_unread": tally.plan_unread,
        "project_unread": tally.project_unread,
        "people": sorted(tally.wanted.people),
        "groups": sorted(tally.wanted.groups),
        "members": tally.wanted.members,
        "findings": [[one.subject, one.enforcement, one.said, one.is_named] for one in tally.findings],
        "digest": tally.digest,
        "plan": asdict(tally.plan),
    }


def tally_from(document: Any) -> Tally | None:
    try:
        return Tally(
            outcome=Outcome(document["outcome"]),
            headline=str(document["headline"]),
            rules=tuple(document["rules"]),
            lacks=tuple(document["lacks"]),
            falls=tuple(document["falls"]),
            risk=Risk(document["risk"]),
            wants_reason=bool(document["wants_reason"]),
            wants_typed_name=bool(document["wants_typed_name"]),
            plan_unread=bool(document["plan_unread"]),
            project_unread=bool(document.get("project_unread")),
            wanted=Circle(people=frozenset(document["people"]), groups=frozenset(document["groups"]), members=bool(document["members"])),
            findings=tuple(findings_from(document.get("findings", ()))),
            digest=str(document.get("digest", "")),
            plan=plan_from(document.get("plan")),
        )
    except (KeyError, TypeError, ValueError):
        return None


def findings_from(rows: Iterable[Any]) -> Iterator[Finding]:
    """Whether it is named was not written at first: then it counts as named."""
    for subject, enforcement, said, *named in rows:
        yield Finding(subject=str(subject), enforcement=str(enforcement), said=str(said), is_named=all(named))


def plan_from(said: Any) -> PlanSummary:
    """What an older release did not write is not known."""
    if not isinstance(said, Mapping):
        return NOT_SEEN
    lost = tuple((str(effect), str(address)) for effect, address in said["lost"])
    return PlanSummary(keeps_all=said["keeps_all"] is True, is_read=said["is_read"] is True, lost=lost, more=int(said["more"]))
