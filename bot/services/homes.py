"""What somebody's Home tab shows, from our own snapshots; nobody is shown what they may not read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.commands.lists import ListRuns
from bot.core.homes import Home, NoHome
from bot.core.listings import EVERYTHING, FIRST, Scope
from bot.core.policy import Actor, Right, Standing
from bot.core.reaches import Reach
from bot.core.watches import Watch
from bot.services.access import Access
from bot.services.listings import Listings
from bot.services.ports import Clock, Store, Transaction
from bot.services.waiting import Waiting

OPEN_FOR = timedelta(minutes=10)
"""How long after somebody has opened their Home it is kept up to date."""

OPEN_MOST = 500
AT_ONCE = 8
"""How many are looked at in one tick; Slack takes a hundred a minute at least, of all people together (views.publish)."""

WATCHES_MOST = 40
COVERED_MOST = 20


@dataclass(slots=True)
class Opened:
    """`shown` is a digest of what they see."""

    actor: Actor
    since: datetime
    shown: bytes = b""


class Homes:
    """Who has opened their Home lately is kept in memory: what is lost with it is a picture that is drawn anew when it is opened again."""

    def __init__(self, store: Store, access: Access, waiting: Waiting, listings: Listings, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._waiting = waiting
        self._listings = listings
        self._clock = clock
        self._opened: OrderedDict[str, Opened] = OrderedDict()

    def opened(self, actor: Actor) -> None:
        self._opened[actor.id] = Opened(actor, self._clock.now())
        while len(self._opened) > OPEN_MOST:
            self._opened.popitem(last=False)

    def is_open(self, person_id: str) -> bool:
        """Whether somebody may be looking at it: Slack does not say when it is closed."""
        found = self._opened.get(person_id)
        return found is not None and self._clock.now() - found.since <= OPEN_FOR

    def next_ones(self) -> tuple[Actor, ...]:
        """Those whose open Home was looked at longest ago; their turn comes again after all others'."""
        for person_id in [one for one in self._opened if not self.is_open(one)]:
            del self._opened[person_id]
        found = [*self._opened][:AT_ONCE]
        for person_id in found:
            self._opened.move_to_end(person_id)
        return tuple(self._opened[person_id].actor for person_id in found)

    def is_shown(self, person_id: str, digest: bytes) -> bool:
        return person_id in self._opened and self._opened[person_id].shown == digest

    def shown(self, person_id: str, digest: bytes) -> None:
        if person_id in self._opened:
            self._opened[person_id].shown = digest

    async def of(self, actor: Actor) -> Home | NoHome:
        person = await self._access.person(actor)
        if person.standing is not Standing.MEMBER:
            return NoHome(person.standing)
        own = (await self._listings.runs(ListRuns(mine=True), actor)).page
        reach = await self._access.reach(actor, Right.READ)
        async with self._store.read() as transaction:
            watches = await readable(transaction, await transaction.watches.all(), reach)
            hears = await transaction.preferences.hears_of_own(person.id)
        return Home(
            now=self._clock.now(),
            waiting=await self._waiting.mine(actor),
            own=own.rows,
            watches=watches,
            hears_of_own=hears,
            looked_at=own.looked_at,
        )


async def readable(transaction: Transaction, watches: Sequence[Watch], reach: Reach) -> tuple[Watch, ...]:
    """Those that somebody made themselves, and those over something that they may read."""
    if EVERYTHING in reach.globs:
        return tuple(watches)
    others = [one for one in watches if one.owner != reach.person.id][:WATCHES_MOST]
    seen = {one.identity for one in others if await covers_any(transaction, one, reach)}
    return tuple(one for one in watches if one.owner == reach.person.id or one.identity in seen)


async def covers_any(transaction: Transaction, watch: Watch, reach: Reach) -> bool:
    scope = Scope(pattern=watch.pattern, allowed=reach.globs, tag=watch.tag, project_ids=watch.project_ids)
    found = await transaction.listings.workspaces(scope, FIRST, COVERED_MOST)
    return any(reach.allows(one) and watch.covers(one) for one in found)
