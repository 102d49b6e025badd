"""The modal in which somebody reviews a plan: what is worst first, a page at a time, searched by address. It carries an address alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.core.plans import PlanFacts
from bot.core.reviews import QUERY_MOST, Entry, Page, Part, Review, notes
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.slack import ids
from bot.slack.blocks import Block, Said, actions, button, context, link_button, modal, plain, rich_text, section, words
from bot.slack.cards.counts import counts
from bot.slack.text import clean, code, cut, escape, is_web_address, one_line
from bot.slack.views import field

ADDRESS_MOST = 240
NOTE_MOST = 160
LETTERS_MOST = 12_500
"""Of all text in the view: Slack refuses somewhere above 13,000."""

SHOWN: Mapping[Part, tuple[str, str]] = MappingProxyType(
    {
        Part.DESTROY: ("🗑️", "Destroy"),
        Part.REPLACE: ("♻️", "Replace"),
        Part.UNKNOWN: ("❔", "Unknown change"),
        Part.UPDATE: ("✏️", "Update"),
        Part.CREATE: ("🆕", "Create"),
        Part.IMPORT: ("📥", "Import"),
        Part.MOVE: ("🔀", "Move"),
        Part.FORGET: ("📤", "Forget"),
        Part.INVOKE: ("⚙️", "Invoke"),
        Part.READ: ("🔍", "Read"),
        Part.OUTPUT: ("🏷️", "Output"),
        Part.DRIFT: ("🌊", "Drift"),
    }
)
MEANING = MappingProxyType(
    {
        Part.REPLACE: "destroyed and created anew",
        Part.UNKNOWN: "a kind of change that I do not know",
        Part.DRIFT: "changed outside of Terraform",
        Part.FORGET: "no longer managed, and left as it is",
    }
)


def reading(run_id: str) -> Block:
    """At once, while the plan is read: a click may open a modal for three seconds."""
    return view(run_id, [section("🔄 Reading the plan…")])


def trouble(run_id: str, said: Said) -> Block:
    """What went wrong, in place of the plan."""
    return view(run_id, said.get("blocks") or [section(said["text"])])


def unread(run: Run, workspace: Workspace, plan: PlanFacts, why: str, url: str) -> Block:
    """The counts alone, and why there is no more."""
    blocks = [
        section(f"{head(run, workspace)}\n*{escape(counts(plan))}*"),
        section(f"These counts are all that I can show. {escape(why)}"),
    ]
    if is_web_address(url):
        blocks.append(actions([link_button(ids.OPEN, "Open in Terraform", url)]))
    return view(run.id, blocks)


def review(run: Run, workspace: Workspace, plan: PlanFacts, found: Review, page: Page) -> Block:
    lines = [head(run, workspace), f"*{tallied(found)}*", *(f"⚠️ {warning}" for warning in warnings(run, plan, found))]
    address = ids.ReviewAddress(run.id, page.number, page.query)
    above = [section("\n".join(lines)), *([search(), jumps(found, page)] if found.pieces else [])]
    below = [context(place_in(page, len(found.pieces))), *turning(page)]
    room = LETTERS_MOST - letters([*above, *below])
    return view(run.id, [*above, *shown(page, room), *below], address)


def view(run_id: str, blocks: Sequence[Block], address: ids.ReviewAddress | None = None) -> Block:
    metadata = ids.encode_review(address or ids.ReviewAddress(run_id))
    made = modal(ids.REVIEW_VIEW, "Plan", blocks, submit="Done", metadata=metadata)
    return made | {"close": plain("Close", 24)}


def head(run: Run, workspace: Workspace) -> str:
    return f"{code(workspace.full_name, 160)} · {code(run.id)}"


def tallied(found: Review) -> str:
    """`2 to destroy, 1 to replace …`, in the order of the pages."""
    there = found.counts
    said = [f"{SHOWN[part][0]} {there[part]:,} {told(part, there[part])}" for part in Part if there.get(part)]
    return " · ".join(said) or "No changes"


def told(part: Part, number: int) -> str:
    """Of a number of them: what is to be done, or what they are."""
    match part:
        case Part.OUTPUT:
            return "output" if number == 1 else "outputs"
        case Part.DRIFT:
            return "drifted"
        case Part.UNKNOWN:
            return "of an unknown kind"
        case _:
            return f"to {SHOWN[part][1].lower()}"


def warnings(run: Run, plan: PlanFacts, found: Review) -> Iterator[str]:
    if run.is_destroy:
        yield "*Destroy run*: it removes everything that the workspace manages"
    if found.has_errors:
        yield "The plan failed half way; this is what it found before"
    if found.is_partial:
        yield "The plan is partial: another one has to follow it"
    if found.disagrees(plan):
        yield f"The server counts more than is shown here: {escape(counts(plan))}"


def search() -> Block:
    """Enter searches, and so does the button below: phones have no Enter."""
    element = {
        "type": "plain_text_input",
        "action_id": ids.REVIEW_QUERY,
        "max_length": QUERY_MOST,
        "placeholder": plain("Words of an address, such as db_instance", 150),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    label = plain("Find by address", 2000)
    return {"type": "input", "block_id": ids.REVIEW_QUERY, "label": label, "element": element, "optional": True, "dispatch_action": True}


def jumps(found: Review, page: Page) -> Block:
    elements = [button(ids.REVIEW_SEARCH, "Search", ids.REVIEW_SEARCH)]
    if page.query:
        elements.append(button(ids.REVIEW_ALL, "Show all", ids.REVIEW_ALL))
    there = [part for part in Part if found.counts.get(part)]
    if len(there) > 1:
        options = [{"text": plain(f"{SHOWN[part][1]} ({found.counts[part]:,})", 75), "value": part.value} for part in there]
        elements.append({"type": "static_select", "action_id": ids.REVIEW_JUMP, "placeholder": plain("Go to", 150), "options": options})
    return actions(elements, "review.jumps")


def shown(page: Page, room: int) -> Iterator[Block]:
    """The entries, below the module that they are in where that is another; what there is no room for is said."""
    before = ""
    left = list(page.entries)
    for place, entry in enumerate(page.entries):
        block = entry_block(entry, is_alone=page.is_alone)
        above = [context(f"In {code(entry.piece.module, 150)}")] if entry.piece.module not in {"", before} else []
        room -= letters([*above, block])
        if room < 0 and place:
            yield context(f"{len(left)} more on this page have too much in them to be shown here: search for their addresses.")
            return
        yield from (*above, block)
        before = entry.piece.module
        left.pop()
    if not page.entries:
        yield section("🔎 Nothing has such an address." if page.query else "Nothing changes.")


def entry_block(entry: Entry, *, is_alone: bool) -> Block:
    piece = entry.piece
    emoji, word = SHOWN[piece.part]
    meaning = MEANING.get(piece.part, "")
    said = "; ".join(filter(None, [meaning, *notes(piece)]))
    title = [words(f"{emoji} {word} ", bold=True), words(cut(one_line(piece.address), ADDRESS_MOST), code=True)]
    if said:
        title.append(words(f"  {cut(one_line(said), NOTE_MOST)}", italic=True))
    elements: list[Block] = [{"type": "rich_text_section", "elements": title}]
    if entry.lines:
        elements.append({"type": "rich_text_preformatted", "elements": [words(clean("\n".join(entry.lines)))]})
    if entry.more and not is_alone:
        more = f"… and {entry.more:,} more lines: search for the whole address to see all."
        elements.append({"type": "rich_text_section", "elements": [words(more, italic=True)]})
    return rich_text(*elements)


def place_in(page: Page, total: int) -> str:
    where = f"Page {page.number + 1:,} of {page.pages:,}"
    if page.query:
        return f"{where} · {page.found:,} of {total:,} for {code(page.query, QUERY_MOST)}"
    return f"{where} · {total:,} in all"


def turning(page: Page) -> list[Block]:
    elements = []
    if page.number > 0:
        elements.append(button(ids.REVIEW_BACK, "Previous", ids.REVIEW_BACK))
    if page.number + 1 < page.pages:
        elements.append(button(ids.REVIEW_ON, "Next", ids.REVIEW_ON))
    return [actions(elements, "review.turning")] if elements else []


def letters(value: Any) -> int:
    """Of all text in blocks."""
    if isinstance(value, list):
        return sum(map(letters, value))
    if not isinstance(value, dict):
        return 0
    own = value.get("text")
    return (len(own) if isinstance(own, str) else 0) + sum(letters(inner) for inner in value.values())


def asked(view_shown: Mapping[str, Any]) -> str:
    """What stands in the search's field."""
    return " ".join(field(view_shown, ids.REVIEW_QUERY).split())[:QUERY_MOST]
