"""Channels in which Slack lets us say nothing: their watches are paused, those who asked for them are told, and all goes on once it can."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog

from bot.core.audits import AuditKind, Entry
from bot.core.errors import ChatTrouble
from bot.core.messages import Message
from bot.core.watches import Watch
from bot.services.audits import watch_changed
from bot.services.notes import tell
from bot.services.ports import Chat, Clock, Store, Transaction, Wake
from bot.services.recording import Recorder

log = structlog.get_logger(__name__)

LEFT = "not_in_channel"
WHY = {
    "is_archived": "it is archived",
    "is_inactive": "it is archived",
    "not_in_channel": "I am not in it any more",
    "channel_not_found": "it is gone, or I am not in it any more",
}


class Closures:
    """`operator` is the Slack id of who is told of watches that nobody in particular asked for; "" for nobody."""

    def __init__(self, store: Store, recorder: Recorder, chat: Chat, clock: Clock, wake_painter: Wake, operator: str = "") -> None:
        self._store = store
        self._recorder = recorder
        self._chat = chat
        self._clock = clock
        self._wake_painter = wake_painter
        self._operator = operator

    async def closed(self, channel: str, code: str, message: Message | None = None) -> None:
        """Slack has refused to have anything said in a channel. `message` is what could not be said."""
        why = WHY.get(code, f"Slack says {code}")
        async with self._store.write() as transaction:
            paused = await transaction.watches.pause(channel, self._clock.now(), why)
            for watch in paused:
                await transaction.audit.add(watch_changed(watch, "pause", self._clock.now()))
            await self._tell_owners(transaction, channel, why, paused)
            if message is not None:
                await tell_starter(transaction, channel, why, message)
        if paused:
            log.warning("watches_paused", channel=channel, watches=len(paused), code=code)
            await self._reconsider()
        self._wake_painter()

    async def opened(self, channel: str) -> bool:
        """We can speak in the channel again: its watches go on, and what runs that go on have there is brought up to date."""
        async with self._store.write() as transaction:
            resumed = await transaction.watches.resume(channel)
            if resumed:
                entry = Entry(
                    at=self._clock.now(),
                    kind=AuditKind.WATCH,
                    channel=channel,
                    action="resume",
                    outcome="done",
                    details={"watches": str(resumed)},
                )
                await transaction.audit.add(entry)
                live = await transaction.runs.live()
                await transaction.messages.raise_in_channel(channel, [one.run.id for one in live])
        if resumed:
            log.info("watches_resumed", channel=channel, watches=resumed)
            await self._reconsider()
        return resumed > 0

    async def tick(self, now: datetime) -> None:  # noqa: ARG002 - every tick has one shape
        """Ask whether channels with paused watches are open again, since word of it may not have reached us."""
        async with self._store.read() as transaction:
            channels = await transaction.watches.paused_channels()
        for channel in sorted(channels):
            await self.look(channel)

    async def look(self, channel: str) -> None:
        """Ask Slack whether we can speak in a channel again."""
        try:
            if await self._chat.is_open(channel):
                await self.opened(channel)
        except ChatTrouble as trouble:
            log.info("still_closed", channel=channel, error=trouble.sentence)

    async def _reconsider(self) -> None:
        """Who hears of the runs that go on, now that a channel hears of fewer or of more."""
        async with self._store.read() as transaction:
            live = await transaction.runs.live()
            workspaces = {one.id: one for one in await transaction.workspaces.all()}
        await self._recorder.reconsider(live, workspaces)

    async def _tell_owners(self, transaction: Transaction, channel: str, why: str, paused: Iterable[Watch]) -> None:
        by_owner: dict[str, list[str]] = {}
        for watch in paused:
            by_owner.setdefault(watch.owner or self._operator, []).append(f"“{watch.title}”")
        for owner, titles in by_owner.items():
            if owner:
                text = (
                    f"I can say nothing in this channel: {why}. So what you have it hear of is paused: {', '.join(sorted(titles))}. "
                    "It goes on by itself once I am back there, or when somebody types the same watch again."
                )
                topic = f"{channel}:{self._clock.now().isoformat()}"
                await tell(transaction, subject="closed", channel=owner, topic=topic, text=text, about=channel)


async def tell_starter(transaction: Transaction, channel: str, why: str, message: Message) -> None:
    """Who has started a run from a channel that is closed now is told that nothing more is said there, once."""
    creating = await transaction.intents.creating(message.subject)
    if creating is not None and creating.channel == channel:
        text = f"I can say nothing in this channel: {why}. What becomes of {message.subject}, which you started there, is not told there."
        await tell(transaction, subject=message.subject, channel=creating.person, topic=f"closed:{channel}", text=text, about=channel)
