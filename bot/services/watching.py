"""What a channel hears of: watches are made, ended and listed here, by those who may read what they show."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.commands.watches import AddWatch
from bot.core.errors import AlreadyWatched, UnknownWatch
from bot.core.policy import Actor, Place, Right
from bot.core.watches import Watch
from bot.core.workspaces import Workspace, is_glob, matches
from bot.services.access import Access
from bot.services.finding import Finder
from bot.services.knowledge import Knowledge
from bot.services.launches import enter
from bot.services.notes import tell
from bot.services.ports import Chat, Clock, Store, Wake
from bot.services.recording import Recorder


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """`workspaces` are those that the watch covers now, by name."""

    watch: Watch
    workspaces: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """`of_another` where somebody else had asked for it, which is said in the channel."""

    watch: Watch
    of_another: bool


class Watching:
    def __init__(
        self,
        store: Store,
        knowledge: Knowledge,
        finder: Finder,
        access: Access,
        recorder: Recorder,
        chat: Chat,
        clock: Clock,
        wake_painter: Wake,
    ) -> None:
        self._store = store
        self._knowledge = knowledge
        self._finder = finder
        self._access = access
        self._recorder = recorder
        self._chat = chat
        self._clock = clock
        self._wake_painter = wake_painter

    async def add(self, wish: AddWatch, actor: Actor, place: Place) -> Watched:
        """Everybody in the channel will see what it matches, so the actor must be allowed to read all of that."""
        covered = await self._covered(wish.pattern, actor)
        await self._access.demand_membership(actor)
        person = await self._access.demand_all(actor, Right.READ, covered)
        await enter(self._chat, place.channel)
        now = self._clock.now()
        watch = Watch(channel=place.channel, pattern=wish.pattern, measure=wish.measure, owner=person.id, created_at=now)
        async with self._store.write() as transaction:
            await transaction.workspaces.put(covered, now)
            if not await transaction.watches.add(watch):
                raise AlreadyWatched(wish.pattern)
            live = await transaction.runs.live()
        await self._recorder.reconsider(live, {one.id: one for one in covered})
        return Watched(watch=watch, workspaces=tuple(sorted(one.full_name for one in covered)))

    async def remove(self, pattern: str, actor: Actor, place: Place) -> Removed:
        """End a watch of the channel: one's own as anybody, another's with the right admin over all it covers."""
        person = await self._access.demand_membership(actor)
        async with self._store.read() as transaction:
            watch = next((one for one in await transaction.watches.of_channel(place.channel) if one.pattern == pattern), None)
            known = await transaction.workspaces.all()
        if watch is None:
            raise UnknownWatch(pattern)
        of_another = watch.owner != person.id
        if of_another:
            await self._access.demand_all(actor, Right.ADMIN, [one for one in known if watch.covers(one)] or [named(pattern)])
        async with self._store.write() as transaction:
            if await transaction.watches.remove(place.channel, pattern) is None:
                raise UnknownWatch(pattern)
            if of_another:
                topic = f"{pattern}:{self._clock.now().isoformat()}"
                text = f"ended the watch of “{pattern}” in this channel, which somebody else had asked for."
                await tell(transaction, subject="watch", channel=place.channel, topic=topic, text=text, mention=person.id)
        if of_another:
            self._wake_painter()
        return Removed(watch=watch, of_another=of_another)

    async def list(self, actor: Actor, place: Place) -> tuple[Watch, ...]:
        await self._access.demand_membership(actor)
        async with self._store.read() as transaction:
            return await transaction.watches.of_channel(place.channel)

    async def _covered(self, pattern: str, actor: Actor) -> tuple[Workspace, ...]:
        """What a watch would show now; a name that is no glob must be a workspace."""
        if not is_glob(pattern):
            return (await self._finder.workspace(pattern, actor),)
        return tuple(one for one in await self._knowledge.workspaces() if matches(pattern, one))


def named(pattern: str) -> Workspace:
    """What a pattern that covers nothing speaks of, for asking who has rights over it."""
    organization, _, name = pattern.rpartition("/")
    return Workspace(id="", name=name, organization=organization)
