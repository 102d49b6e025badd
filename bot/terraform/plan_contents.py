"""What rules need of a plan's JSON, read in portions: the same as plan_contents makes of all of it, digest and all.

Nothing else stands still meanwhile, and there is never more of the document in memory than its bytes and one small part of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import Any

import msgspec

from bot.core.contents import MOST_CHANGES, VERSIONS, PlanContents, ResourceChange, Unreadable, changes_of
from bot.core.reviews import Rest
from bot.terraform.plan_documents import CHANGES, LIST, OBJECT, RAWS, fields_of, is_known

SMALL, PAUSE_EVERY = 16 * 1024, 32 * 1024
"""Bytes of a value that is read at once, and of what is read before the others go on."""
INVOCATIONS = "action_invocations"


def read_contents(path: Path, rest: Rest = lambda: sleep(0.0001)) -> PlanContents | None:
    """None where it is no plan of a format that is known. Called in a thread; `rest` lets the others go on."""
    try:
        fields = fields_of(path.read_bytes(), RAWS, rest)
        if not any(is_known(fields.get(name)) for name in VERSIONS):
            return None
        digest, changes, pause = sha256(), Changes(), Pause(rest)
        for number, name in enumerate(sorted(fields)):
            digest.update(f"{',' if number else '{'}{json.dumps(name)}:".encode())
            written(digest.update, fields[name], pause, changes.take if name == CHANGES else nothing)
        digest.update(b"}")
        changes.invoked(fields.get(INVOCATIONS))
    except (msgspec.DecodeError, Unreadable, RecursionError, ValueError):
        return None
    found = PlanContents(f"sha256:{digest.hexdigest()}", tuple(sorted(changes.found, key=lambda change: change.address)))
    found.selections  # noqa: B018 - kept once it is made
    return found


class Changes:
    """What is found of the entries of `resource_changes`, in their order, and of the invocations after them."""

    def __init__(self) -> None:
        self.found: list[ResourceChange] = []
        self.seen = 0

    def take(self, entry: Any) -> None:
        self.seen += 1
        if self.seen > MOST_CHANGES:
            raise Unreadable("too many changes")
        self.found.extend(changes_of({VERSIONS[0]: "1", CHANGES: [entry]}))

    def invoked(self, field: Any) -> None:
        entries = json.loads(bytes(field)) if isinstance(field, msgspec.Raw) else None
        if isinstance(entries, list) and self.seen + len(entries) > MOST_CHANGES:
            raise Unreadable("too many changes")
        self.found.extend(changes_of({VERSIONS[0]: "1", INVOCATIONS: entries}))


class Pause:
    """Rests whenever so many bytes have been read since the last time."""

    def __init__(self, rest: Rest) -> None:
        self._rest, self._read = rest, 0

    def after(self, size: int) -> None:
        self._read += size
        if self._read >= PAUSE_EVERY:
            self._read = 0
            self._rest()


def nothing(_entry: Any) -> None:
    """Of what is only digested."""


def written(write: Callable[[bytes], None], field: msgspec.Raw | list[Any], pause: Pause, take: Callable[[Any], None]) -> None:
    """The value as canonical JSON, a part at a time; of a list that has been cut into entries each is taken, too."""
    if not isinstance(field, list):
        for part in canonical(field, pause):
            write(part)
        return
    for number, raw in enumerate(field):
        entry = json.loads(bytes(raw))
        take(entry)
        write((b"," if number else b"[") + dumped(entry))
        pause.after(len(bytes(raw)))
    write(b"]" if field else b"[]")


def canonical(raw: msgspec.Raw, pause: Pause) -> Iterator[bytes]:
    """What json.dumps with sorted keys and no blanks writes, without reading all of a large value at once."""
    text = bytes(raw)
    if len(text) > SMALL:
        pause.after(len(text))
    if len(text) <= SMALL or text[:1] not in {b"{", b"["}:
        yield dumped(json.loads(text))
        pause.after(len(text))
    elif text.startswith(b"["):
        for number, item in enumerate(LIST.decode(text)):
            yield b"," if number else b"["
            yield from canonical(item, pause)
        yield b"]"
    else:
        for number, (key, value) in enumerate(sorted(OBJECT.decode(text).items())):
            yield f"{',' if number else '{'}{json.dumps(key)}:".encode()
            yield from canonical(value, pause)
        yield b"}"


def dumped(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
