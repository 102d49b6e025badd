"""What somebody's Home tab shows, from our own snapshots; nobody is shown what they may not read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
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
"""How long after somebody has opened their Home it is kept up to date with what they do."""

OPEN_MOST = 500
WATCHES_MOST = 40
COVERED_MOST = 20


class Homes:
    """Who has opened their Home lately is kept in memory: what is lost with it is a picture that is drawn anew when it is opened again."""

    def __init__(self, store: Store, access: Access, waiting: Waiting, listings: Listings, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._waiting = waiting
        self._listings = listings
        self._clock = clock
        self._opened: OrderedDict[str, datetime] = OrderedDict()

    def opened(self, person_id: str) -> None:
        self._opened[person_id] = self._clock.now()
        self._opened.move_to_end(person_id)
        while len(self._opened) > OPEN_MOST:
            self._opened.popitem(last=False)

    def is_open(self, person_id: str) -> bool:
        """Whether somebody may be looking at it: Slack does not say when it is closed."""
        since = self._opened.get(person_id)
        return since is not None and self._clock.now() - since <= OPEN_FOR

    async def of(self, actor: Actor) -> Home | NoHome:
        person = await self._access.person(actor)
        if person.standing is not Standing.MEMBER:
            return NoHome(person.standing)
        own = (await self._listings.runs(ListRuns(mine=True), actor)).page
        reach = await self._access.reach(actor, Right.READ)
        async with self._store.read() as transaction:
            watches = await shown(transaction, await transaction.watches.all(), reach)
            hears = await transaction.preferences.hears_of_own(person.id)
        return Home(
            now=self._clock.now(),
            waiting=await self._waiting.mine(actor),
            own=own.rows,
            watches=watches,
            hears_of_own=hears,
            looked_at=own.looked_at,
        )


async def shown(transaction: Transaction, watches: Sequence[Watch], reach: Reach) -> tuple[Watch, ...]:
    """Those that somebody made themselves, and those over something that they may read."""
    if EVERYTHING in reach.globs:
        return tuple(watches)
    others = [one for one in watches if one.owner != reach.person.id][:WATCHES_MOST]
    seen = {one.identity for one in others if await covers_any(transaction, one, reach)}
    return tuple(one for one in watches if one.owner == reach.person.id or one.identity in seen)


async def covers_any(transaction: Transaction, watch: Watch, reach: Reach) -> bool:
    scope = Scope(pattern=watch.pattern, allowed=reach.globs, tag=watch.tag, project_ids=tuple(filter(None, [watch.project_id])))
    found = await transaction.listings.workspaces(scope, FIRST, COVERED_MOST)
    return any(reach.allows(one) and watch.covers(one) for one in found)
