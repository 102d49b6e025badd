"""Logs of plans and applies, piece by piece while they grow, or whole into a file. What their lines mean is not in here.

Facts: "Plans API", `log-read-url`; the offset, the framing by STX and ETX and the waiting as the official client has them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bot.core.errors import NotVisible
from bot.core.logs import LogPiece, Part, SavedText
from bot.terraform.bodies import ETX, PIECE, STX, File, Window
from bot.terraform.documents import decode_log
from bot.terraform.exchanges import Exchanges
from bot.terraform.outbound import Outbound
from bot.terraform.paths import path_of

OVER = frozenset({"finished", "errored", "canceled", "unreachable"})
FEWEST_REMEMBERED = 100


class LogsClient:
    """Where a log is read from is a secret, kept in memory for as long as it works."""

    def __init__(self, exchanges: Exchanges, outbound: Outbound) -> None:
        self._exchanges, self._outbound = exchanges, outbound
        self._urls: dict[tuple[Part, str], str] = {}

    async def read(self, part: Part, part_id: str, offset: int = 0, most: int = PIECE) -> LogPiece:
        """Up to `most` bytes from `offset` on; nothing where nothing is there yet. NotVisible where the log is gone."""
        until = self._exchanges.deadline()
        url = self._urls.get((part, part_id))
        for is_fresh in (False, True):
            if url is None:
                status, url = await self._source(part, part_id)
                if not url:
                    return LogPiece(data=b"", offset=offset, is_over=status in OVER)
            try:
                return await self._piece(part, part_id, url, offset, most, until)
            except NotVisible:
                self._urls.pop((part, part_id), None)
                if is_fresh:
                    raise
                url = None
        raise AssertionError("two attempts end above")

    async def follow(self, part: Part, part_id: str, until: float, offset: int = 0) -> AsyncIterator[LogPiece]:
        """Pieces as they come, until the log is over or the monotonic clock shows `until`."""
        first = pause = self._exchanges.pace.retry_first / 4
        while True:
            piece = await self.read(part, part_id, offset)
            offset = piece.offset
            if piece.data or piece.is_over:
                yield piece
                pause = first
            if piece.is_over or time.monotonic() + pause >= until:
                return
            if not piece.data:
                await asyncio.sleep(pause)
                pause = min(pause * 1.2, self._exchanges.pace.retry_first)

    async def save(self, part: Part, part_id: str, path: Path, most: int) -> SavedText:
        """As much of the log as there is into a file, `most` bytes at most."""
        offset = 0
        async with File(path, "The log", most, cuts=True) as file:
            await file.begin()
            while True:
                piece = await self.read(part, part_id, offset, most=4 * PIECE)
                offset = piece.offset
                if not await file.take(piece.data) or piece.is_over or not piece.data:
                    break
        return SavedText(size=file.size, was_cut=file.was_cut)

    async def _source(self, part: Part, part_id: str) -> tuple[str, str]:
        what = f"The log of {part_id}"
        status, url = decode_log(await self._exchanges.read(path_of(what, part.value, part_id), what))
        if url:
            if len(self._urls) >= FEWEST_REMEMBERED:
                self._urls.pop(next(iter(self._urls)))
            self._urls[part, part_id] = url
        return status, url

    async def _piece(self, part: Part, part_id: str, url: str, offset: int, most: int, until: float) -> LogPiece:
        window = Window(offset, most)
        asked = ranged(url, offset, most)
        await self._exchanges.persist(lambda: self._outbound.download(asked, window, f"The log of {part_id}", until), until)
        raw = window.content
        if not raw:
            status, _ = await self._source(part, part_id)
            return LogPiece(data=b"", offset=offset, is_over=status in OVER)
        data = raw[1:] if offset == 0 and raw.startswith(STX) else raw
        return LogPiece(data=data.removesuffix(ETX), offset=offset + len(raw), is_over=data.endswith(ETX))


def ranged(url: str, offset: int, limit: int) -> str:
    """The URL with its query as it was signed, and the range in it."""
    address, _, query = url.partition("#")[0].partition("?")
    kept = [each for each in query.split("&") if each and each.partition("=")[0] not in {"offset", "limit"}]
    return f"{address}?{'&'.join([*kept, f'limit={limit}', f'offset={offset}'])}"
