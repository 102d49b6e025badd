"""What waits for people, for one person: all of it as a table, and what waits for them here, with what they most likely want next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.core.commands.lists import Help, ListPending, ListRuns, ListWorkspaces
from bot.core.commands.runs import RunReference, ShowRun
from bot.core.listings import Page
from bot.core.rows import Offers, RunRow, Waits
from bot.slack import ids
from bot.slack.blocks import Block, Said, actions, button, context, link_button, moment, sections, words
from bot.slack.cards.counts import counts
from bot.slack.cards.labels import run_label
from bot.slack.cards.listings import nothing, own_line
from bot.slack.cards.tables import NAME_MOST, Line, cell, linked, menu, paged, seen, step, turns, typed
from bot.slack.cards.tallies import sentence
from bot.slack.text import code, cut, date, is_web_address, link, one_line

MISSING_MOST = 160
LABEL_MOST = 40
OWN_MOST = 3


def pending(page: Page[Waits], wish: ListPending, now: datetime) -> Said:
    """The longest waiting first, with what is missing and what it blocks."""
    if not page.rows:
        return nothing("✅ Nothing that you may read waits for a person.", page.looked_at, now)
    lines = [line(one) for one in page.rows]
    below = [*menu("Show one of them…", lines), *turns(wish, page.earlier, page.later)]
    title = "*Waits for people*, the longest waiting first"
    return paged(title, ("Workspace", "Since", "Missing", "Asked"), lines, below, seen(page.looked_at, now))


def line(one: Waits) -> Line:
    name, said = cut(one_line(one.workspace.name), NAME_MOST), " · ".join(missing(one))
    asked: list[Block] = [linked("Decide", one.asked)] if is_web_address(one.asked) else [words("in Terraform")]
    return Line(
        cells=(cell(linked(name, one.link)), cell(moment(one.since)), cell(words(said)), cell(*asked)),
        words=f"{name}: {said}",
        leads_to=ShowRun(RunReference(run_id=one.run.id)),
        label=f"{name} · {run_label(one.run)}",
    )


def missing(one: Waits) -> Iterator[str]:
    """What it would do, what is missing by the tally, and whom it keeps waiting."""
    if one.plan is not None and one.plan.is_finished:
        yield counts(one.plan)
    if one.tally is not None:
        yield cut(one_line(one.tally.lacks[0] if one.tally.lacks else one.tally.headline), MISSING_MOST)
    else:
        yield run_label(one.run).words
    if one.behind:
        yield f"🚧 blocks {one.behind} run{'' if one.behind == 1 else 's'} behind it"


def suggestions(found: Offers, own: Sequence[RunRow], command: str) -> Said:
    """The answer to nothing at all: what waits for this person, here before elsewhere, what goes on of theirs, and what else they may want.

    What they most likely want now stands out, and nothing besides.
    """
    waits, goes_on = [f"• {waiting_words(one)}" for one in found.nearest], own_ones(found, own)
    head = headline(found) + ("" if waits or goes_on else " What would you like?")
    lines = [*waits, *(["*Yours that go on*", *map(own_line, goes_on)] if goes_on else [])]
    shown = menu("Show one of them…", [menu_line(one) for one in found.nearest])
    steps = [
        button(ids.START_OPEN, "Start a run…", "form", style="" if lines else "primary"),
        *([step(ids.LOOK_PENDING, "All that waits", ListPending())] if found.any_waits else []),
        step(ids.LOOK_MINE, "Your runs", ListRuns(mine=True)),
        *([] if found.any_waits else [step(ids.LOOK_WORKSPACES, "Workspaces", ListWorkspaces())]),
        step(ids.LOOK_HELP, "Help", Help()),
    ]
    now = [actions(first, "now")] if (first := first_steps(found, goes_on)) else []
    small = f"Or type {code(f'{command} help')}"
    return {
        "text": "\n".join([head, *lines]),
        "blocks": [*sections([head, *lines]), *now, actions([*shown, *steps], "look"), context(small)],
    }


def headline(found: Offers) -> str:
    if found.here:
        return "🔔 *These wait for you here*"
    nothing_here = "Nothing in this channel waits for you."
    return f"{nothing_here} 🔔 *These do elsewhere*" if found.elsewhere else nothing_here


def own_ones(found: Offers, own: Sequence[RunRow]) -> list[RunRow]:
    told = {one.run.id for one in found.nearest}
    return [row for row in own if row.run.id not in told][:OWN_MOST]


def first_steps(found: Offers, goes_on: Sequence[RunRow]) -> list[Block]:
    """To the plan of what waits longest, and to where it is asked, so that everybody there sees the decision; else to their own run."""
    if found.nearest:
        one = found.nearest[0]
        name = cut(one_line(one.workspace.name), LABEL_MOST)
        review = button(ids.REVIEW, f"Review {name}", ids.encode(ids.Address(one.run.id)), style="primary")
        return [review, *([link_button(ids.OPEN, f"Decide {name}", one.asked)] if is_web_address(one.asked) else [])]
    if not goes_on:
        return []
    row = goes_on[0]
    show = ShowRun(RunReference(run_id=row.run.id))
    return [step(ids.LOOK_OWN, f"Show {cut(one_line(row.workspace.name), LABEL_MOST)}", show, style="primary")] if typed(show) else []


def waiting_words(one: Waits) -> str:
    asked = f" · {link(one.asked, 'Decide')}" if is_web_address(one.asked) else ""
    return f"{link(one.link, one.workspace.name)} since {date(one.since)}: {sentence(' · '.join(missing(one)))}{asked}"


def menu_line(one: Waits) -> Line:
    """Only what a menu takes of it."""
    return Line(cells=(), words="", leads_to=ShowRun(RunReference(run_id=one.run.id)), label=f"{one.workspace.name} · {run_label(one.run)}")
