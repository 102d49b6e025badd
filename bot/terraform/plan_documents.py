"""The JSON of a plan, from a file into what a review needs, a portion at a time: a large plan must not stop everything else.

msgspec holds the interpreter for as long as one call takes, about a millisecond a megabyte. So the document is cut where Terraform
begins one of its keys, and a list where it begins an entry; a cut that was none shows, since then a part is no JSON by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import msgspec

from bot.core.contents import MOST_CHANGES, VERSIONS, Unreadable
from bot.core.reviews import OUTPUT, Part, Piece, Rest, Review, part_of, review_of

CHANGES, DRIFT = "resource_changes", "resource_drift"
BEFORE, AFTER = ("planned_values", DRIFT), ("output_changes", "prior_state", "provider_schemas")
"""What is large, or next to what is, and comes before the changes and after them, where Terraform has written the document."""
NAMES = (*BEFORE, CHANGES, *AFTER)
ENTRY = b'},{"address":'
PORTION = 256 * 1024
WINDOW = 2 * 1024 * 1024
TRIES_MOST, PLACES_MOST = 64, 8
PIECES_MOST = 100
LISTS = (CHANGES, DRIFT)


class Head(msgspec.Struct):
    """Of a `change`, what tells what becomes of the resource."""

    actions: list[str]
    importing: msgspec.Raw = msgspec.Raw(b"null")


class Row(msgspec.Struct):
    """Of one that changes, all but what changes in it."""

    address: str
    change: msgspec.Raw
    module_address: str = ""
    previous_address: str = ""
    action_reason: str = ""
    deposed: str = ""


class Invocation(msgspec.Struct):
    address: str


ROWS, RAWS = msgspec.json.Decoder(list[Row] | None), msgspec.json.Decoder(list[msgspec.Raw] | None)
HEAD = msgspec.json.Decoder(Head)
OBJECT, LIST = msgspec.json.Decoder(dict[str, msgspec.Raw]), msgspec.json.Decoder(list[msgspec.Raw])
INVOCATIONS = msgspec.json.Decoder(list[Invocation] | None)
Entries = msgspec.json.Decoder[list[Row] | None] | msgspec.json.Decoder[list[msgspec.Raw] | None]
Fields = dict[str, list[Any] | msgspec.Raw]


def read_review(path: Path, rest: Rest = lambda: sleep(0.0001)) -> Review:
    """What there is to review in a plan's JSON; Unreadable for anything else. Called in a thread; `rest` lets the others go on."""
    try:
        fields = fields_of(path.read_bytes(), ROWS, rest)
        if not any(is_known(fields.get(name)) for name in VERSIONS):
            raise Unreadable("format_version")
        rows = {name: found for name in LISTS if isinstance(found := fields.get(name), list)}
        if sum(map(len, rows.values())) > MOST_CHANGES:
            raise Unreadable("too many changes")
        return review_of(
            [*pieces_of(rows, rest), *invocations_of(fields), *outputs_of(fields)],
            is_partial=value_of(fields, "complete") is False or bool(value_of(fields, "deferred_changes")),
            has_errors=value_of(fields, "errored") is True,
            rest=rest,
        )
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from error


def is_known(found: object) -> bool:
    return isinstance(found, msgspec.Raw) and re.fullmatch(rb'"[01](?:\..*)?"', bytes(found)) is not None


def value_of(fields: Fields, name: str) -> Any:
    found = fields.get(name)
    return msgspec.json.decode(found) if isinstance(found, msgspec.Raw) else None


def fields_of(document: bytes, entries: Entries, rest: Rest) -> Fields:
    """The values of the document by key; of lists of changes what `entries` makes of them. Unreadable where a key comes twice."""
    found: Fields = {}
    body = document.strip()
    if not body.startswith(b"{") or not body.endswith(b"}"):
        raise Unreadable("no object")
    for name, value in parts_of(body, entries, rest):
        if name in found:
            raise Unreadable("a key comes twice")
        found[name] = value
    return found


