from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.slack.blocks.surfaces import with_defaults
from bot.sandbox.slack.clicks import Place, action_document, find_place, keep_choice, places, state_values
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.messages import Message

Element = dict[str, Any]


def _option(value: str) -> Element:
    return {"text": {"type": "plain_text", "text": value.upper(), "emoji": True}, "value": value}


def _message(*elements: Element) -> Message:
    blocks = with_defaults([{"type": "actions", "block_id": "row", "elements": list(elements)}])
    return Message("C1", "1.000001", "U0RUNBELL", blocks=blocks)


def _places(message: Message) -> list[Place]:
    return list(places(message.blocks, message.shown_attachments))


CHOICES: list[tuple[Element, Element, str, Any]] = [
    ({"type": "static_select", "options": [_option("a")]}, {"selected_option": "a"}, "selected_option", _option("a")),
    (
        {"type": "static_select", "option_groups": [{"label": {}, "options": [_option("a")]}]},
        {"selected_option": {"value": "a"}},
        "selected_option",
        _option("a"),
    ),
    ({"type": "static_select", "options": [_option("a")]}, {}, "selected_option", None),
    ({"type": "checkboxes", "options": [_option("a"), _option("b")]}, {"selected_options": ["b"]}, "selected_options", [_option("b")]),
    ({"type": "external_select"}, {"selected_option": _option("z")}, "selected_option", _option("z")),
    ({"type": "users_select"}, {"selected_user": "U0ANA"}, "selected_user", "U0ANA"),
    ({"type": "datepicker"}, {"selected_date": "2026-11-24"}, "selected_date", "2026-11-24"),
]


@pytest.mark.parametrize("element, done, field, value", CHOICES)
def test_a_choice_is_told_and_kept(element: Element, done: Element, field: str, value: Any) -> None:
    message = _message({**element, "action_id": "x"})
    place = find_place(_places(message), "x")
    action = action_document(place, done)
    keep_choice(message.states.setdefault("U0ANA", {}), place, action)

    assert action[field] == value
    assert state_values(message.blocks, [], message.states["U0ANA"]) == {"row": {"x": {"type": element["type"], field: value}}}


@pytest.mark.parametrize(
    "element, state",
    [
        ({"type": "static_select", "options": [_option("a")], "initial_option": _option("a")}, {"selected_option": _option("a")}),
        ({"type": "checkboxes", "options": [_option("a")]}, {"selected_options": []}),
        ({"type": "datepicker", "initial_date": "2026-01-01"}, {"selected_date": "2026-01-01"}),
        ({"type": "plain_text_input", "initial_value": "words"}, {"value": "words"}),
    ],
)
def test_what_nobody_chose_is_told_as_it_began(element: Element, state: Element) -> None:
    message = _message({**element, "action_id": "x"}, {"type": "button", "action_id": "go", "text": {}})

    assert state_values(message.blocks, [], {}) == {"row": {"x": {"type": element["type"], **state}}}


def test_a_button_in_an_attachment_names_it() -> None:
    blocks = with_defaults([{"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": {}, "value": "7"}]}])
    message = Message("C1", "1.000001", "U0RUNBELL", attachments=[{"id": 1, "blocks": blocks}])
    place = find_place(_places(message), "go")

    assert (action_document(place, {})["value"], place.attachment_id) == ("7", 1)


def test_a_button_in_a_container_or_card_is_found_and_context_is_not() -> None:
    go = {"type": "button", "action_id": "go", "text": {}}
    container = {"type": "container", "child_blocks": [{"type": "section", "accessory": go}]}
    card = {"type": "carousel", "elements": [{"type": "card", "actions": [{**go, "action_id": "see"}]}]}
    context = {"type": "context", "elements": [{"type": "image", "action_id": "no"}]}
    message = Message("C1", "1.000001", "U0RUNBELL", blocks=with_defaults([container, card, context]))

    assert find_place(_places(message), "go").element["type"] == "button"
    assert find_place(_places(message), "see").element["type"] == "button"
    with pytest.raises(SlackError, match="no_such_element"):
        find_place(_places(message), "no")
