"""What a modal or a home tab may be made of, before it is kept: Slack's limits on views, each with its JSON pointer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from bot.sandbox.slack.blocks.objects import plain_text
from bot.sandbox.slack.blocks.shapes import Check, Problem, Problems, anything, boolean, items, shape, string, word
from bot.sandbox.slack.blocks.surfaces import block_problems, interactive_elements
from bot.sandbox.slack.contents import refuse_problems
from bot.sandbox.slack.errors import SlackError

ViewKind = Literal["modal", "home"]
MOST_BYTES = 250_000
COMMON: dict[str, Check] = {"private_metadata": string(3000, 0), "callback_id": string(255, 0), "external_id": string(255, 0)}
MODAL = shape(
    {"type": word("modal"), "title": plain_text(24), "blocks": items(anything, 0, 100)},
    {
        **COMMON,
        "submit": plain_text(24),
        "close": plain_text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
HOME = shape({"type": word("home"), "blocks": items(anything, 0, 100)}, COMMON)


def view_problems(view: Any, kind: ViewKind, pointer: str = "/view") -> Problems:
    """Everything that Slack would refuse in a view; empty where it takes it."""
    problems: Problems = []
    (MODAL if kind == "modal" else HOME)(view, pointer, problems)
    if problems:
        return problems
    problems.extend(block_problems(view["blocks"], kind, f"{pointer}/blocks"))
    if not problems and kind == "modal" and "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        problems.append(Problem("missing required field: submit", pointer, ("required", "submit")))
    problems.extend(_second_focus(view["blocks"], pointer) if not problems else ())
    return problems


def _second_focus(blocks: list[Any], pointer: str) -> Iterator[Problem]:
    focused = [index for index, block in enumerate(blocks) for element in interactive_elements(block) if element.get("focus_on_load")]
    yield from (Problem("only one element may have focus_on_load", f"{pointer}/blocks/{index}") for index in focused[1:])


def refuse_view(view: Any, kind: ViewKind) -> None:
    """SlackError: invalid_arguments with the reasons, view_too_large above 250 kB."""
    refuse_problems(view_problems(view, kind), "invalid_arguments")
    if len(json.dumps(view).encode()) > MOST_BYTES:
        raise SlackError("view_too_large")