def parts_of(body: bytes, entries: Entries, rest: Rest) -> Iterator[tuple[str, list[Any] | msgspec.Raw]]:
    """Between two cuts there is one key, or several; where there is no whole value, the cut was inside of one and the next is tried."""
    cuts = [*places_in(body, rest), len(body) - 1]
    begin = 0
    for end in cuts[:TRIES_MOST]:
        rest()
        try:
            made = list(fields_in(body, begin + 1, end, entries, rest))
        except msgspec.DecodeError:
            continue
        yield from made
        begin = end
    if begin < len(body) - 1:
        yield from fields_in(body, begin + 1, len(body) - 1, entries, rest)


def places_in(body: bytes, rest: Rest) -> list[int]:
    """Where the document may be cut: before the changes, wherever they are named, and before what is large beside them."""
    changes = list(places_of(CHANGES, body, 0, len(body), rest))
    first = changes[0] if changes else 0
    before = [place for name in BEFORE for place in places_of(name, body, 0, first, rest)]
    return sorted([*before, *changes, *(place for name in AFTER for place in places_of(name, body, first, len(body), rest))])


def places_of(name: str, body: bytes, begin: int, end: int, rest: Rest) -> Iterator[int]:
    """The first few places at which a key stands, looked for in a few megabytes at a time."""
    key, found = f',"{name}":'.encode(), 0
    while begin < end and found < PLACES_MOST:
        place = body.find(key, begin, min(begin + WINDOW + len(key), end))
        if place < 0:
            begin += WINDOW
            rest()
        else:
            yield place
            begin, found = place + 1, found + 1


def fields_in(body: bytes, begin: int, end: int, entries: Entries, rest: Rest) -> Iterator[tuple[str, list[Any] | msgspec.Raw]]:
    """Of `"key":value`, or several with commas between them."""
    colon = body.find(b":", begin, end)
    key = body[begin:colon].strip(b'"').decode("ascii", "replace")
    if key in LISTS and end - colon > PORTION and body.startswith(b"[", colon + 1) and body.endswith(b"]", begin, end):
        yield key, list(entries_in(body, colon + 2, end - 1, entries, rest))
        return
    for field, raw in OBJECT.decode(b"{" + body[begin:end] + b"}").items():
        found = entries.decode(raw) if field in LISTS else None
        yield field, raw if found is None else found


def entries_in(body: bytes, begin: int, end: int, entries: Entries, rest: Rest) -> Iterator[Any]:
    """The entries of a long list, as many at a time as are a portion."""
    place = begin
    while (place := body.find(ENTRY, place + PORTION, end)) >= 0:
        rest()
        try:
            found = entries.decode(b"[" + body[begin : place + 1] + b"]")
        except msgspec.DecodeError:
            continue
        yield from found or ()
        begin = place = place + 2
    rest()
    yield from entries.decode(b"[" + body[begin:end] + b"]") or ()


def pieces_of(rows: dict[str, list[Row]], rest: Rest) -> Iterator[Piece]:
    for name, found in rows.items():
        for number, row in enumerate(found):
            if number % PIECES_MOST == 0:
                rest()
            piece = piece_of(row, is_drift=name == DRIFT)
            if piece is not None:
                yield piece


def piece_of(row: Row, *, is_drift: bool) -> Piece | None:
    head = HEAD.decode(row.change)
    is_imported, is_moved = bytes(head.importing) != b"null", row.previous_address not in {"", row.address}
    part = part_of(head.actions, is_imported=is_imported, is_moved=is_moved)
    if part is None:
        return None
    return Piece(
        part=Part.DRIFT if is_drift else part,
        address=row.address,
        module=row.module_address,
        reason=row.action_reason,
        moved_from=row.previous_address if is_moved else "",
        deposed=row.deposed,
        is_imported=is_imported,
        change=bytes(row.change),
    )


def invocations_of(fields: Fields) -> Iterator[Piece]:
    found = fields.get("action_invocations")
    for one in (INVOCATIONS.decode(found) or ()) if isinstance(found, msgspec.Raw) else ():
        yield Piece(part=Part.INVOKE, address=one.address)


def outputs_of(fields: Fields) -> Iterator[Piece]:
    found = fields.get("output_changes")
    for name, raw in OBJECT.decode(found).items() if isinstance(found, msgspec.Raw) and bytes(found) != b"null" else ():
        if HEAD.decode(raw).actions != ["no-op"]:
            yield Piece(part=Part.OUTPUT, address=f"{OUTPUT}{name}", change=bytes(raw))
