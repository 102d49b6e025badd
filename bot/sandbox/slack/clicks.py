"""What a person does to an element: finding it on a message, and the action and state that Slack tells the app."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.blocks.surfaces import interactive_elements
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.messages import Message

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
    **dict.fromkeys(ONE_OPTION, "selected_option"),
    **dict.fromkeys(MANY_OPTIONS, "selected_options"),
}
SHOWN = ("text", "value", "url", "style", "confirm", "accessibility_label")
STATELESS = ("button", "overflow", "icon_button", "feedback_buttons", "workflow_button")


@dataclass(frozen=True)
class Place:
    """An element and where it is: its block, and the id of the attachment around it if there is one."""

    element: Document
    block_id: str
    attachment_id: int | None = None


def places(message: Message) -> Iterator[Place]:
    """Every element of a message that a person can use."""
    yield from _places_in(message.blocks, None)
    for attachment in message.attachments:
        yield from _places_in(attachment.get("blocks", []), attachment["id"])


def find_place(message: Message, action_id: str, block_id: str = "") -> Place:
    """The first element with this action_id, in this block where one is named. SlackError: no_such_element."""
    for place in places(message):
        if place.element.get("action_id") == action_id and block_id in ("", place.block_id):
            return place
    raise SlackError("no_such_element")


def action_document(place: Place, done: Mapping[str, Any]) -> Document:
    """The entry in `actions` for a click or choice; `done` has the field of what was chosen. SlackError: no_such_option."""
    element = place.element
    action: Document = {"type": element["type"], "action_id": element["action_id"], "block_id": place.block_id}
    field = FIELDS.get(element["type"])
    if field is None:
        action |= {name: element[name] for name in SHOWN if name in element}
    else:
        action[field] = chosen_value(element, done.get(field))
        action |= {name: element[name] for name in ("placeholder", "confirm") if name in element}
    if place.attachment_id is not None:
        action["attachment_id"] = place.attachment_id
    return action | {"action_ts": f"{time.time():.6f}"}


def chosen_value(element: Mapping[str, Any], chosen: Any) -> Any:
    """What an element holds after a choice; options may be named by their value alone."""
    if element["type"] in MANY_OPTIONS:
        return [_option(element, each) for each in chosen or []]
    if element["type"] in ONE_OPTION:
        return None if chosen is None else _option(element, chosen)
    return chosen


def state_values(message: Message, user: str) -> Document:
    """`state.values` of a message for one person: every element that keeps something, chosen or initial."""
    values: Document = {}
    for place in places(message):
        kind = place.element["type"]
        if kind in STATELESS or kind not in FIELDS:
            continue
        kept = message.states.get(user, {}).get(place.block_id, {}).get(place.element["action_id"])
        values.setdefault(place.block_id, {})[place.element["action_id"]] = kept or initial_state(place.element)
    return values


def keep_choice(message: Message, user: str, place: Place, action: Mapping[str, Any]) -> None:
    """Remember what a person chose, which the next payload's state tells."""
    kind = place.element["type"]
    if kind in STATELESS or kind not in FIELDS:
        return
    state = {"type": kind, FIELDS[kind]: action[FIELDS[kind]]}
    message.states.setdefault(user, {}).setdefault(place.block_id, {})[place.element["action_id"]] = state


def initial_state(element: Mapping[str, Any]) -> Document:
    field = FIELDS[element["type"]]
    name = "initial_value" if field in ("value", "rich_text_value") else field.replace("selected", "initial")
    empty: list[Any] | None = [] if field.endswith("s") and field.startswith("selected") else None
    return {"type": element["type"], field: element.get(name, empty)}


def _places_in(blocks: list[Any], attachment_id: int | None) -> Iterator[Place]:
    for block in blocks:
        yield from _places_in(block.get("child_blocks", []), attachment_id)
        if block["type"] in ("context", "rich_text"):
            continue
        for element in interactive_elements(block):
            if element.get("action_id"):
                yield Place(element, block["block_id"], attachment_id)


def _option(element: Mapping[str, Any], chosen: Any) -> Any:
    value = chosen.get("value") if isinstance(chosen, Mapping) else chosen
    groups = element.get("option_groups", [])
    options = [*element.get("options", []), *(option for group in groups for option in group["options"])]
    for option in options:
        if option.get("value") == value:
            return option
    if element["type"].endswith("external_select") and isinstance(chosen, Mapping):
        return chosen
    raise SlackError("no_such_option")
