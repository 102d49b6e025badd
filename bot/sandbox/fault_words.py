"""Faults as they are said on a command line: a few words, or the JSON object that the control endpoints take."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.sandbox.faults import Faults

WORDS = re.compile(r"(?P<kind>[a-z_]+|[45]\d\d)(?::(?P<argument>\S+))?(?:\s+x(?P<times>\d{1,6}))?(?:\s+on\s+(?P<match>\S.*))?")
HELP = "such as 'lost x1 on POST */actions/apply', '429 on GET */runs', 'slow:2', or a JSON object"


def checked_fault(text: str) -> dict[str, Any]:
    """As `parse_fault`; ValueError also for what no server would take."""
    wanted = parse_fault(text)
    Faults().add(wanted)
    return wanted


def parse_fault(text: str) -> dict[str, Any]:
    """The mapping that `Faults.add` takes. ValueError where the words make none.

    `KIND[:ARGUMENT] [xTIMES] [on MATCH]`: a kind or a status of its own; the argument is the seconds of a slow answer or the
    status of a refusal; without a match everything of the Runs API is struck, and a match without a slash names a call of Slack.
    """
    if text.lstrip().startswith("{"):
        return _object(text)
    found = WORDS.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"a fault is said {HELP}")
    match = found["match"] or "*"
    wanted: dict[str, Any] = {"side": "terraform" if "/" in match or match == "*" else "slack", "match": match}
    if found["kind"].isdigit():
        wanted |= {"kind": "status", "status": int(found["kind"])}
    else:
        wanted["kind"] = found["kind"]
    if found["argument"] is not None:
        wanted |= _argument(found["kind"], found["argument"])
    if found["times"] is not None:
        wanted["times"] = int(found["times"])
    return wanted


def _object(text: str) -> dict[str, Any]:
    try:
        wanted = json.loads(text)
    except ValueError as error:
        raise ValueError(f"this fault is no JSON: {error}") from error
    if not isinstance(wanted, dict):
        raise ValueError(f"a fault is said {HELP}")  # noqa: TRY004 - as JSON it is a wrong value, not a wrong type
    return wanted


def _argument(kind: str, argument: str) -> dict[str, Any]:
    """What stands behind the colon: the status or the error of a refusal, else seconds."""
    if kind == "refused":
        return {"status": int(argument)} if argument.isdigit() else {"error": argument}
    try:
        return {"seconds": float(argument)}
    except ValueError:
        raise ValueError(f"{argument} is no number of seconds") from None
