"""Fields of forms as plain dicts, and what was filled into them. A field is found by its action id: that of its block may change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.slack.blocks import Block, plain

VALUE_MOST = 150
LABEL_MOST = 75


def option(label: str, value: str, description: str = "") -> Block:
    """A choice; Slack takes 75 letters of a label and of a description, and 150 of a value."""
    made: Block = {"text": plain(label, LABEL_MOST), "value": value}
    return made | ({"description": plain(description, LABEL_MOST)} if description else {})


def field(label: str, element: Block, *, block_id: str = "", hint: str = "", optional: bool = False, tells: bool = False) -> Block:
    """A field of a form; the id of its block is that of its element where none is given. `tells`: we hear of each change of it at once."""
    made: Block = {
        "type": "input",
        "block_id": block_id or element["action_id"],
        "label": plain(label, 2000),
        "element": element,
        "optional": optional,
    }
    if tells:
        made["dispatch_action"] = True
    return made | ({"hint": plain(hint, 2000)} if hint else {})


def words(action_id: str, *, most: int, initial: str = "", placeholder: str = "", is_long: bool = False) -> Block:
    made: Block = {"type": "plain_text_input", "action_id": action_id, "multiline": is_long, "max_length": most}
    if initial:
        made["initial_value"] = initial
    return made | ({"placeholder": plain(placeholder, VALUE_MOST)} if placeholder else {})


def choice(action_id: str, options: Sequence[Block], initial: str) -> Block:
    """One of few, of which one is chosen already."""
    chosen = next(one for one in options if one["value"] == initial)
    return {"type": "static_select", "action_id": action_id, "options": [*options], "initial_option": chosen}


def checkboxes(action_id: str, options: Sequence[Block], initial: frozenset[str] = frozenset()) -> Block:
    made: Block = {"type": "checkboxes", "action_id": action_id, "options": [*options]}
    chosen = [one for one in options if one["value"] in initial]
    return made | ({"initial_options": chosen} if chosen else {})


def looked_up(action_id: str, placeholder: str, initial: Block | None = None) -> Block:
    """A choice among what we find while somebody types, and before."""
    made: Block = {"type": "external_select", "action_id": action_id, "placeholder": plain(placeholder, VALUE_MOST), "min_query_length": 0}
    return made | ({"initial_option": initial} if initial is not None else {})


def channel(action_id: str, initial: str = "") -> Block:
    """A channel that people are in; where none is given, the one that the person looks at."""
    made: Block = {
        "type": "conversations_select",
        "action_id": action_id,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return made | ({"initial_conversation": initial} if initial else {"default_to_current_conversation": True})


def value(view: Mapping[str, Any], action_id: str) -> str:
    """What was written into a field, or chosen in it, without blanks at its ends; "" where there is no such field, or nothing in it."""
    state = state_of(view, action_id)
    chosen = state.get("selected_option")
    said = chosen.get("value") if isinstance(chosen, Mapping) else state.get("selected_conversation") or state.get("value")
    return said.strip() if isinstance(said, str) else ""


def values(view: Mapping[str, Any], action_id: str) -> frozenset[str]:
    """What was ticked."""
    chosen = state_of(view, action_id).get("selected_options")
    ticked = [one.get("value") for one in chosen if isinstance(one, Mapping)] if isinstance(chosen, list) else []
    return frozenset(one for one in ticked if isinstance(one, str))


def lines(view: Mapping[str, Any], action_id: str) -> tuple[str, ...]:
    """What was written into a field, a line each, without empty ones."""
    return tuple(line for written in value(view, action_id).splitlines() if (line := written.strip()))


def state_of(view: Mapping[str, Any], action_id: str) -> Mapping[str, Any]:
    state = view.get("state")
    blocks = state.get("values") if isinstance(state, Mapping) else None
    found = [rows.get(action_id) for rows in blocks.values() if isinstance(rows, Mapping)] if isinstance(blocks, Mapping) else []
    return next((one for one in found if isinstance(one, Mapping)), {})


def block_of(view: Mapping[str, Any], action_id: str) -> str:
    """The id of the block that a field of a form is in, "" where it has no such field: that is where Slack shows what is wrong."""
    return next((str(block.get("block_id", "")) for block in input_blocks(view) if block["element"].get("action_id") == action_id), "")


def input_blocks(view: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    blocks = view.get("blocks")
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Mapping) and block.get("type") == "input" and isinstance(block.get("element"), Mapping):
            yield block
