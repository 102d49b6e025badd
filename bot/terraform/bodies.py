"""Bodies of answers, taken in pieces that are never large, and where the pieces go: memory or a file, up to a given size."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

import httpx

from bot.core.errors import TooLarge, UnexpectedAnswer

PIECE = 256 * 1024
WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}
PLAIN = frozenset({"", "identity"})
ACCEPTED = "gzip, deflate"
STX, ETX = b"\x02", b"\x03"


class Sink(Protocol):
    """Where a body goes. Each attempt to read it begins anew."""

    async def begin(self) -> None: ...

    async def take(self, piece: bytes) -> bool:
        """Keep the piece; False where nothing more is wanted."""


async def pour(response: httpx.Response, sink: Sink) -> None:
    """Everything that the sink wants of the body; UnexpectedAnswer where its compression is broken, or none that we asked for."""
    await sink.begin()
    async for piece in pieces(response):
        if not await sink.take(piece):
            return


async def pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body, unpacked, in pieces of 256 KB at most: a packed one may be a thousand times as large as it looks."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in PLAIN:
        async for chunk in response.aiter_raw():
            yield chunk
        return
    if encoding not in WINDOW:
        raise UnexpectedAnswer("an unknown compression")
    unpacker = zlib.decompressobj(WINDOW[encoding])
    async for chunk in response.aiter_raw():
        rest = chunk
        while rest:
            try:
                piece = unpacker.decompress(rest, PIECE)
            except zlib.error:
                raise UnexpectedAnswer("broken compression") from None
            rest = unpacker.unconsumed_tail
            if piece:
                yield piece
    if not unpacker.eof:
        raise UnexpectedAnswer("broken compression")


class Memory:
    """A body in memory: TooLarge over `most` bytes, or cut there where `cuts`."""

    def __init__(self, what: str, most: int, *, cuts: bool = False) -> None:
        self._what, self._most, self._cuts = what, most, cuts
        self._kept = bytearray()
        self.was_cut = False

    @property
    def content(self) -> bytes:
        return bytes(self._kept)

    async def begin(self) -> None:
        self._kept.clear()

    async def take(self, piece: bytes) -> bool:
        self._kept += piece
        if len(self._kept) <= self._most:
            return True
        if not self._cuts:
            raise TooLarge(self._what, self._most)
        del self._kept[self._most :]
        self.was_cut = True
        return False


class Window:
    """`most` bytes of a stream from `offset` on, from a server that heeds the offset as well as from one that begins at the beginning.

    The latter shows by the STX with which a log begins, or by sending more than it was asked for.
    """

    def __init__(self, offset: int, most: int) -> None:
        self._offset, self._most = offset, most
        self._kept, self._skip, self._begun = bytearray(), 0, False

    @property
    def content(self) -> bytes:
        return bytes(self._kept)

    async def begin(self) -> None:
        self._kept.clear()
        self._skip, self._begun = 0, False

    async def take(self, piece: bytes) -> bool:
        if not self._begun:
            self._begun = True
            self._skip = self._offset if piece.startswith(STX) else 0
        skipped = min(self._skip, len(piece))
        self._skip -= skipped
        room = self._most - len(self._kept)
        self._kept += piece[skipped : skipped + room]
        return len(self._kept) < self._most


class File:
    """A body in a file, which a thread writes. TooLarge over `most` bytes, or cut there where `cuts`. `size` is what was written."""

    def __init__(self, path: Path, what: str, most: int, *, cuts: bool = False) -> None:
        self._path, self._what, self._most, self._cuts = path, what, most, cuts
        self._file: IO[bytes] | None = None
        self._waiting = bytearray()
        self.size = 0
        self.was_cut = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is None:
            return
        if kind is None:
            await self._write()
        await asyncio.to_thread(self._file.close)

    async def begin(self) -> None:
        if self._file is None:
            self._file = await asyncio.to_thread(self._path.open, "wb")
        else:
            await asyncio.to_thread(rewind, self._file)
        self._waiting.clear()
        self.size, self.was_cut = 0, False

    async def take(self, piece: bytes) -> bool:
        room = self._most - self.size
        if len(piece) > room:
            if not self._cuts:
                raise TooLarge(self._what, self._most)
            self.was_cut = True
            piece = piece[:room]
        self._waiting += piece
        self.size += len(piece)
        if len(self._waiting) >= PIECE:
            await self._write()
        return not self.was_cut

    async def _write(self) -> None:
        if self._waiting and self._file is not None:
            content = bytes(self._waiting)
            self._waiting.clear()
            await asyncio.to_thread(self._file.write, content)


def rewind(file: IO[bytes]) -> None:
    file.seek(0)
    file.truncate()


async def file_content(path: Path) -> AsyncIterator[bytes]:
    """A file in pieces, read by a thread: what is uploaded is never in memory as a whole."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
    finally:
        await asyncio.to_thread(file.close)
