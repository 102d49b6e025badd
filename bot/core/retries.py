"""Trying a run again that has failed: whether it can be, what it was started with, and the same wish once more. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.commands.runs import StartRun
from bot.core.runs import Run, RunStatus
from bot.core.signatures import unsigned

RETRIABLE = frozenset({RunStatus.ERRORED, RunStatus.CANCELED, RunStatus.FORCE_CANCELED, RunStatus.DISCARDED, RunStatus.POLICY_SOFT_FAILED})
OFFERED = RETRIABLE - {RunStatus.DISCARDED}
"""Those under which a button offers it: what somebody has thrown away is not pressed upon anybody."""

NOTE = re.compile(r"\(retry of [^()\s]{1,140}\)\Z")
NOTE_MOST = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a run was started with, as the server tells; of variables the names alone. `others` are options that we do not offer."""

    targets: tuple[str, ...] = ()
    replacements: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


NO_OPTIONS = RunOptions()


def objection_to_retry(run: Run, options: RunOptions) -> str:
    """Why the run cannot be tried again, a clause without a full stop; "" where it can."""
    if not run.is_final:
        return "it has not ended"
    if run.status not in RETRIABLE:
        return f"it did not fail, it is {run.status_word.replace('_', ' ')}"
    if options.variables:
        return f"it had variables of its own ({', '.join(options.variables)}), and what they were set to is not kept"
    if options.others:
        return f"it was started with what I cannot repeat ({', '.join(options.others)})"
    return ""


def wish_to_retry(run: Run, options: RunOptions, workspace: str, message: str, *, debugging: bool = False) -> StartRun:
    """The same kind of run once more. It waits for a decision, whatever the first one was to do by itself."""
    return StartRun(
        workspace,
        f"{' '.join(plain_message(message).split())} (retry of {run.id})".strip(),
        destroy=run.is_destroy,
        plan_only=run.plan_only,
        refresh_only=run.refresh_only,
        targets=options.targets,
        replacements=options.replacements,
        save_plan=run.save_plan,
        debugging=debugging,
    )


def plain_message(message: str) -> str:
    """A run's message without what we add to it: who asked for it, our reference, and which run it tries again."""
    text = unsigned(message)
    found = NOTE.search(text, max(0, len(text) - NOTE_MOST))
    return text if found is None else text[: found.start()].rstrip()
