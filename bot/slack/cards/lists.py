"""Lists that a command answers with: one line a row, in rich text, so that no name or message is ever parsed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from bot.core.runs import Run
from bot.core.watches import Measure, Watch
from bot.core.workspaces import Workspace
from bot.slack.blocks import Block, Said, context, moment, person, rows, section, words
from bot.slack.cards.labels import run_label
from bot.slack.text import code, cut, link, one_line

ROWS_MOST = 40
MESSAGE_MOST = 60
NAME_MOST = 90
FRESH = timedelta(minutes=1).total_seconds()


def workspaces(found: Sequence[tuple[Workspace, Run | None]], *, total: int, pattern: str, age_seconds: float) -> Said:
    """Workspaces and what their current runs do; `age_seconds` is how old the eldest look at them is."""
    if not found:
        return nothing(f"I see no workspace that matches {code(pattern)}." if pattern != "*" else "I see no workspaces.")
    several = len({workspace.organization for workspace, _ in found}) > 1
    title = f"*{total} workspace{'' if total == 1 else 's'}*" + (f" matching {code(pattern)}" if pattern != "*" else "")
    age = f"As seen {round(age_seconds / FRESH)} min ago" if age_seconds >= FRESH else ""
    return listing(title, [workspace_row(workspace, run, several=several) for workspace, run in found], total, age)


def workspace_row(workspace: Workspace, run: Run | None, *, several: bool) -> list[Block]:
    name = workspace.full_name if several else workspace.name
    row = [words(cut(one_line(name), NAME_MOST), bold=True)]
    row.append(words(f" · {run_label(run)}" if run else " · no run"))
    if run and run.created_at:
        row += [words(" · "), moment(run.created_at)]
    return [*row, words(" · 🔒 locked")] if workspace.locked and (run is None or run.is_final) else row


def runs(workspace: Workspace, found: Sequence[Run], *, url: str) -> Said:
    """A workspace's newest runs."""
    title = f"*Runs of* {link(url, workspace.name)}"
    if not found:
        return nothing(f"{title}: none yet.")
    return listing(title, [run_row(run) for run in found], len(found))


def run_row(run: Run) -> list[Block]:
    row = [words(str(run_label(run))), words(" · "), words(cut(run.id, NAME_MOST), code=True)]
    if run.created_at:
        row += [words(" · "), moment(run.created_at)]
    message = one_line(run.message)
    return [*row, words(f" · “{cut(message, MESSAGE_MOST)}”")] if message else row


def watches(found: Sequence[Watch]) -> Said:
    """What a channel watches, and who asked for it."""
    if not found:
        return nothing("This channel watches nothing.")
    return listing("*This channel watches*", [watch_row(watch) for watch in found], len(found))


def watch_row(watch: Watch) -> list[Block]:
    manner = [measure_words(watch.measure), "in threads" if watch.in_thread else "", "with a mention" if watch.mentions else ""]
    row = [words(cut(one_line(watch.title), NAME_MOST), code=True), *(words(f" · {word}") for word in manner if word)]
    if watch.source:
        row.append(words(f" · stands in {cut(one_line(watch.source), NAME_MOST)}"))
    elif watch.owner:
        row += [words(" · asked for by "), person(watch.owner)]
    return row if watch.paused_at is None else [*row, words(f" · ⏸️ paused: {cut(one_line(watch.paused_why), NAME_MOST)}")]


def measure_words(measure: Measure) -> str:
    match measure:
        case Measure.ALL:
            return "every run"
        case Measure.DECISIONS:
            return "decisions and failures"
        case Measure.FAILURES:
            return "failures"
        case _:
            assert_never(measure)


def listing(title: str, lines: Sequence[Sequence[Block]], total: int, remark: str = "") -> Said:
    """`title` and `remark` are mrkdwn. At most 40 rows are shown, and how many more there are."""
    shown = lines[:ROWS_MOST]
    more = f"and {total - len(shown)} more" if total > len(shown) else ""
    last = " · ".join(filter(None, [more, remark]))
    blocks = [section(title), rows(shown), *([context(last)] if last else [])]
    return {"text": title, "blocks": blocks}


def nothing(text: str) -> Said:
    return {"text": text, "blocks": [section(text)]}
