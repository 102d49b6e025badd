"""blocks.validate: whether Slack would take blocks, a message or a view, without posting it; it asks for no token."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.slack.blocks.shapes import Problem, Problems
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.sandbox.slack.errors import Document, SlackError, refused_arguments
from bot.sandbox.slack.view_shapes import ViewKind, view_problems
from bot.sandbox.slack.web_api.calls import Call, Method, Methods

NAMES = ("blocks", "message", "view")


async def validate(call: Call) -> Document:
    """Exactly one of `blocks`, `message` and `view`, each JSON. SlackError: invalid_arguments, invalid_blocks, invalid_message,
    invalid_view with `errors`: code, message, JSON pointer and the constraint that failed.
    """
    given = [name for name in NAMES if call.arguments.get(name) not in (None, "")]
    if len(given) != 1:
        raise refused_arguments("invalid_arguments", f"must provide exactly one of: {', '.join(NAMES)}")
    name = given[0]
    problems = _problems(name, call.structure(name, f"invalid_{name}"))
    if problems:
        raise SlackError(f"invalid_{name}", errors=[_document(problem) for problem in problems])
    return {}


def _problems(name: str, value: Any) -> Problems:
    if name == "blocks":
        return block_problems(value, "message", "")
    if not isinstance(value, dict):
        return [Problem("must provide an object", "", ("type", "object"))]
    if name == "message":
        return block_problems(value.get("blocks", []), "message")
    kind: ViewKind = "home" if value.get("type") == "home" else "modal"
    return view_problems(value, kind, "")


def _document(problem: Problem) -> Document:
    document: Document = {"code": "failed_constraint", "message": problem.message, "pointer": problem.pointer}
    if problem.constraint is not None:
        kind, expected = problem.constraint
        document["constraint"] = {"type": kind, "expected": json.loads(json.dumps(expected))}
    return document


METHODS: Methods = {"blocks.validate": Method(validate, token_kinds=("none",))}
