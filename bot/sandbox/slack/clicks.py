"""What a person does to an element: finding it on a surface, and the action and state that Slack tells the app."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.blocks.surfaces import interactive_elements
from bot.sandbox.slack.errors import Document, SlackError

ONE_OPTION = ("static_select", "external_select", "radio_buttons", "overflow")
MANY_OPTIONS = ("multi_static_select", "multi_external_select", "checkboxes")
FIELDS = {
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
    **dict.fromkeys(ONE_OPTION, "selected_option"),
    **dict.fromkeys(MANY_OPTIONS, "selected_options"),
}
SHOWN = ("text", "value", "url", "style", "confirm", "accessibility_label")
CURRENT = ("conversations_select", "multi_conversations_select")
STATELESS = ("button", "overflow", "icon_button", "feedback_buttons", "workflow_button")


Kept = dict[str, dict[str, Document]]


@dataclass(frozen=True)
class Place:
    """An element and where it is: its block, and the id of the attachment around it if there is one."""

    element: Document
    block: Document
    attachment_id: int | None = None
    is_unfurl: bool = False

    @property
    def kind(self) -> str:
        return str(self.element["type"])

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])

    @property
    def keeps_state(self) -> bool:
        return self.kind in FIELDS and self.kind not in STATELESS

    @property
    def tells_at_once(self) -> bool:
        """Whether the app hears of a change: always but of inputs, which must ask for it (`dispatch_action`)."""
        return self.block["type"] != "input" or self.block.get("dispatch_action") is True


def places(blocks: Iterable[Any], attachments: Iterable[Any] = ()) -> Iterator[Place]:
    """Every element of a surface that a person can use."""
    yield from _places_in(blocks, None, is_unfurl=False)
    for attachment in attachments:
        yield from _places_in(attachment.get("blocks", []), attachment["id"], is_unfurl=attachment.get("is_app_unfurl", False))


def find_place(among: Iterable[Place], action_id: str, block_id: str = "") -> Place:
    """The first element with this action_id, in this block where one is named. SlackError: no_such_element."""
    for place in among:
        if place.action_id == action_id and block_id in ("", place.block_id):
            return place
    raise SlackError("no_such_element")


def action_document(place: Place, done: Mapping[str, Any], offered: Iterable[Document] = ()) -> Document:
    """The entry in `actions` for a click or choice; `done` has the field of what was chosen, or `value`; `offered` are the options that
    the app last suggested for it. SlackError: no_such_option.
    """
    element = place.element
    action: Document = {"type": place.kind, "action_id": place.action_id, "block_id": place.block_id}
    field = FIELDS.get(place.kind)
    if field is None:
        action |= {name: element[name] for name in SHOWN if name in element}
        action |= _feedback(element, done) if place.kind == "feedback_buttons" else {}
    else:
        action[field] = chosen_value(element, done.get(field, done.get("value")), offered)
        action |= {name: element[name] for name in ("placeholder", "confirm") if name in element}
    return action | {"action_ts": f"{time.time():.6f}"}


def chosen_value(element: Mapping[str, Any], chosen: Any, offered: Iterable[Document] = ()) -> Any:
    """What an element holds after a choice; options may be named by their value alone."""
    if element["type"] in MANY_OPTIONS:
        return [_option(element, each, offered) for each in chosen or []]
    if element["type"] in ONE_OPTION:
        return None if chosen is None else _option(element, chosen, offered)
    if element["type"] == "rich_text_input" and isinstance(chosen, str):
        return rich_text(chosen)
    return chosen


def rich_text(text: str) -> Document:
    """Plain words as the rich_text block that a rich_text_input gives."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}]}


def state_values(blocks: Iterable[Any], attachments: Iterable[Any], kept: Kept, channel: str = "") -> Document:
    """`state.values` of a surface: every element that keeps something, chosen or initial. `channel` is the current conversation."""
    values: Document = {}
    for place in places(blocks, attachments):
        if place.keeps_state:
            chosen = kept.get(place.block_id, {}).get(place.action_id)
            values.setdefault(place.block_id, {})[place.action_id] = chosen or initial_state(place.element, channel)
    return values


def keep_choice(kept: Kept, place: Place, action: Mapping[str, Any]) -> None:
    """Remember what a person chose, which the next payload's state tells."""
    if place.keeps_state:
        field = FIELDS[place.kind]
        kept.setdefault(place.block_id, {})[place.action_id] = {"type": place.kind, field: action[field]}


def kept_still(kept: Kept, blocks: Iterable[Any]) -> Kept:
    """What stays filled in after an update: elements of the same kind with the same block_id and action_id."""
    still: Kept = {}
    for place in places(blocks):
        state = kept.get(place.block_id, {}).get(place.action_id)
        if state is not None and state["type"] == place.kind:
            still.setdefault(place.block_id, {})[place.action_id] = state
    return still


def initial_state(element: Mapping[str, Any], channel: str = "") -> Document:
    kind, field = element["type"], FIELDS[element["type"]]
    name = "initial_value" if field in ("value", "rich_text_value") else field.replace("selected", "initial")
    is_many = field == "files" or (field.endswith("s") and field.startswith("selected"))
    found = element.get(name, [] if is_many else None)
    if kind in CURRENT and not found and channel and element.get("default_to_current_conversation"):
        found = [channel] if is_many else channel
    return {"type": kind, field: found}


def _places_in(blocks: Iterable[Any], attachment_id: int | None, *, is_unfurl: bool) -> Iterator[Place]:
    for block in blocks:
        yield from _places_in(block.get("child_blocks", []), attachment_id, is_unfurl=is_unfurl)
        if block["type"] in ("context", "rich_text"):
            continue
        for element in interactive_elements(block):
            if element.get("action_id"):
                yield Place(element, block, attachment_id, is_unfurl)


def _feedback(element: Mapping[str, Any], done: Mapping[str, Any]) -> Document:
    button = element["negative_button" if done.get("value") == element["negative_button"]["value"] else "positive_button"]
    return {"text": button["text"], "value": button["value"]}


def _option(element: Mapping[str, Any], chosen: Any, offered: Iterable[Document]) -> Any:
    value = chosen.get("value") if isinstance(chosen, Mapping) else chosen
    groups = element.get("option_groups", [])
    options = [*element.get("options", []), *(option for group in groups for option in group["options"]), *offered]
    for option in options:
        if option.get("value") == value:
            return option
    if element["type"].endswith("external_select") and isinstance(chosen, Mapping):
        return chosen
    raise SlackError("no_such_option")
