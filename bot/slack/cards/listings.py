"""Lists of workspaces and of runs, for one person: a table of a page, how old it is, and what to look at next."""

from __future__ import annotations

from datetime import datetime

from bot.core.commands.lists import LIVE, ListPending, ListRuns, ListWorkspaces
from bot.core.commands.runs import RunReference, ShowRun
from bot.core.listings import EVERYTHING, Page
from bot.core.rows import RunList, RunRow, WorkspaceRow
from bot.core.runs import Run
from bot.slack import ids
from bot.slack.blocks import Block, Said, actions, context, moment, section, words
from bot.slack.cards.labels import run_label
from bot.slack.cards.tables import MESSAGE_MOST, NAME_MOST, Line, cell, linked, menu, paged, said_by, seen, step, turns
from bot.slack.text import code, cut, date, escape, is_web_address, link, one_line

EARLIER = "Older runs are on the workspace’s page"


def workspaces(page: Page[WorkspaceRow], wish: ListWorkspaces, now: datetime) -> Said:
    """Workspaces and what their current runs do."""
    asked = " ".join([*([code(wish.pattern)] if wish.pattern != EVERYTHING else []), *narrowed(wish)])
    if not page.rows:
        return nothing(f"I see no workspace {asked}." if asked else "I see no workspace that you may read.", page.looked_at, now)
    several = len({row.workspace.organization for row in page.rows}) > 1
    lines = [workspace_line(row, several=several) for row in page.rows]
    title = f"*Workspaces* {asked}".strip()
    below = [*menu("Show the runs of…", lines), *turns(wish, page.earlier, page.later), step(ids.LOOK_PENDING, "What waits", ListPending())]
    return paged(title, ("Workspace", "Current run", "Created"), lines, below, seen(page.looked_at, now))


def narrowed(wish: ListWorkspaces) -> list[str]:
    tag = [f"with the tag {code(wish.tag)}"] if wish.tag else []
    return [*tag, *([f"in the project {code(wish.project)}"] if wish.project else [])]


def workspace_line(row: WorkspaceRow, *, several: bool) -> Line:
    name = row.workspace.full_name if several else row.workspace.name
    label = str(run_label(row.run)) if row.run else "No run yet"
    is_held = row.workspace.locked and (row.run is None or row.run.is_final)
    state = f"{label} · 🔒 locked" if is_held else label
    return Line(
        cells=(cell(linked(name, row.link)), cell(words(state)), when(row.run)),
        words=f"{cut(one_line(name), NAME_MOST)}: {state}",
        leads_to=ListRuns(row.workspace.full_name),
        label=name,
    )


def runs(found: RunList, wish: ListRuns, now: datetime) -> Said:
    """Runs, the newest first."""
    page, title = found.page, f"*{whose(wish)}*{place(found, wish)}{state(wish)}"
    if not page.rows:
        where = " and ".join(link(url, "its page in Terraform") for _, url in found.named)
        older = f"Older ones are on {where}." if where else "Older ones are in Terraform."
        return nothing(f"{title}: I have seen none. {older}", page.looked_at, now)
    alone = len(found.named) == 1
    lines = [run_line(row, alone=alone) for row in page.rows]
    headings = ("Run", "Created", "Message") if alone else ("Run", "Workspace", "Created", "Message")
    below = [*menu("Show one of them…", lines), *turns(wish, page.earlier, page.later)]
    pages = [link(url, EARLIER) for _, url in found.named] if page.later is None else []
    return paged(title, headings, lines, below, seen(page.looked_at, now), *pages)


def whose(wish: ListRuns) -> str:
    """`Your failed runs`, `Runs`."""
    words = [*(["your"] if wish.mine else []), *(["failed"] if wish.failed else []), "runs"]
    return " ".join(words).capitalize()


def place(found: RunList, wish: ListRuns) -> str:
    if found.named:
        return " of " + ", ".join(link(url, workspace.name) for workspace, url in found.named)
    return f" of {code(wish.pattern)}" if wish.pattern != EVERYTHING else ""


def state(wish: ListRuns) -> str:
    if wish.status == LIVE:
        return " that have not ended"
    return f" that are {escape(wish.status.replace('_', ' '))}" if wish.status else ""


def run_line(row: RunRow, *, alone: bool) -> Line:
    label, message = str(run_label(row.run)), cut(one_line(row.said), MESSAGE_MOST)
    name = cut(one_line(row.workspace.name), NAME_MOST)
    where = [] if alone else [cell(words(name))]
    return Line(
        cells=(cell(linked(label, row.link)), *where, when(row.run), said_by(message, row.asked_by)),
        words=f"{label}: {name}{f' · “{message}”' if message else ''}",
        leads_to=ShowRun(RunReference(run_id=row.run.id)),
        label=f"{label} · {name if not alone else message or row.run.id}",
    )


def own_line(row: RunRow) -> str:
    """One of somebody's own runs, as a line of mrkdwn."""
    shown = run_label(row.run)
    name = link(row.link, cut(one_line(row.workspace.name), NAME_MOST)) if is_web_address(row.link) else code(row.workspace.name)
    at = f" · {date(row.run.created_at)}" if row.run.created_at else ""
    return f"• {shown.emoji} {escape(shown.words)} · {name}{at}"


def when(run: Run | None) -> Block:
    return cell(moment(run.created_at)) if run is not None and run.created_at is not None else cell(words("–"))


def nothing(text: str, looked_at: datetime | None, now: datetime) -> Said:
    """`text` is mrkdwn. What else there is to look at stands below."""
    below = [step(ids.LOOK_MINE, "Your runs", ListRuns(mine=True)), step(ids.LOOK_WORKSPACES, "Workspaces", ListWorkspaces())]
    return {"text": text, "blocks": [section(text), context(seen(looked_at, now)), actions(below, "look")]}
