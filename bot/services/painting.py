"""The painter: brings Slack into line with what is wanted of each message. One message that cannot be painted never holds up the others."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.core.errors import (
    REFUSED,
    CannotEdit,
    ChannelClosed,
    ChatAnswerLost,
    ChatRateLimited,
    ChatRefused,
    ChatTrouble,
    InstallationDead,
    MessageGone,
    RunbellError,
    ThreadClosed,
)
from bot.core.messages import Kind, Message
from bot.core.metrics import LAG, PAINTS, SLACK_REFUSALS, UNMETERED, Meter, code
from bot.core.pace import Pace
from bot.core.pictures import Picture, RunPicture
from bot.core.reminders import LOUD
from bot.core.runs import CONFIRM
from bot.core.watches import ENDED
from bot.services.alarms import gate_of
from bot.services.closures import Closures
from bot.services.comparisons import Comparisons
from bot.services.details import Detailing
from bot.services.digests import was_judged_since
from bot.services.doubles import Doubles
from bot.services.notes import note_of
from bot.services.pictures import Pictures
from bot.services.ports import Chat, Clock, Mandate, Store
from bot.services.reading import Reader
from bot.services.replies import reply_instead
from bot.services.roles import UNSHARED
from bot.services.sharing import Sharing
from bot.services.tallies import Tallies
from bot.services.threads import head_of

log = structlog.get_logger(__name__)

PLAIN_AFTER = 5
"""Failures after which a message that Slack refuses goes out as plain text, since whatever it does not draw must still be said."""


class Painter:
    """`is_dead` turns true when Slack no longer takes our token; it turns false with the next message that it takes."""

    def __init__(
        self,
        chat: Chat,
        store: Store,
        pictures: Pictures,
        reader: Reader,
        closures: Closures,
        clock: Clock,
        pace: Pace,
        meter: Meter = UNMETERED,
        mandate: Mandate = UNSHARED,
        *,
        tallies: Tallies,
        sharing: Sharing,
        detailing: Detailing | None = None,
        comparisons: Comparisons | None = None,
    ) -> None:
        self._chat = chat
        self._store = store
        self._pictures = pictures
        self._reader = reader
        self._clock = clock
        self._pace = pace
        self._meter = meter
        self._closures = closures
        self._doubles = Doubles(chat, store, pace)
        self._closed: frozenset[str] = frozenset()
        self._mandate = mandate
        self._tallies = tallies
        self._sharing = sharing
        self._comparisons = comparisons
        self._detailing = detailing
        self._painted_at: dict[int, datetime] = {}
        self.is_dead = False

    async def tick(self, now: datetime) -> None:
        """Paint what is due, channels side by side, the messages of one channel one after the other; then look for doubles."""
        async with self._store.read() as transaction:
            due = await transaction.messages.due(now)
            doubtful = await transaction.messages.doubtful(now)
            self._closed = await transaction.watches.paused_channels()
        by_channel: dict[str, list[Message]] = defaultdict(list)
        gap = timedelta(seconds=self._pace.update_gap)
        self._painted_at = {key: at for key, at in self._painted_at.items() if now - at < gap}
        for message in due:
            if message.id not in self._painted_at:
                by_channel[message.channel].append(message)
        await asyncio.gather(*(self._paint_all(messages) for messages in by_channel.values()))
        for message in doubtful:
            await self._doubles.remove(message, now)

    async def _paint_all(self, messages: Sequence[Message]) -> None:
        for message in messages:
            try:
                await self._paint(message)
            except ChatRateLimited as trouble:
                await self._put_off(message, trouble, trouble.retry_after)
                return
            except RunbellError as trouble:
                log.warning("paint_failed", subject=message.subject, channel=message.channel, kind=message.kind, error=trouble.sentence)

    async def _paint(self, message: Message) -> None:
        if message.channel in self._closed and (message.ts is not None or message.last_error):
            await self._leave(message)
            return
        picture = await self._picture(message)
        if picture is None:
            await self._give_up(message, "there is nothing to show")
        elif message.is_frozen:
            await self._reply_instead(message, picture)
        elif message.ts is not None:
            await self._update(message, message.ts, picture)
        elif message.claimed_at is not None:
            await self._find_or_post(message, message.claimed_at, picture)
        else:
            await self._post(message, picture)

    async def _picture(self, message: Message) -> Picture | None:
        """What to show; the run is read first where its counts are not known yet, so that nobody decides on less than there is."""
        if message.kind is Kind.NOTE:
            return note_of(message)
        if message.kind is Kind.ROLLUP:
            async with self._store.read() as transaction:
                return await self._pictures.rollup(transaction, message.subject, message.channel)
        if message.kind is Kind.UPLOAD:
            async with self._store.read() as transaction:
                return await self._pictures.upload(transaction, message.subject)
        if message.kind is Kind.REMINDER:
            async with self._store.read() as transaction:
                return await self._pictures.reminder(transaction, message)
        picture = await self._run_picture(message)
        if picture is not None and lacks_plan(picture):
            try:
                await self._reader.read(picture.run.id, hurry=True)
            except RunbellError as trouble:
                log.warning("plan_unread", run=picture.run.id, error=trouble.sentence)
            picture = await self._run_picture(message)
        if picture is not None and self._detailing is not None and await self._detailing.refresh(picture):
            picture = await self._run_picture(message)
        asking = await self._asking(message, picture) if picture is not None and (picture.buttons or picture.offers_more) else picture
        return await self._comparisons.told(asking) if asking is not None and self._comparisons is not None else asking

    async def _asking(self, message: Message, picture: RunPicture) -> RunPicture | None:
        """A message that asks: how it stands is judged first, and where others read along nobody may act."""
        # Where it was judged already, that may have been after the picture was put together: for another channel, or for a person.
        if picture.run.gate is not None and (await self._tallies.refresh(picture.run.id) or picture.tally is None):
            picture = await self._run_picture(message) or picture
        if await self._sharing.only_tells(message.channel):
            return replace(picture, buttons=(), only_tells=True)
        return picture

    async def _run_picture(self, message: Message) -> RunPicture | None:
        async with self._store.read() as transaction:
            return await self._pictures.of(
                transaction, message.subject, message.channel, message.kind, message.gate, mentions=message.mentions
            )

    # Posting: never twice

    async def _post(self, message: Message, picture: Picture) -> None:
        """Claim, post, note where it stands. A post whose outcome is not known keeps its claim; one that is made again is looked after."""
        now, thread_ts = self._clock.now(), await self._thread_of(message)
        if not self._mandate.lasts(self._pace.post_timeout):
            return
        doubt_until = now + timedelta(seconds=self._pace.history_after) if message.claimed_at is not None else None
        async with self._store.write() as transaction:
            may = await self._mandate.stands(transaction)
            if not may or not await transaction.messages.claim(message, now, thread_ts, doubt_until=doubt_until):
                return
        try:
            ts = await self._send(message, picture, thread_ts)
        except ChatAnswerLost as trouble:
            await self._put_off(message, trouble, self._pace.history_after, keep_claim=True)
        except ChatRateLimited:
            raise
        except ChatTrouble as trouble:
            await self._refused(message, trouble)
        else:
            await self._stands(message, ts, message.wanted, picture)
            self._measure_post(message, picture)
            if message.channel in self._closed:
                await self._closures.opened(message.channel)

    def _measure_post(self, message: Message, picture: Picture) -> None:
        self._meter.count(PAINTS, kind=message.kind.value, outcome="posted")
        if isinstance(picture, RunPicture) and picture.run.timestamps:
            since = self._clock.now() - max(picture.run.timestamps.values())
            self._meter.observe(LAG, max(0.0, since.total_seconds()), kind=message.kind.value)

    async def _thread_of(self, message: Message) -> str | None:
        """Where to reply; None where it is a message of its own. A card that has yet to be posted is posted first, if that can be."""
        if not message.in_thread:
            return None
        async with self._store.read() as transaction:
            head = await head_of(transaction, message)
        if head is not None and head.ts is None and head.is_due and head.claimed_at is None and head.not_before is None:
            await self._paint(head)
            async with self._store.read() as transaction:
                head = await head_of(transaction, message)
        return head.ts if head is not None else None

    async def _send(self, message: Message, picture: Picture, thread_ts: str | None) -> str:
        """A reply calls people in the channel too; one that its thread does not take is a message of its own."""
        plain, loud = is_plain(message), thread_ts is not None and is_loud(message)
        try:
            return await self._chat.post(message.channel, picture, key=message.key, thread_ts=thread_ts, broadcast=loud, plain=plain)
        except ThreadClosed:
            return await self._chat.post(message.channel, picture, key=message.key, plain=plain)
        except ChannelClosed:
            await self._chat.join(message.channel)
            return await self._chat.post(message.channel, picture, key=message.key, thread_ts=thread_ts, broadcast=loud, plain=plain)

    async def _find_or_post(self, message: Message, claimed_at: datetime, picture: Picture) -> None:
        """A post of unknown outcome: looked for in the channel's history, a while later, and only then made again."""
        now = self._clock.now()
        if now < claimed_at + timedelta(seconds=self._pace.history_after):
            await self._wait(message, claimed_at + timedelta(seconds=self._pace.history_after))
            return
        try:
            since = claimed_at - timedelta(seconds=self._pace.history_before)
            found = await self._chat.find(message.channel, message.key, since, thread_ts=message.thread_ts)
        except ChatTrouble as trouble:
            await self._put_off(message, trouble, self._backoff(message), keep_claim=True)
            return
        if found:
            await self._stands(message, found[0], message.painted)
            await self._doubles.delete(message.channel, found[1:])
        else:
            await self._post(message, picture)

    # Updating: as often as wanted, the last one counts

    async def _update(self, message: Message, ts: str, picture: Picture) -> None:
        if not self._mandate.lasts(self._pace.post_timeout):
            return
        try:
            await self._chat.update(message.channel, ts, picture, plain=is_plain(message))
        except MessageGone as trouble:
            await self._gone(message, picture, trouble)
        except CannotEdit as trouble:
            self._meter.count(SLACK_REFUSALS, code=code_of(trouble))
            await self._reply_instead(message, picture)
        except ChatRateLimited:
            raise
        except ChatTrouble as trouble:
            await self._refused(message, trouble)
        else:
            await self._stands(message, ts, message.wanted, picture)
            self._meter.count(PAINTS, kind=message.kind.value, outcome="updated")

    async def _reply_instead(self, message: Message, picture: Picture) -> None:
        """The message stays as it is for good; what people have to know of is said below it."""
        async with self._store.write() as transaction:
            await transaction.messages.freeze(message)
            await reply_instead(transaction, message, picture)

    async def _leave(self, message: Message) -> None:
        """Nothing can be changed in a channel that is closed; it is caught up with when it opens again."""
        async with self._store.write() as transaction:
            await transaction.messages.give_up(message, "the channel is closed")

    async def _gone(self, message: Message, picture: Picture, trouble: MessageGone) -> None:
        """Somebody deleted it: said again only while a person is needed."""
        if isinstance(picture, RunPicture) and picture.run.gate is not None and picture.buttons:
            async with self._store.write() as transaction:
                await transaction.messages.lose(message)
        else:
            await self._give_up(message, trouble.sentence)

    # What became of it

    async def _stands(self, message: Message, ts: str, version: int, picture: Picture | None = None) -> None:
        self.is_dead = False
        now = self._clock.now()
        if is_plain(message):
            log.error("painted_plain", subject=message.subject, channel=message.channel, kind=message.kind, error=message.last_error)
        self._painted_at[message.id] = now
        async with self._store.write() as transaction:
            is_late = picture is not None and await was_judged_since(transaction, picture)
            await transaction.messages.painted(message, ts, version, now)
            # Whoever paints now may have painted something newer, which ours has covered.
            if not await self._mandate.stands(transaction) or is_late:
                await transaction.messages.raise_wanted(message.subject, kinds=(message.kind,))

    async def _refused(self, message: Message, trouble: ChatTrouble) -> None:
        if isinstance(trouble, InstallationDead):
            self.is_dead = True
            log.error("installation_dead", error=trouble.sentence)
            await self._put_off(message, trouble, self._pace.retry_most)
        elif isinstance(trouble, ChannelClosed) or (isinstance(trouble, ChatRefused) and is_plain(message)):
            self._meter.count(SLACK_REFUSALS, code=code_of(trouble))
            await self._give_up(message, trouble.sentence)
            if isinstance(trouble, ChannelClosed):
                await self._closures.closed(message.channel, trouble.code, message)
        else:
            await self._put_off(message, trouble, self._backoff(message))

    def declare_dead(self) -> None:
        """Slack has told us that our token is revoked, or the app is gone."""
        self.is_dead = True
        log.error("installation_dead", error="Slack says that the app's token was revoked")

    def _backoff(self, message: Message) -> float:
        return min(self._pace.retry_first * 2.0**message.attempts, self._pace.retry_most)

    async def _put_off(self, message: Message, trouble: ChatTrouble, seconds: float, *, keep_claim: bool = False) -> None:
        self._meter.count(PAINTS, kind=message.kind.value, outcome="put_off")
        self._meter.count(SLACK_REFUSALS, code=code_of(trouble))
        log.warning("paint_put_off", channel=message.channel, kind=message.kind, error=trouble.sentence, seconds=seconds)
        async with self._store.write() as transaction:
            until = self._clock.now() + timedelta(seconds=seconds)
            await transaction.messages.put_off(message, until, trouble.sentence, keep_claim=keep_claim)

    async def _wait(self, message: Message, until: datetime) -> None:
        async with self._store.write() as transaction:
            await transaction.messages.put_off(message, until, message.last_error, keep_claim=True)

    async def _give_up(self, message: Message, why: str) -> None:
        self._meter.count(PAINTS, kind=message.kind.value, outcome="given_up")
        tell = log.info if message.kind is Kind.REMINDER else log.error
        tell("paint_given_up", subject=message.subject, channel=message.channel, kind=message.kind, error=why)
        async with self._store.write() as transaction:
            await transaction.messages.give_up(message, why)


def is_plain(message: Message) -> bool:
    """Whether it goes out as plain text. An outage is no reason for that: a call without its buttons would be left of it."""
    return message.attempts >= PLAIN_AFTER and message.last_error.startswith(REFUSED)


def code_of(trouble: ChatTrouble) -> str:
    """A short word for what Slack said, or for how it said nothing."""
    match trouble:
        case ChatRefused() | InstallationDead():
            return code(trouble.code)
        case ChatRateLimited():
            return "ratelimited"
        case ChatAnswerLost():
            return "answer_lost"
        case _:
            return "unreachable"


def lacks_plan(picture: RunPicture) -> bool:
    """Whether there is a finished plan whose counts we have not read."""
    planned = "planned" in picture.run.timestamps or picture.run.gate == CONFIRM
    return planned and (picture.plan is None or not picture.plan.is_finished)


def is_loud(message: Message) -> bool:
    """Whether a reply shows in the channel too: where it calls people there, or where a reminder in the thread was not enough."""
    if message.kind is Kind.REMINDER:
        return message.gate.partition(":")[0] in LOUD
    return gate_of(message) not in {"", ENDED}
