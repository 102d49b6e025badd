"""The last calls between app and server, for tests and for the page; never a token, never a body."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.sandbox.slack.errors import Document

KEPT = 200
Direction = Literal["from_app", "to_app"]


@dataclass(frozen=True)
class Record:
    """One call: a Web API method or `response_url` from the app, or a delivery to it (`slash_commands`, `interactive`, `events_api`)."""

    at: str
    direction: Direction
    method: str
    status: int | str
    error: str | None = None


class Traffic:
    """The last 200 calls, oldest first."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque(maxlen=KEPT)

    def note(self, direction: Direction, method: str, status: int | str, error: str | None = None) -> None:
        self._records.append(Record(datetime.now(UTC).isoformat(), direction, method, status, error))

    def documents(self) -> list[Document]:
        return [{key: value for key, value in asdict(record).items() if value is not None} for record in self._records]
