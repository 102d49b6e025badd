"""What people's clients are told as it happens: one queue for each open stream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.sandbox.slack.errors import Document

WAITING = 5000


class Streams:
    """The open streams. A client that reads too slowly loses its stream, and reads everything anew when it comes back."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Queue[Document | None], str] = {}

    @contextmanager
    def opened(self, person_id: str) -> Iterator[asyncio.Queue[Document | None]]:
        """A queue of events for one person; None in it is the end."""
        queue: asyncio.Queue[Document | None] = asyncio.Queue(WAITING)
        self._open[queue] = person_id
        try:
            yield queue
        finally:
            self._open.pop(queue, None)

    def tell(self, make: Callable[[str], Document | None]) -> None:
        """Give each open stream the event that `make` builds for its person; None leaves that person out."""
        for queue, person_id in list(self._open.items()):
            event = make(person_id)
            if event is not None:
                self._put(queue, event)

    def close(self) -> None:
        for queue in list(self._open):
            self._end(queue)

    def _put(self, queue: asyncio.Queue[Document | None], event: Document) -> None:
        try:
            queue.put_nowait(event)
        except asyncio.QueueFull:
            self._end(queue)

    def _end(self, queue: asyncio.Queue[Document | None]) -> None:
        self._open.pop(queue, None)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
