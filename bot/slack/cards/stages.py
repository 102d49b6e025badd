"""The way of a run in one line: `Plan ✓ → Confirm … → Apply`."""

from __future__ import annotations

from bot.core.runs import CONFIRM, OVERRIDABLE, Phase, Run, RunStatus
from bot.core.snapshots import history
from bot.slack.text import date

DONE, NOW, NEXT = " ✓", " …", ""
CHECKED = frozenset({"cost-estimated", "policy-checked", "post-plan-completed", "tf-policy-checked"})
RESTS = frozenset({RunStatus.PLANNED, RunStatus.PLANNED_AND_SAVED})


def stages(run: Run) -> str:
    """Empty for a run that has ended, whose way nobody knows, or that rests on a plan without changes."""
    if run.is_final or run.phase in {Phase.ENDED, Phase.UNKNOWN} or (run.waits_for_confirm and run.gate is None):
        return ""
    names = stage_names(run)
    at = names.index(stage_now(run)) if stage_now(run) in names else len(names) - 1
    marks = [DONE if place < at else NOW if place == at else NEXT for place in range(len(names))]
    return " → ".join(name + mark for name, mark in zip(names, marks, strict=True))


def passed(run: Run) -> str:
    """`planned 10:02 · confirmed 10:05 · applied 10:06`: every milestone, also those that came and went between two looks."""
    return " · ".join(f"{change.word} {date(change.at, '{time}')}" for change in history(run) if change.at is not None)


def stage_names(run: Run) -> list[str]:
    names = ["Plan"]
    if is_checking(run) or CHECKED & set(run.timestamps):
        names.append("Checks")
    if not run.plan_only:
        names += ["Apply"] if run.auto_apply and run.gate != CONFIRM else ["Confirm", "Apply"]
    return names


def stage_now(run: Run) -> str:
    if run.phase is Phase.APPLYING:
        return "Apply"
    if run.gate == CONFIRM:
        return "Confirm"
    if is_checking(run):
        return "Checks"
    return "Confirm" if run.status in RESTS else "Plan"


def is_checking(run: Run) -> bool:
    """Whether the plan is there and policies, costs or tasks are still looked at."""
    return run.phase is Phase.CHECKING and run.gate != CONFIRM and (run.status not in RESTS or run.status in OVERRIDABLE)
