"""Tables that page: cells of rich text, in which nothing is ever parsed, and the buttons below that lead on.

At most one table stands in a message, of 100 rows and 10,000 letters in all cells (Slack, "Table block").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.commands import format as written
from bot.core.commands.grammar import Command
from bot.core.listings import FIRST, Turn
from bot.core.moments import duration_words
from bot.slack import ids
from bot.slack.blocks import Block, Said, actions, button, context, person, plain, rich_text, section, words
from bot.slack.text import TEXT_MOST, cut, escape, is_web_address, one_line

NAME_MOST = 60
MESSAGE_MOST = 60
OPTION_MOST = 75
OPTION_VALUE_MOST = 150
"""Slack, "Option object"."""

FRESH = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its cells, the same in a few plain words, and what a person may choose to see of it, with the words for that."""

    cells: tuple[Block, ...]
    words: str
    leads_to: Command
    label: str


def cell(*elements: Block) -> Block:
    return rich_text({"type": "rich_text_section", "elements": list(elements)})


def linked(label: str, url: str) -> Block:
    """A link whose words are never parsed; the words alone where the address is none of the web."""
    shown = cut(one_line(label), NAME_MOST) or " "
    return {"type": "link", "url": url, "text": shown} if is_web_address(url) else words(shown)


def said_by(message: str, person_id: str) -> Block:
    """What a run was started for, and who asked for it, who is told of nothing by that."""
    by = [person(person_id)] if person_id else []
    return cell(
        *([words(message)] if message else []), *([words(" · ")] if message and by else []), *by, *([] if message or by else [words("–")])
    )


def table(headings: Sequence[str], lines: Iterable[Line]) -> Block:
    head = [cell(words(heading, bold=True)) for heading in headings]
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True} for _ in headings],
        "rows": [head, *(list(line.cells) for line in lines)],
    }


def paged(title: str, headings: Sequence[str], lines: Sequence[Line], below: Sequence[Block] = (), *notes: str) -> Said:
    """`title` and `notes` are mrkdwn; `below` are what can be clicked."""
    plainly = "\n".join([title, *(f"• {escape(line.words)}" for line in lines)])
    small = list(filter(None, notes))
    after = [*([context(*small)] if small else []), *([actions(below, "look")] if below else [])]
    return {"text": cut_at_line(plainly), "blocks": [section(title), table(headings, lines), *after]}


def cut_at_line(text: str) -> str:
    while len(text) > TEXT_MOST:
        text = text.rpartition("\n")[0]
    return text


def menu(choice: str, lines: Sequence[Line]) -> list[Block]:
    """What can be looked at next, one of the rows at a time; `choice` is what it asks to choose."""
    found = [(line.label, typed(line.leads_to)) for line in lines]
    options = [{"text": plain(one_line(label), OPTION_MOST), "value": text} for label, text in found if 0 < len(text) <= OPTION_VALUE_MOST]
    if not options:
        return []
    return [{"type": "static_select", "action_id": ids.LOOK_AT, "placeholder": plain(choice, OPTION_MOST), "options": options}]


def typed(command: Command, turn: Turn = FIRST) -> str:
    """What a button carries; "" where nobody could type it, such as a run by an id that looks like no run's, or where it is too long."""
    try:
        value = ids.encode_look(ids.LookAddress(written(command), turn))
    except ValueError:
        return ""
    return value if ids.decode_look(value) is not None else ""


def turns(wish: Command, earlier: Turn | None, later: Turn | None) -> list[Block]:
    """To the pages beside this one. A button carries the question, and from where on: who may read what is judged again at the click."""
    beside = ((ids.LOOK_BACK, "Previous", earlier), (ids.LOOK_ON, "Next", later))
    found = [(action, label, typed(wish, turn)) for action, label, turn in beside if turn is not None]
    return [button(action, label, value) for action, label, value in found if value]


def step(action_id: str, label: str, command: Command, *, style: str = "") -> Block:
    """A button that does what typing the command does."""
    return button(action_id, label, typed(command), style=style)


def seen(looked_at: datetime | None, now: datetime) -> str:
    """How old a list is."""
    if looked_at is None:
        return "I have not looked at the server as a whole yet"
    age = now - looked_at
    return f"Seen {duration_words(age)} ago" if age >= FRESH else "Seen just now"
