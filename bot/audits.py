"""`runbell audit`: the chain verified, and the rows written out. Nothing is changed, and a bot may go on meanwhile."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import TextIO

from bot.core.audits import AuditRow
from bot.core.one_line import is_shown
from bot.core.sealing import Break, Head, Verifier
from bot.store.database import Database, looking_into

NAMES = tuple(field.name for field in fields(AuditRow))
FORMULAS = frozenset((*"=+-@\t\r\n", *map(chr, (0xFF1D, 0xFF0B, 0xFF0D, 0xFF20))))
"""What a spreadsheet takes for the beginning of a formula; in some languages the wide forms of = + - @ as well."""

Say = Callable[[str], object]


async def verify(url: str, key: str, heads: Iterable[Head], say: Say) -> bool:
    """Whether the chain is whole, and reaches as far as these heads say. The first row that is not as it was sealed is told."""
    verifier = Verifier(key, heads)
    async with looking_into(url) as database:
        async for row in chain(database):
            if not verifier.feed(row):
                break
        async with database.read() as transaction:
            waiting, stripped = await transaction.audit.waiting(), await transaction.audit.stripped()
            beside = await transaction.audit.numbered(verifier.head.number) - verifier.head.number
    broken = verifier.end()
    if broken is None and stripped is not None:
        broken = Break(verifier.head.number + 1, f"(id {stripped.id}) has lost its number")
    if broken is None and beside:
        say(f"The audit is broken: {beside} row{'' if beside == 1 else 's'} with a number beside the chain, which we never sealed.")
        return False
    unsealed = f"{waiting} row{' is' if waiting == 1 else 's are'} not sealed yet."
    if broken is not None:
        say(f"The audit is broken: {broken}. {verifier.head.number} rows before it are as they were sealed.")
        return False
    say(f"{verifier.head.number} rows are as they were sealed. {unsealed}")
    if verifier.head.number:
        say(f"The head is {verifier.head}")
    return True


async def chain(database: Database) -> AsyncIterator[AuditRow]:
    """Every sealed row in order, a page at a time, so that no transaction lasts long."""
    after: int | None = 0
    while after is not None:
        async with database.read() as transaction:
            rows = await transaction.audit.sealed(after)
        for row in rows:
            yield row
        after = rows[-1].number if rows else None


async def export(url: str, form: str, since: datetime | None, until: datetime | None, out: TextIO) -> None:
    """Write rows as they were written, `csv` with a line of names first, or `jsonl`: one JSON object a line."""
    write = csv_writer(out) if form == "csv" else json_writer(out)
    async with looking_into(url) as database:
        after: int | None = 0
        while after is not None:
            async with database.read() as transaction:
                rows = await transaction.audit.page(after, since, until)
            for row in rows:
                write(row)
            after = rows[-1].id if rows else None


def json_writer(out: TextIO) -> Callable[[AuditRow], object]:
    def write(row: AuditRow) -> None:
        details = json.loads(row.details) if row.details else {}
        out.write(json.dumps({**values(row), "details": details}, ensure_ascii=False) + "\n")

    return write


def csv_writer(out: TextIO) -> Callable[[AuditRow], object]:
    """Every cell in quotes, or a lone carriage return within one would begin a row for those who read it as the end of a line."""
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(NAMES)
    return lambda row: writer.writerow([cell(value) for value in values(row).values()])


def values(row: AuditRow) -> Mapping[str, object]:
    found = {name: getattr(row, name) for name in NAMES}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}


def cell(value: object) -> str:
    """What a spreadsheet would reckon with gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if begins_formula(text) else text


def begins_formula(text: str) -> bool:
    """Whether a formula begins behind what is not seen: blanks of all kinds, zero-width characters, byte order marks."""
    for letter in text:
        if letter in FORMULAS:
            return True
        if not letter.isspace() and is_shown(letter):
            return False
    return False
