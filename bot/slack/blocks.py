"""Block Kit as plain dicts: the few blocks and elements we use, one small builder each. slack_sdk's classes do not know all blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.slack.text import SECTION_MOST, clean, cut, cut_lines, timed

Block = dict[str, Any]
Said = dict[str, Any]
"""`text`, and `blocks` where there is more to see; the arguments of a post, an update or a respond()."""

QUOTE_LINES = 4
QUOTE_MOST = 300
CONTEXT_MOST = 10


def plain(text: str, most: int) -> Block:
    """A plain_text object; outside text cannot smuggle `:emoji:` into it."""
    return {"type": "plain_text", "text": cut(clean(text), most) or " ", "emoji": False}


def mrkdwn(text: str) -> Block:
    """A mrkdwn object of text that is escaped already; `verbatim` keeps Slack from linking names and addresses by itself."""
    return {"type": "mrkdwn", "text": text or " ", "verbatim": True}


def section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(text)}


def plain_section(text: str) -> Block:
    return {"type": "section", "text": plain(text, SECTION_MOST)}


def sentence_section(text: str) -> Block:
    """Outside text of which nothing is parsed; times that are written out in UTC are shown in each reader's zone."""
    parts = [part for part in timed(cut(text, SECTION_MOST)) if part]
    if not any(isinstance(part, datetime) for part in parts):
        return plain_section(text)
    return rich_text({"type": "rich_text_section", "elements": [words(part) if isinstance(part, str) else moment(part) for part in parts]})


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:CONTEXT_MOST]]}


def actions(elements: Sequence[Block], block_id: str = "actions") -> Block:
    """The id stays the same over updates: a click on a message that is being repainted must still find its button."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def rich_text(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def words(text: str, **style: bool) -> Block:
    """A text element of rich text: nothing in it is parsed. `style`: bold, italic, strike, code."""
    element: Block = {"type": "text", "text": clean(text) or " "}
    return element | {"style": style} if style else element


def person(person_id: str) -> Block:
    return {"type": "user", "user_id": person_id}


def moment(at: datetime) -> Block:
    """A date element of rich text; everybody sees it in their own zone."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": "{date_short_pretty} {time}",
        "fallback": f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
    }


def quotation(text: str) -> Block:
    """Outside text behind the bar of a quote, which nothing of ours ever uses: it cannot pass for ours."""
    return rich_text({"type": "rich_text_quote", "elements": [words(cut_lines(text, QUOTE_LINES, QUOTE_MOST))]})


def rows(lines: Iterable[Sequence[Block]]) -> Block:
    """A list, one line of elements each."""
    items = [{"type": "rich_text_section", "elements": list(line)} for line in lines]
    return rich_text({"type": "rich_text_list", "style": "bullet", "elements": items})


def sections(lines: Iterable[str]) -> Iterator[Block]:
    """Lines of mrkdwn in as few sections as hold them."""
    held = ""
    for line in lines:
        if held and len(held) + 1 + len(line) > SECTION_MOST:
            yield section(held)
            held = ""
        held = f"{held}\n{line}" if held else line
    if held:
        yield section(held)


def button(action_id: str, label: str, value: str, *, style: str = "", confirm: Block | None = None) -> Block:
    """`style` is "primary", "danger" or none."""
    made: Block = {"type": "button", "action_id": action_id, "text": plain(label, 75), "value": value}
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def menu(action_id: str, entries: Mapping[str, str]) -> Block:
    """Behind three dots: values by their labels. What is chosen comes as `selected_option`; Slack takes five."""
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": [{"text": plain(label, 75), "value": value} for label, value in entries.items()],
    }


def link_button(action_id: str, label: str, url: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain(label, 75), "url": url}


def confirmation(title: str, text: str, yes: str, *, style: str) -> Block:
    """The dialog before a click counts. It is the client's alone and proves nothing to us."""
    return {"title": plain(title, 100), "text": plain(text, 300), "confirm": plain(yes, 30), "deny": plain("Back", 30), "style": style}


def modal(callback_id: str, title: str, blocks: Sequence[Block], *, submit: str, metadata: str) -> Block:
    """Slack shows 24 letters of a title and of a button at most (Slack, "Views")."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "submit": plain(submit, 24),
        "close": plain("Back", 24),
        "private_metadata": metadata,
        "blocks": list(blocks),
    }


def text_input(
    block_id: str, label: str, *, hint: str = "", most: int, is_long: bool = False, optional: bool = False, initial: str = ""
) -> Block:
    """A field that has to be filled in, unless it is `optional`; `most` letters. The id of the block is that of its element, too.

    `initial` stands in it already.
    """
    least = {} if optional else {"min_length": 1}
    element: Block = {"type": "plain_text_input", "action_id": block_id, "multiline": is_long, **least, "max_length": most}
    made: Block = {"type": "input", "block_id": block_id, "label": plain(label, 2000), "element": element}
    if initial:
        element["initial_value"] = initial[:most]
    if optional:
        made["optional"] = True
    if hint:
        made["hint"] = plain(hint, 2000)
    return made
