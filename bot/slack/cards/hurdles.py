"""What stands in a run's way and is passed by an override or by force, in lines of mrkdwn: what failed, who passed it, what may be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.findings import Finding
from bot.core.pictures import RunPicture
from bot.core.runs import OVERRIDABLE, Action, Run, action_at
from bot.slack.cards.deeds import why
from bot.slack.text import code, cut, date, escape, mention, one_line

FINDINGS_MOST = 5
SAID_MOST = 160


def hurdle_line(run: Run) -> str:
    """Empty where nothing waits to be overridden."""
    asks = run.gate is not None and action_at(run.gate) is Action.OVERRIDE
    if not asks and run.status not in OVERRIDABLE:
        return ""
    if not run.may(Action.OVERRIDE):
        return "A check has failed. Whoever may override it does so in Terraform."
    if run.override_applies:
        return "⚠️ A check has failed. *Overriding it applies the run*: nobody is asked again."
    return "A check has failed. The run goes on only if somebody overrides it, and then waits to be approved."


def finding_lines(findings: Sequence[Finding], *, with_output: bool = True) -> Iterator[str]:
    """Without `with_output` what was said at length is left to whoever shows it as it is."""
    for finding in findings[:FINDINGS_MOST]:
        level = f" ({escape(cut(one_line(finding.enforcement), 40))})" if finding.enforcement else ""
        is_told = finding.said and (with_output or "\n" not in finding.said)
        said = f": {escape(cut(one_line(finding.said), SAID_MOST))}" if is_told else ""
        subject = code(finding.subject, 120) if finding.is_named else escape(finding.subject)
        yield f"✗ {subject} failed{level}{said}"
    if len(findings) > FINDINGS_MOST:
        yield f"… and {len(findings) - FINDINGS_MOST} more findings"


def overridden_line(picture: RunPicture) -> str:
    """Who has overridden something on the run's way, where that was done through us."""
    decision = picture.overridden
    if decision is None:
        return ""
    glass = " · in spite of a freeze" if decision.broke_glass else ""
    return f"Overridden by {mention(decision.person)} · {date(decision.decided_at)}{why(decision)}{glass}"


def force_line(run: Run) -> str:
    """From when on a run that does not end may be killed."""
    if run.force_cancel_at is None or run.is_final:
        return ""
    if run.allows(Action.FORCE_CANCEL):
        return "It has not ended yet: an admin can cancel it by force. Its state may be lost."
    return f"If it does not end, an admin can cancel it by force from {date(run.force_cancel_at, '{time}')} on"
