"""Whole sets of blocks: what a message, a modal or a home tab takes together, and what Slack fills in when it keeps them."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.blocks.layouts import LAYOUTS, Surface
from bot.sandbox.slack.blocks.shapes import Problem, Problems, items

MOST_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MOST_TEXT = 13_000
MOST_MARKDOWN = 12_000
MOST_IN_CELLS = 10_000
MOST_CHARTS = 2
TABLES = ("table", "data_table")


def block_problems(blocks: Any, surface: Surface, pointer: str = "/blocks") -> Problems:
    """Everything that Slack would refuse in these blocks, in order; empty where it takes them."""
    problems: Problems = []
    items(LAYOUTS[surface], 0, MOST_BLOCKS[surface])(blocks, pointer, problems)
    if problems:
        return problems
    problems.extend(_repeated_block_ids(blocks, pointer))
    problems.extend(_repeated_action_ids(blocks, pointer))
    problems.extend(_together(blocks, pointer))
    return problems


def _together(blocks: list[Any], pointer: str) -> Iterator[Problem]:
    """What each block may hold but all of them may not: a second table, a third chart, too much Markdown, too much in the cells."""
    found = list(_all_blocks(blocks, pointer))
    tables = [(block, at) for block, at in found if block["type"] in TABLES]
    yield from (Problem("only one table allowed", at, ("max_tables", 1)) for _block, at in tables[1:])
    charts = [at for block, at in found if block["type"] == "data_visualization"]
    yield from (Problem("only two charts allowed", at, ("max_charts", MOST_CHARTS)) for at in charts[MOST_CHARTS:])
    if sum(len(block["text"]) for block, _at in found if block["type"] == "markdown") > MOST_MARKDOWN:
        yield Problem(f"no more than {MOST_MARKDOWN} characters of markdown allowed", pointer, ("max_length", MOST_MARKDOWN))
    for block, at in tables:
        if text_length([block]) > MOST_IN_CELLS:
            yield Problem(f"no more than {MOST_IN_CELLS} characters in cells allowed", f"{at}/rows", ("max_length", MOST_IN_CELLS))
        if block["type"] == "data_table":
            yield from _uneven(block, at)


def _uneven(block: dict[str, Any], pointer: str) -> Iterator[Problem]:
    """A data_table's rows are all as wide as its first, which holds the headings and no rich text."""
    width = len(block["rows"][0])
    for number, row in enumerate(block["rows"]):
        if len(row) != width:
            yield Problem(f"must have {width} cells", f"{pointer}/rows/{number}", ("width", width))
    if any(cell["type"] == "rich_text" for cell in block["rows"][0]):
        yield Problem("headings must not be rich text", f"{pointer}/rows/0", ("enum", ["raw_text", "raw_number"]))


def _all_blocks(blocks: list[Any], pointer: str) -> Iterator[tuple[dict[str, Any], str]]:
    for index, block in enumerate(blocks):
        yield block, f"{pointer}/{index}"
        yield from _all_blocks(block.get("child_blocks", []), f"{pointer}/{index}/child_blocks")


def text_length(blocks: list[Any]) -> int:
    """Letters in all text of the blocks; Slack refuses messages above about 13,000 with msg_blocks_too_long."""
    return sum(len(text) for block in blocks for text in _texts(block))


def interactive_elements(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The elements of a block that a person can use, those of a container's blocks and of cards too."""
    for key in ("elements", "actions"):
        for element in block.get(key, []) if isinstance(block.get(key), list) else []:
            if isinstance(element, dict):
                yield from [element] if block["type"] != "carousel" else interactive_elements(element)
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield block[key]


def with_defaults(blocks: list[Any]) -> list[Any]:
    """The blocks as Slack keeps them: every block has a block_id, every element an action_id, every text its default flags."""
    kept = copy.deepcopy(blocks)
    for block in kept:
        _fill_in(block)
    return kept


def _fill_in(block: dict[str, Any]) -> None:
    block["block_id"] = block.get("block_id") or _new_id()
    for child in block.get("child_blocks", []):
        _fill_in(child)
    for element in interactive_elements(block):
        if block["type"] not in ("context", "rich_text") and element.get("type") != "image":
            element["action_id"] = element.get("action_id") or _new_id()
    if block["type"] != "rich_text":
        _fill_in_texts(block)


def _new_id() -> str:
    return secrets.token_urlsafe(4)[:5]


def _fill_in_texts(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _fill_in_texts(item)
    elif isinstance(node, dict):
        if node.get("type") == "plain_text":
            node.setdefault("emoji", True)
        elif node.get("type") == "mrkdwn":
            node.setdefault("verbatim", False)
        for value in node.values():
            _fill_in_texts(value)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)


def _repeated_block_ids(blocks: list[Any], pointer: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id in seen:
            yield Problem(f"`block_id` {block_id} already exists", f"{pointer}/{index}/block_id")
        if block_id:
            seen.add(block_id)


def _repeated_action_ids(blocks: list[Any], pointer: str) -> Iterator[Problem]:
    for index, block in enumerate(blocks):
        seen: set[str] = set()
        for number, element in enumerate(interactive_elements(block)):
            action_id = element.get("action_id")
            if action_id in seen:
                yield Problem(f"`action_id` {action_id} already exists", f"{pointer}/{index}/elements/{number}/action_id")
            if action_id:
                seen.add(action_id)
