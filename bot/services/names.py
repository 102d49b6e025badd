"""What people call each other and their user groups, for sentences that shall mention nobody. Names are for display and decide nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.core.errors import ChatTrouble
from bot.core.verdicts import Named
from bot.services.ports import Clock, People

FRESH = timedelta(minutes=10)
KEPT_MOST = 5000


class Names:
    """`team_id` is our Slack workspace. Who cannot be read goes by id."""

    def __init__(self, people: People, clock: Clock, team_id: str) -> None:
        self._people = people
        self._clock = clock
        self._team_id = team_id
        self._known: dict[Named, tuple[datetime, str]] = {}

    async def of(self, everybody: Iterable[Named]) -> Mapping[Named, str]:
        wanted = sorted(set(everybody), key=lambda one: (one.is_group, one.id))
        return dict(zip(wanted, await asyncio.gather(*map(self._name, wanted)), strict=True))

    async def _name(self, who: Named) -> str:
        known = self._known.get(who)
        if known and self._clock.now() - known[0] < FRESH:
            return known[1]
        try:
            found = await self._people.handle(who.id) if who.is_group else (await self._people.person(who.id, self._team_id)).name
        except ChatTrouble:
            return known[1] if known else who.id
        if len(self._known) >= KEPT_MOST:
            self._known.clear()
        self._known[who] = (self._clock.now(), found)
        return found
