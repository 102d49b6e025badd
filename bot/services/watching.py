"""What a channel hears of: watches are made, ended and listed here, by those who may read what they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.commands.watches import AddWatch, RemoveWatch
from bot.core.errors import AlreadyWatched, SeveralWatches, TooMany, UnknownWatch, WatchIsCode
from bot.core.policy import Actor, Person, Place, Right
from bot.core.repetitions import WATCHES_MOST
from bot.core.watches import Watch
from bot.core.workspaces import Workspace, is_glob, spelled_as, spelled_or_alike
from bot.services.access import Access, named
from bot.services.audits import watch_changed
from bot.services.closures import Closures
from bot.services.finding import Finder
from bot.services.knowledge import Knowledge
from bot.services.launches import enter
from bot.services.notes import tell
from bot.services.ports import Chat, Clock, Store, Wake
from bot.services.projects import Projects
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
        closures: Closures,
        projects: Projects,
        chat: Chat,
        clock: Clock,
        wake_painter: Wake,
    ) -> None:
        self._store = store
        self._knowledge = knowledge
        self._finder = finder
        self._access = access
        self._recorder = recorder
        self._closures = closures
        self._projects = projects
        self._chat = chat
        self._clock = clock
        self._wake_painter = wake_painter

    async def add(self, wish: AddWatch, actor: Actor, place: Place) -> Watched:
        """Everybody in the channel will see what it shows, so it covers what the actor may read and nothing else.

        What they may not read is not there for them, so it is no reason to refuse: the watch is partial.
        A watch that is there already and paused goes on.
        """
        watch = Watch(
            channel=place.channel,
            pattern=wish.pattern,
            measure=wish.measure,
            created_at=self._clock.now(),
            tag=wish.tag,
            project=wish.project,
            project_ids=await self._projects.ids_of(wish.project),
            in_thread=wish.in_thread,
            mentions=wish.mentions,
        )
        person = await self._access.demand_membership(actor)
        watch, matched = await self._matched(watch, actor)
        covered = await self._access.visible(actor, matched)
        await enter(self._chat, place.channel)
        made = await self._make(replace(watch, owner=person.id, is_partial=len(covered) < len(matched)), covered, person)
        return Watched(watch=made, workspaces=tuple(sorted(one.full_name for one in covered)))

    async def _make(self, watch: Watch, covered: Sequence[Workspace], person: Person) -> Watch:
        """The watch as it stands from now on. AlreadyWatched where it is there, and nothing keeps it from being heard."""
        async with self._store.write() as transaction:
            await transaction.workspaces.put(covered, self._clock.now())
            there = [one for one in await transaction.watches.of_channel(watch.channel) if one.title == watch.title]
            if not there:
                refuse_more([one for one in await transaction.watches.of_channel(watch.channel) if one.owner == person.id])
            made = not there and await transaction.watches.add(watch)
            if made:
                changed = watch_changed(watch, "watch", self._clock.now(), person=person.id, person_name=person.name)
                await transaction.audit.add(changed)
            live = await transaction.runs.live()
        if made:
            await self._recorder.reconsider(live, {one.id: one for one in covered})
            return watch
        if not await self._closures.opened(watch.channel):
            raise AlreadyWatched(watch.title)
        return replace(there[0], paused_at=None, paused_why="") if there else watch

    async def remove(self, wish: RemoveWatch, actor: Actor, place: Place) -> Removed:
        """End a watch of the channel: one's own as anybody, another's with the right admin over all it covers. Not one that is code."""
        person = await self._access.demand_membership(actor)
        async with self._store.read() as transaction:
            watch = meant(wish, await transaction.watches.of_channel(place.channel))
            known = await transaction.workspaces.all()
        of_another = watch.owner != person.id
        if of_another:
            await self._access.demand_all(
                actor, Right.ADMIN, [one for one in known if watch.covers(one)] or [named(watch.pattern)], watch.pattern
            )
        async with self._store.write() as transaction:
            if not await transaction.watches.remove(watch):
                raise UnknownWatch(watch.title)
            changed = watch_changed(watch, "unwatch", self._clock.now(), person=person.id, person_name=person.name)
            await transaction.audit.add(changed)
            if of_another:
                topic = f"{watch.title}:{self._clock.now().isoformat()}"
                text = f"ended the watch of “{watch.title}” in this channel, which somebody else had asked for."
                await tell(transaction, subject="watch", channel=place.channel, topic=topic, text=text, mention=person.id)
        if of_another:
            self._wake_painter()
        return Removed(watch=watch, of_another=of_another)

    async def list(self, actor: Actor, place: Place) -> tuple[Watch, ...]:
        await self._access.demand_membership(actor)
        async with self._store.read() as transaction:
            return await transaction.watches.of_channel(place.channel)

    async def _matched(self, watch: Watch, actor: Actor) -> tuple[Watch, tuple[Workspace, ...]]:
        """What a watch matches now; a name that is no glob must be a workspace, and is kept as the server spells it."""
        if not is_glob(watch.pattern):
            workspace = await self._finder.workspace(watch.pattern, actor)
            spelled = replace(watch, pattern=spelled_as(watch.pattern, workspace))
            return spelled, (workspace,) if spelled.covers(workspace) else ()
        return watch, tuple(one for one in await self._knowledge.workspaces() if watch.covers(one))


def refuse_more(theirs: Sequence[Watch]) -> None:
    """`theirs` are the watches of one person in the channel; what the file says counts for nobody."""
    if sum(not one.source for one in theirs) >= WATCHES_MOST:
        raise TooMany("watches", WATCHES_MOST, "End one with “unwatch”, or watch a glob instead of single workspaces.")


def meant(wish: RemoveWatch, watches: Sequence[Watch]) -> Watch:
    """The one that is to end; where several have the glob, the one that nothing narrows, if nothing was said of that."""
    same = spelled_or_alike(wish.pattern, watches, lambda one: one.pattern)
    fitting = [one for one in same if wish.tag in {"", one.tag} and wish.project in {"", one.project}]
    by_hand = [one for one in fitting if not one.source]
    if not fitting:
        raise UnknownWatch(wish.pattern)
    if not by_hand:
        raise WatchIsCode(fitting[0].title, fitting[0].source)
    exact = [one for one in by_hand if (one.tag, one.project) == (wish.tag, wish.project)]
    if len(by_hand) > 1 and (not exact or len({one.pattern for one in by_hand}) > 1):
        raise SeveralWatches(wish.pattern, [one.title for one in by_hand])
    return (exact or by_hand)[0]
