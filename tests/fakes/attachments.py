"""FakeAttachments: files that were put into channels, with what was in them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.core.errors import ChatTrouble
from bot.core.handouts import Handout


@dataclass(frozen=True, slots=True)
class Attached:
    channel: str
    thread_ts: str | None
    handout: Handout
    text: str


class FakeAttachments:
    """`trouble` is what Slack says to the next ones."""

    def __init__(self) -> None:
        self.files: list[Attached] = []
        self.trouble: ChatTrouble | None = None

    async def attach(self, channel: str, handout: Handout, *, thread_ts: str | None = None) -> None:
        if self.trouble is not None:
            raise self.trouble
        text = await asyncio.to_thread(handout.path.read_text, encoding="utf-8")
        self.files.append(Attached(channel, thread_ts, handout, text))
