"""Why a run failed, as its log says first: from lines of JSON, and from the words that Terraform says to people. Secrets are masked.

Facts: "Machine-readable UI" of Terraform, and how it draws a diagnostic: `Error: …`, `with <address>,`, `on <file> line <number>, in …:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.masking import masked
from bot.core.transcripts import document_in, place_of, plain, word

ERROR, WARNING = "error", "warning"
FOUND_MOST = 5
SUMMARY_MOST = 300
DETAIL_MOST = 2000
LINES_MOST = 60
BEGINS = re.compile(r"(?P<severity>Error|Warning): (?P<summary>.*)")
WITH = re.compile(r"\s*with (?P<address>\S.*),")
ON = re.compile(r"\s*on (?P<file>.+?) line (?P<line>[0-9]{1,9})(?:\b.*)?")
CODE = re.compile(r"\s*(?:[0-9]{1,9}:.*|│.*|├─*.*|[\^~\s]+)")
BAR = "│"
OPEN, SHUT = "╷", "╵"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """`severity` is error or warning; `line` is 0, and the rest "", where the log does not say."""

    severity: str
    summary: str
    detail: str = ""
    file: str = ""
    line: int = 0
    address: str = ""


def first_diagnostics(log_text: str, secrets: Iterable[str] = ()) -> tuple[Diagnostic, ...]:
    """The first errors of a log, each once; the first warnings where there is no error."""
    known = tuple(secrets)
    found = list(dict.fromkeys(tidied(one, known) for one in diagnostics_in(log_text.split("\n"))))
    errors = [one for one in found if one.severity == ERROR]
    return tuple((errors or found)[:FOUND_MOST])


def diagnostics_in(lines: Iterable[str]) -> Iterator[Diagnostic]:
    """As they stand there, secrets and all. A line of JSON is whole by itself; words are gathered until the next begins."""
    held: list[str] = []
    boxed = False
    for raw in lines:
        line = plain(raw)
        document = document_in(line)
        if document is not None:
            yield from told(held)
            held = []
            if document.get("type") == "diagnostic" and isinstance(document.get("diagnostic"), dict):
                yield from decoded(document["diagnostic"])
            continue
        inner, is_boxed = unboxed(line)
        ends = line.startswith((OPEN, SHUT)) or (boxed and not is_boxed)
        if ends or BEGINS.fullmatch(inner):
            yield from told(held)
            held = []
        if BEGINS.fullmatch(inner) or (held and len(held) < LINES_MOST and not ends):
            held.append(inner)
        boxed = is_boxed
    yield from told(held)


def unboxed(line: str) -> tuple[str, bool]:
    """The line without the bar on its left, and whether there was one."""
    return (line[1:].removeprefix(" "), True) if line.startswith(BAR) else (line, False)


def decoded(diagnostic: Mapping[str, Any]) -> Iterator[Diagnostic]:
    severity, summary = word(diagnostic, "severity"), word(diagnostic, "summary")
    if severity not in {ERROR, WARNING} or not summary:
        return
    file, line = place_of(diagnostic)
    yield Diagnostic(
        severity=severity, summary=summary, detail=word(diagnostic, "detail"), file=file, line=line, address=word(diagnostic, "address")
    )


def told(held: list[str]) -> Iterator[Diagnostic]:
    """One diagnostic from its lines, the first of which is `Error: …`."""
    head = BEGINS.fullmatch(held[0]) if held else None
    if head is None:
        return
    place: dict[str, Any] = {}
    rest, in_code = [], False
    for line in held[1:]:
        in_code = in_code and CODE.fullmatch(line) is not None and bool(line.strip())
        if noted(line, place):
            in_code = "file" in place
        elif not in_code:
            rest.append(line)
    yield Diagnostic(severity=head["severity"].lower(), summary=head["summary"].strip(), detail="\n".join(rest).strip(), **place)


def noted(line: str, place: dict[str, Any]) -> bool:
    """Take where it happened out of a line; whether the line is about that and no part of the detail."""
    if "file" in place:
        return False
    if found := ON.fullmatch(line):
        place.update(file=found["file"], line=int(found["line"]))
    elif "address" not in place and (found := WITH.fullmatch(line)):
        place["address"] = found["address"]
    return found is not None


def tidied(found: Diagnostic, secrets: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        severity=found.severity,
        summary=cut(masked(found.summary, secrets), SUMMARY_MOST),
        detail=cut(masked(found.detail, secrets), DETAIL_MOST),
        file=cut(masked(found.file, secrets), SUMMARY_MOST),
        line=found.line,
        address=cut(masked(found.address, secrets), SUMMARY_MOST),
    )


def cut(text: str, most: int) -> str:
    shown = " ".join(text.split("\r")).strip()
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"
