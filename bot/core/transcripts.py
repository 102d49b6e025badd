"""A log as a person can read it: no colours and no controls, and JSON lines turned into the words that they stand for.

Facts: "Machine-readable UI" of Terraform for the lines (`@message`, `type`, `diagnostic`), ECMA-48 for the escapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.core.masking import safe_tree
from bot.core.secret_names import is_secret_name

ESCAPES = re.compile(r"\x1b\[[0-?]*+[ -/]*+[@-~]?|\x1b[\]PX^_][^\x07\x1b]*+(?:\x07|\x1b\\)?|\x1b[ -/]*+[0-~]?|\x9b[0-?]*+[ -/]*+[@-~]?")
UNSEEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160), 65279)) | dict.fromkeys(
    (0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A)), None
)
"""Controls but the tab, and what turns the direction of reading or cannot be seen."""
LINES = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}


def plain(line: str) -> str:
    """One line without its newline, as a terminal would show it at last: what comes after a carriage return is written over the rest."""
    shown = ESCAPES.sub("", line).rstrip("\r")
    return shown.rpartition("\r")[2].translate(UNSEEN)


def readable(lines: Iterable[str]) -> Iterator[str]:
    """Lines without newlines in, lines out."""
    for line in lines:
        shown = plain(line)
        document = document_in(shown)
        if document is None:
            yield shown
        else:
            yield from map(plain, spoken(document))


def document_in(line: str) -> Mapping[str, Any] | None:
    """The object of a line of the machine-readable kind; None for words."""
    if not line.startswith("{") or '"@' not in line:
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("@message"), str) else None


def spoken(document: Mapping[str, Any]) -> list[str]:
    match document.get("type"):
        case "diagnostic" if isinstance(document.get("diagnostic"), dict):
            return diagnosed(document["diagnostic"])
        case "outputs" if isinstance(document.get("outputs"), dict):
            return [document["@message"], *(f"  {name} = {output_value(each, name)}" for name, each in document["outputs"].items())]
        case _:
            return str(document["@message"]).split("\n")


def output_value(output: object, name: str = "") -> str:
    if not isinstance(output, dict) or output.get("sensitive"):
        return "(sensitive value)"
    if "value" not in output:
        return f"({word(output, 'action') or 'known after apply'})"
    return json.dumps(safe_tree(output["value"], is_secret=is_secret_name(name)), ensure_ascii=False)


def diagnosed(diagnostic: Mapping[str, Any]) -> list[str]:
    """As Terraform says it to people; values of the expression it is about are left out."""
    lines = ["", f"{word(diagnostic, 'severity').capitalize() or 'Error'}: {word(diagnostic, 'summary')}"]
    if address := word(diagnostic, "address"):
        lines += ["", f"  with {address},"]
    file, number = place_of(diagnostic)
    if file:
        snippet = diagnostic.get("snippet")
        context = word(snippet, "context") if isinstance(snippet, dict) else ""
        lines.append(f"  on {file} line {number}" + (f", in {context}:" if context else ":"))
        code = word(snippet, "code") if isinstance(snippet, dict) else ""
        lines += [f"  {number + offset}: {each}" for offset, each in enumerate(code.split("\n"))] if code else []
    detail = word(diagnostic, "detail")
    return [*lines, *(["", *detail.split("\n")] if detail else []), ""]


def place_of(diagnostic: Mapping[str, Any]) -> tuple[str, int]:
    """The file and the line; "" and 0 where it tells none."""
    found = diagnostic.get("range")
    start = found.get("start") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(start, dict):
        return "", 0
    number = start.get("line")
    return word(found, "filename"), number if isinstance(number, int) and not isinstance(number, bool) else 0


def word(document: Mapping[str, Any], name: str) -> str:
    found = document.get(name)
    return found if isinstance(found, str) else ""
