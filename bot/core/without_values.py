"""What is shown of plans and logs where values never are: paths, errors without their details, and counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.core.details import Details, Failure
from bot.core.diagnostics import ERROR, diagnostics_in
from bot.core.masking import masked
from bot.core.tallies import Tally
from bot.core.transcripts import document_in, plain, word

COUNTS = re.compile(
    r"(?:Plan: [0-9]+ to \w+(?:, [0-9]+ to \w+)*\.|(?:Apply|Destroy) complete! Resources: [0-9]+ \w+(?:, [0-9]+ \w+)*\."
    r"|No changes\.(?: Your infrastructure (?:still )?matches the configuration\.)?)"
)
QUOTED = re.compile(
    r"\"[^\"]*\"?|“[^”]*”?|`[^`]*`?|(?<!\w)'[^']*'?|\([^()]*\)?|\[[^\[\]]*\]?|\{[^{}]*\}?|(?<==)\s*\S+",
)
LETTERS_MOST = 2000
HIDDEN = "…"


def bare(text: str) -> str:
    """The words of an error without anything that it quotes, names in brackets or says to be set: there values are."""
    shown = masked(text[:LETTERS_MOST])
    for _ in range(3):  # brackets within brackets
        shown = QUOTED.sub(HIDDEN, shown)
    return shown


def bare_lines(lines: Iterable[str]) -> Iterator[str]:
    """Of a log, the counts and then each error once: its summary and its place, and nothing of its details."""
    counts: dict[str, None] = {}

    def counting() -> Iterator[str]:
        for line in lines:
            shown = plain(line)
            document = document_in(shown)
            said = (word(document, "@message") if document is not None else shown).strip()
            if COUNTS.fullmatch(said):
                counts[said] = None
            yield line

    errors = dict.fromkeys(
        (bare(one.summary), masked(one.address), masked(one.file), one.line) for one in diagnostics_in(counting()) if one.severity == ERROR
    )
    yield from counts
    for summary, address, file, number in errors:
        yield ""
        yield f"Error: {summary}"
        yield from [f"  with {address}"] if address else []
        yield from [f"  on {file} line {number}"] if file else []


def bare_details(details: Details) -> Details:
    """What a card may tell: of failures their summary and place, of checks what came of them."""
    failures = tuple(
        Failure(summary=bare(one.summary), file=masked(one.file), line=one.line, address=masked(one.address)) for one in details.failures
    )
    return replace(details, failures=failures, checks=tuple(replace(one, message="") for one in details.checks))


def bare_tally(tally: Tally | None) -> Tally | None:
    """Which policies failed, and nothing that they printed."""
    return None if tally is None else replace(tally, findings=tuple(replace(one, said="") for one in tally.findings))
