"""Where a message was posted twice after all, since Slack posted the first one after we gave up: the later one is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot.core.errors import ChatTrouble
from bot.core.messages import Message
from bot.core.pace import Pace
from bot.services.ports import Chat, Store

log = structlog.get_logger(__name__)


class Doubles:
    def __init__(self, chat: Chat, store: Store, pace: Pace) -> None:
        self._chat = chat
        self._store = store
        self._pace = pace

    async def remove(self, message: Message, now: datetime) -> None:
        """Keep the earliest of the messages that bear one key. Looked for twice."""
        if message.ts is None:
            return
        posted_at = datetime.fromtimestamp(float(message.ts), UTC)
        since = posted_at - timedelta(seconds=self._pace.history_before)
        try:
            found = await self._chat.find(message.channel, message.key, since, thread_ts=message.thread_ts)
            await self.delete(message.channel, found[1:])
        except ChatTrouble as trouble:
            log.warning("doubles_unread", channel=message.channel, error=trouble.sentence)
            return
        last = posted_at + timedelta(seconds=self._pace.doubles_last)
        async with self._store.write() as transaction:
            if found and found[0] != message.ts:
                await transaction.messages.painted(message, found[0], message.painted, now)
                await transaction.messages.raise_wanted(message.subject, kinds=(message.kind,))
            await transaction.messages.doubt(message, None if now >= last else last)

    async def delete(self, channel: str, doubles: Sequence[str]) -> None:
        for ts in doubles:
            log.warning("double_removed", channel=channel, ts=ts)
            await self._chat.delete(channel, ts)
