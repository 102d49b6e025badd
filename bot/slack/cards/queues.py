"""The queue of a workspace, for one person: why a run does not begin, in words, and what has not ended, in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.core.commands.lists import ListRuns, ShowQueue
from bot.core.commands.runs import RunReference, ShowRun
from bot.core.locks import Lock, from_slack
from bot.core.rows import Queue, RunRow
from bot.core.runs import Run, RunStatus
from bot.core.workspaces import Workspace
from bot.slack import ids
from bot.slack.blocks import Said, actions, moment, section, words
from bot.slack.cards.labels import run_label
from bot.slack.cards.tables import MESSAGE_MOST, Line, cell, linked, menu, paged, said_by, seen, step
from bot.slack.text import code, cut, date, escape, link, one_line, quoted

ROWS_MOST = 20
CAPACITY = frozenset({RunStatus.QUEUING, RunStatus.PLAN_QUEUED, RunStatus.QUEUING_APPLY, RunStatus.APPLY_QUEUED})
"""What a run waits in whose turn it is: for somebody who has the time to do it."""

REASON_MOST = 120


def queue(found: Queue, now: datetime) -> Said:
    said = [f"*Queue of* {link(found.link, found.workspace.name)}", *(f"• {line}" for line in reasons(found))]
    below = [step(ids.LOOK_MINE, "All its runs", ListRuns(found.workspace.full_name)), step(ids.LOOK_QUEUE, "Look again", again(found))]
    if not found.rows:
        return {"text": "\n".join(said), "blocks": [section("\n".join(said)), actions(below, "look")]}
    lines = [line(row, place) for place, row in enumerate(found.rows[:ROWS_MOST], 1)]
    more = f"and {len(found.rows) - ROWS_MOST} more behind them" if len(found.rows) > ROWS_MOST else ""
    return paged(
        "\n".join(said),
        ("#", "Run", "Since", "Message"),
        lines,
        [*menu("Show one of them…", lines), *below],
        more,
        seen(min(found.seen_at), now) if len(found.rows) > 1 else "",
    )


def again(found: Queue) -> ShowQueue:
    return ShowQueue(found.workspace.full_name)


def reasons(found: Queue) -> Iterator[str]:
    """Why the next run does not begin, or that it would."""
    yield from lock_words(found.lock, found.workspace)
    turn = next((row.run for row in found.rows if not passes(row.run)), None)
    if turn is None:
        if not is_held(found):
            yield "Nothing is in front: a new run begins at once."
        return
    behind = sum(not passes(row.run) for row in found.rows) - 1
    waiting = f", and {behind} run{'' if behind == 1 else 's'} behind it" if behind else ""
    yield f"In front is {code(turn.id)}: {escape(str(run_label(turn)))}{waiting}. {what_it_waits_for(turn, found.workspace)}".strip()


def what_it_waits_for(run: Run, workspace: Workspace) -> str:
    if run.gate is not None:
        return "Nothing else begins before somebody decides it."
    if run.status in CAPACITY and workspace.execution_mode == "agent":
        return "It is its turn, and it waits for an agent of the workspace’s pool to be free."
    if run.status in CAPACITY:
        return "It is its turn, and it waits for the organization to have room: only so many runs go on at once."
    return ""


def lock_words(lock: Lock | None, workspace: Workspace) -> Iterator[str]:
    """During a run it is the run itself that holds the lock, which nobody need be told."""
    if lock is None:
        if workspace.locked:
            yield "🔒 It is locked; the server did not say by whom."
    elif is_held_by_people(lock):
        yield f"🔒 *Locked*{locked_by(lock)}. No run begins before it is unlocked; plans alone go on."


def locked_by(lock: Lock) -> str:
    ours = from_slack(lock)
    if ours is not None:
        return f" from Slack by {code(ours.person)} · {date(ours.at)}{because(ours.reason)}"
    by = f" by {code(lock.holder_name or lock.holder_id)}" if lock.holder_name or lock.holder_id else ""
    return f"{by}{because(lock.reason)}"


def because(reason: str) -> str:
    return f": {quoted(reason, REASON_MOST)}" if reason.strip() else ""


def is_held(found: Queue) -> bool:
    return found.workspace.locked if found.lock is None else is_held_by_people(found.lock)


def is_held_by_people(lock: Lock | None) -> bool:
    return lock is not None and lock.is_locked and lock.holder_kind != "runs"


def passes(run: Run) -> bool:
    """Plan-only runs, and those whose plan is saved, wait for no other."""
    return run.plan_only or run.save_plan


def line(row: RunRow, place: int) -> Line:
    label, message = str(run_label(row.run)), cut(one_line(row.said), MESSAGE_MOST)
    since = max(row.run.timestamps.values(), default=row.run.created_at)
    number = "↷" if passes(row.run) else str(place)
    return Line(
        cells=(
            cell(words(number)),
            cell(linked(label, row.link)),
            cell(moment(since) if since is not None else words("–")),
            said_by(message, row.asked_by),
        ),
        words=f"{number} {label}: {row.run.id}{f' · “{message}”' if message else ''}",
        leads_to=ShowRun(RunReference(run_id=row.run.id)),
        label=f"{number} · {label} · {message or row.run.id}",
    )
