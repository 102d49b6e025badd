"""Blocks: what each kind holds, and on which surface it may stand (docs: the Block Kit blocks and their surfaces)."""

from __future__ import annotations

from typing import Any, Literal

from bot.sandbox.slack.blocks.elements import BUTTON, CONTEXT_TEXT, IMAGE, IN_CONTEXT_ACTIONS, IN_MODALS, INPUTS, ON_MESSAGES, PLAIN_INPUT
from bot.sandbox.slack.blocks.objects import IDENTIFIER, LINK, SLACK_FILE, any_text, plain_text
from bot.sandbox.slack.blocks.shapes import Check, Problem, Problems, Table, anything, boolean, integer, items, shape, string, typed, word

Surface = Literal["message", "modal", "home"]
BLOCK = {"block_id": IDENTIFIER}
MODAL_ONLY_INPUTS = ("number_input", "email_text_input", "url_text_input", "file_input")


def _block(required: Table, optional: Table | None = None, **keywords: tuple[str, ...]) -> Check:
    return shape(required, {**BLOCK, **(optional or {})}, **keywords)


def _input_elements(surface: Surface) -> Table:
    allowed = {**INPUTS, "plain_text_input": PLAIN_INPUT}
    if surface == "modal":
        return {**allowed, **IN_MODALS}
    return {**allowed, "rich_text_input": IN_MODALS["rich_text_input"]} if surface == "home" else allowed


IMAGE_BLOCK = _block(
    {"alt_text": string(2000)},
    {"image_url": LINK, "slack_file": SLACK_FILE, "title": plain_text(2000)},
    one_of=("image_url", "slack_file"),
)
SECTION = _block(
    {},
    {
        "text": any_text(3000),
        "fields": items(any_text(2000), 1, 10),
        "accessory": typed({**ON_MESSAGES, "image": IMAGE}),
        "expand": boolean,
    },
    one_of=("text", "fields"),
)
RICH_PARTS = word("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")


def _rich_part(value: Any, pointer: str, problems: Problems) -> None:
    if not isinstance(value, dict) or not isinstance(value.get("elements"), list):
        problems.append(Problem("must provide an object with elements", pointer))
    else:
        RICH_PARTS(value.get("type"), f"{pointer}/type", problems)


RICH_TEXT = _block({"elements": items(_rich_part, 1, 1000)})
CELL = typed(
    {
        "raw_text": shape({"text": string(10_000, 0)}),
        "raw_number": shape({"value": anything}, {"text": string(10_000, 0)}),
        "rich_text": RICH_TEXT,
    }
)
EVERYWHERE: dict[str, Check] = {
    "section": SECTION,
    "header": _block({"text": plain_text(150)}, {"level": integer(1, 4)}),
    "context": _block({"elements": items(typed({**CONTEXT_TEXT, "image": IMAGE}), 1, 10)}),
    "actions": _block({"elements": items(typed(ON_MESSAGES), 1, 25)}),
    "divider": _block({}),
    "image": IMAGE_BLOCK,
    "rich_text": RICH_TEXT,
    "video": _block(
        {"alt_text": string(2000), "title": plain_text(199), "thumbnail_url": LINK, "video_url": LINK},
        {
            "author_name": string(49),
            "description": plain_text(199),
            "provider_icon_url": LINK,
            "provider_name": string(200),
            "title_url": LINK,
        },
    ),
}
CARD = _block(
    {},
    {
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "hero_image": IMAGE_BLOCK,
        "icon": IMAGE,
        "actions": items(BUTTON, 1, 2),
    },
    one_of=("hero_image", "title", "actions", "body"),
)
STATUS = word("pending", "in_progress", "complete", "error")
TASK = _block(
    {"task_id": IDENTIFIER, "title": string(255)},
    {"status": STATUS, "details": RICH_TEXT, "output": RICH_TEXT, "sources": items(anything, 1, 100)},
)


def _input(surface: Surface) -> Check:
    return _block(
        {"label": plain_text(2000), "element": typed(_input_elements(surface))},
        {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    )


CONTAINER_PARTS = {name: EVERYWHERE[name] for name in ("actions", "context", "divider", "header", "image", "rich_text", "section", "video")}
TABLE = _block({"rows": items(items(CELL, 1, 20), 1, 100)}, {"column_settings": items(anything, 0, 20)})
ON_MESSAGE: dict[str, Check] = {
    **EVERYWHERE,
    "input": _input("message"),
    "markdown": _block({"text": string(12_000)}),
    "table": TABLE,
    "data_table": _block({"caption": anything, "rows": items(items(CELL, 1, 20), 2, 101)}, {"page_size": integer(1, 100)}),
    "data_visualization": _block({"title": anything, "chart": anything}),
    "context_actions": _block({"elements": items(typed(IN_CONTEXT_ACTIONS), 1, 5)}),
    "task_card": TASK,
    "plan": _block({"title": string(255)}, {"tasks": items(TASK, 0, 50)}),
    "card": CARD,
    "carousel": _block({"elements": items(CARD, 1, 10)}),
    "container": _block(
        {"child_blocks": items(typed({**CONTAINER_PARTS, "input": _input("message"), "table": TABLE}), 1, 10)},
        {
            "title": plain_text(150),
            "rich_text_title": anything,
            "subtitle": plain_text(150),
            "width": word("narrow", "standard", "wide", "full"),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        one_of=("title", "rich_text_title"),
    ),
}
ALERT = _block({"text": any_text(3000)}, {"level": word("default", "info", "warning", "error", "success")})
LAYOUTS: dict[Surface, Check] = {
    "message": typed(ON_MESSAGE),
    "modal": typed({**EVERYWHERE, "input": _input("modal"), "alert": ALERT}),
    "home": typed({**EVERYWHERE, "input": _input("home"), "card": CARD, "carousel": ON_MESSAGE["carousel"]}),
}
