from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.slack.blocks.layouts import Surface
from bot.sandbox.slack.blocks.surfaces import block_problems, text_length, with_defaults

Block = dict[str, Any]


def _plain(text: str = "x") -> Block:
    return {"type": "plain_text", "text": text}


def _mrkdwn(text: str = "x") -> Block:
    return {"type": "mrkdwn", "text": text}


def _button(**more: Any) -> Block:
    return {"type": "button", "text": _plain(), "action_id": "a", **more}


def _actions(*elements: Block, **more: Any) -> Block:
    return {"type": "actions", "elements": list(elements), **more}


def _select(**more: Any) -> Block:
    return {"type": "static_select", "action_id": "s", "options": [{"text": _plain(), "value": "1"}], **more}


def _confirm(**more: Any) -> Block:
    return {"title": _plain(), "text": _mrkdwn(), "confirm": _plain(), "deny": _plain(), **more}


def _input(element: Block) -> Block:
    return {"type": "input", "label": _plain(), "element": element}


def _rich(text: str) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}]}


CELL = {"type": "raw_text", "text": "x"}
GOOD: list[Block] = [
    {"type": "section", "text": _mrkdwn("x" * 3000)},
    {"type": "section", "fields": [_plain("x" * 2000)] * 10, "accessory": _button(), "expand": True},
    {"type": "section", "text": _mrkdwn(), "accessory": {"type": "image", "image_url": "https://a.example/x.png", "alt_text": "x"}},
    {"type": "header", "text": _plain("x" * 150), "level": 2},
    {"type": "context", "elements": [_mrkdwn(), {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x"}]},
    _actions(_button(value="x" * 2000, style="danger", url="https://a.example", confirm=_confirm(style="danger")), _select()),
    _actions({"type": "overflow", "action_id": "o", "options": [{"text": _plain(), "value": "1", "url": "https://a.example"}]}),
    {"type": "divider", "block_id": "b"},
    {"type": "image", "image_url": "https://a.example/x.png", "alt_text": "x", "title": _plain()},
    _rich("<!channel>"),
    {"type": "markdown", "text": "# x"},
    {"type": "table", "rows": [[CELL, CELL]], "column_settings": [{"align": "right"}, None]},
    {"type": "container", "title": _plain(), "child_blocks": [{"type": "divider"}], "width": "wide", "is_collapsible": True},
    {"type": "card", "title": _mrkdwn(), "actions": [_button()]},
    {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": _plain()}]},
    {"type": "task_card", "task_id": "t", "title": "Plan", "status": "complete"},
    _input({"type": "plain_text_input", "action_id": "p", "multiline": True}),
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: str(block["type"]))
def test_blocks_that_slack_takes(block: Block) -> None:
    assert block_problems([block], "message") == []


BAD: list[tuple[Block, str, str]] = [
    ({"type": "nonsense"}, "unsupported type: nonsense", "/blocks/0/type"),
    ({"text": _plain()}, "missing required field: type", "/blocks/0"),
    ({"type": "alert", "text": _plain()}, "unsupported type: alert", "/blocks/0/type"),
    ({"type": "section"}, "must define at least one of: text, fields", "/blocks/0"),
    ({"type": "section", "text": _mrkdwn("x" * 3001)}, "must be less than 3001 characters", "/blocks/0/text/text"),
    ({"type": "section", "text": _mrkdwn("")}, "must be more than 0 characters", "/blocks/0/text/text"),
    ({"type": "section", "text": "x"}, "must provide an object", "/blocks/0/text"),
    ({"type": "section", "text": {"type": "mrkdwn", "text": 1}}, "must provide a string", "/blocks/0/text/text"),
    ({"type": "section", "fields": [_plain()] * 11}, "no more than 10 items allowed", "/blocks/0/fields"),
    ({"type": "section", "fields": [_plain("x" * 2001)]}, "must be less than 2001 characters", "/blocks/0/fields/0/text"),
    ({"type": "header", "text": _plain("x" * 151)}, "must be less than 151 characters", "/blocks/0/text/text"),
    ({"type": "header", "text": _mrkdwn()}, "unsupported type: mrkdwn", "/blocks/0/text/type"),
    ({"type": "header", "text": _plain(), "level": 5}, "must be a whole number from 1 to 4", "/blocks/0/level"),
    ({"type": "context", "elements": []}, "no fewer than 1 items allowed", "/blocks/0/elements"),
    ({"type": "context", "elements": "x"}, "must provide an array", "/blocks/0/elements"),
    ({"type": "divider", "block_id": "x" * 256}, "must be less than 256 characters", "/blocks/0/block_id"),
    (_actions(*[_button(action_id=str(n)) for n in range(26)]), "no more than 25 items allowed", "/blocks/0/elements"),
    (_actions(_button(value="x" * 2001)), "must be less than 2001 characters", "/blocks/0/elements/0/value"),
    (_actions(_button(style="loud")), "must be one of: primary, danger", "/blocks/0/elements/0/style"),
    (_actions(_button(url="nowhere")), "invalid format", "/blocks/0/elements/0/url"),
    (_actions(_button(disabled=True)), "invalid additional property: disabled", "/blocks/0/elements/0"),
    (_actions({"type": "button"}), "missing required field: text", "/blocks/0/elements/0"),
    (_actions(_button(), _button()), "`action_id` a already exists", "/blocks/0/elements/1/action_id"),
    (_actions(_button(confirm=_confirm(title=_plain("x" * 101)))), "must be less than 101", "/blocks/0/elements/0/confirm/title/text"),
    (_actions(_button(confirm=_confirm(text=_mrkdwn("x" * 301)))), "must be less than 301", "/blocks/0/elements/0/confirm/text/text"),
    (_actions(_button(confirm=_confirm(deny=_plain("x" * 31)))), "must be less than 31", "/blocks/0/elements/0/confirm/deny/text"),
    (_actions({"type": "radio_buttons", "options": []}), "no fewer than 1 items allowed", "/blocks/0/elements/0/options"),
    (_actions({"type": "static_select"}), "must define at least one of: options, option_groups", "/blocks/0/elements/0"),
    (_actions(_select(focus_on_load="yes")), "must provide a boolean", "/blocks/0/elements/0/focus_on_load"),
    ({"type": "rich_text", "elements": [{"type": "paragraph", "elements": []}]}, "must be one of: rich_text_section", "/elements/0/type"),
    ({"type": "rich_text", "elements": ["x"]}, "must provide an object with elements", "/blocks/0/elements/0"),
    ({"type": "table", "rows": [[CELL]] * 101}, "no more than 100 items allowed", "/blocks/0/rows"),
    (_input({"type": "email_text_input", "action_id": "e"}), "unsupported type: email_text_input", "/blocks/0/element/type"),
]


@pytest.mark.parametrize("block, message, pointer", BAD)
def test_blocks_that_slack_refuses(block: Block, message: str, pointer: str) -> None:
    first = block_problems([block], "message")[0]

    assert first.message.startswith(message)
    assert first.pointer.endswith(pointer)


def test_blocks_are_refused_together() -> None:
    divider, table = {"type": "divider", "block_id": "d"}, {"type": "table", "rows": [[CELL]]}

    assert [str(each) for each in block_problems([{"type": "divider"}] * 51, "message")] == [
        "no more than 50 items allowed [json-pointer:/blocks]"
    ]
    assert block_problems([divider, divider], "message")[0].pointer == "/blocks/1/block_id"
    assert block_problems([table, table], "message")[0].message == "only one table allowed"
    assert block_problems("x", "message")[0].message == "must provide an array"
    assert block_problems(["x"], "message")[0].message == "must provide an object"


def _data_table(*widths: int, heading: Block | None = None) -> Block:
    rows = [[CELL] * width for width in widths]
    rows[0][0] = heading or CELL
    return {"type": "data_table", "caption": "x", "rows": rows}


def _container(*children: Block) -> Block:
    return {"type": "container", "title": _plain(), "child_blocks": list(children)}


CHART: Block = {"type": "data_visualization", "title": "x", "chart": {}}
LONG_CELL = {"type": "raw_text", "text": "x" * 6000}
TOGETHER: list[tuple[list[Block], str, str]] = [
    ([{"type": "table", "rows": [[CELL]]}, _data_table(1, 1)], "only one table allowed", "/blocks/1"),
    ([_container({"type": "table", "rows": [[CELL]]}), _data_table(1, 1)], "only one table allowed", "/blocks/1"),
    ([CHART, CHART, CHART], "only two charts allowed", "/blocks/2"),
    ([{"type": "markdown", "text": "x" * 7000}] * 2, "no more than 12000 characters of markdown", "/blocks"),
    ([{"type": "table", "rows": [[LONG_CELL, LONG_CELL]]}], "no more than 10000 characters in cells", "/blocks/0/rows"),
    ([_data_table(2, 1)], "must have 2 cells", "/blocks/0/rows/1"),
    ([_data_table(1, 1, heading=_rich("x"))], "headings must not be rich text", "/blocks/0/rows/0"),
]


@pytest.mark.parametrize("blocks, message, pointer", TOGETHER)
def test_what_each_block_may_be_but_not_all_of_them(blocks: list[Block], message: str, pointer: str) -> None:
    first = block_problems(blocks, "message")[0]

    assert first.message.startswith(message)
    assert first.pointer == pointer


@pytest.mark.parametrize(
    "surface, block, is_taken",
    [
        ("modal", {"type": "alert", "text": _plain(), "level": "warning"}, True),
        ("modal", _input({"type": "file_input", "action_id": "f"}), True),
        ("home", _input({"type": "file_input", "action_id": "f"}), False),
        ("home", _input({"type": "rich_text_input", "action_id": "r"}), True),
        ("modal", {"type": "table", "rows": [[CELL]]}, False),
        ("home", {"type": "card", "title": _mrkdwn()}, True),
        ("modal", {"type": "markdown", "text": "x"}, False),
    ],
)
def test_each_surface_takes_its_own_blocks(surface: Surface, block: Block, *, is_taken: bool) -> None:
    assert (block_problems([block], surface) == []) is is_taken


def test_what_is_kept_is_filled_in_and_the_senders_is_left_alone() -> None:
    sent = [{"type": "container", "title": _plain(), "child_blocks": [_actions({"type": "button", "text": _plain()})]}]
    kept = with_defaults(sent)
    button = kept[0]["child_blocks"][0]["elements"][0]

    assert button["action_id"]
    assert button["text"]["emoji"] is True
    assert kept[0]["child_blocks"][0]["block_id"]
    assert "block_id" not in sent[0]


def test_all_text_of_a_message_counts() -> None:
    assert text_length([{"type": "section", "fields": [_plain("ab"), _mrkdwn("c")]}, _rich("de"), _actions(_button())]) == 6
