"""What a plan destroys and replaces, in lines that stand above a button or in a form."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.core.contents import Effect
from bot.core.plan_summaries import LOST_MOST, PlanSummary
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.slack.cards.counts import UNTOLD
from bot.slack.text import code

ADDRESS_MOST = 240
UNREAD = "⚠️ The plan could not be read, so it may destroy or replace resources that are not shown here."
COUNTS_ALONE = "⚠️ The plan could not be read. Only the server's counts are known."
WORDS: Mapping[str, str] = MappingProxyType({Effect.DESTROY: "Destroys", Effect.REPLACE: "Replaces", Effect.UNKNOWN: "Unknown change to"})


def plan_line(plan: PlanFacts | None) -> str:
    """Return Terraform's own line, or that there are no counts."""
    if plan is None or not plan.is_finished:
        return "*There is no finished plan yet.*"
    if not plan.has_counts:
        return f"*Plan: {UNTOLD}.*"
    imports = f"{plan.imports:,} to import, " if plan.imports else ""
    return f"*Plan: {imports}{plan.additions:,} to add, {plan.changes:,} to change, {plan.destructions:,} to destroy.*"


def lost_lines(run: Run, summary: PlanSummary, most: int = LOST_MOST) -> list[str]:
    """The resources that are lost, then how many more there are; that nothing could be read is said, too."""
    lines = ["⚠️ *Destroy run*: it removes everything that the workspace manages"] if run.is_destroy else []
    lines += [f"{WORDS.get(effect, WORDS[Effect.UNKNOWN])} {code(address, ADDRESS_MOST)}" for effect, address in summary.lost[:most]]
    more = summary.more + len(summary.lost[most:])
    if more:
        lines.append(f"{more:,} more")
    if not summary.is_read:
        lines.append(COUNTS_ALONE if summary.keeps_all else UNREAD)
    return lines
