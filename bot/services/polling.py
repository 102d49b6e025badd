"""The poller: which recipe looks at which organization now, and what the server cannot do. How each looks is in recipes.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.core.cadence import Look, Recipe, interval, next_look
from bot.core.errors import NotVisible, RunbellError, TerraformRateLimited
from bot.core.metrics import LOOKS, UNMETERED, Meter
from bot.core.pace import Pace
from bot.services.ports import Clock, Store
from bot.services.recipes import Between, NotSupported, Recipes, nothing
from bot.services.recording import Recorder

log = structlog.get_logger(__name__)


class Looks:
    """Those of one organization, as far as this tick has come. Whoever has the `turn` looks; a whole list needs none."""

    def __init__(self, organization: str, kept: Mapping[tuple[str, Recipe], Look]) -> None:
        self.of = {recipe: kept.get((organization, recipe), Look(organization=organization, recipe=recipe)) for recipe in Recipe}
        self.turn = asyncio.Lock()

    @property
    def blind(self) -> bool:
        """Whether the server cannot tell what goes on."""
        return not (self.of[Recipe.LIVE].supported and self.of[Recipe.NEW].supported)


class Poller:
    """`chance` gives numbers in [0, 1) that spread the looks."""

    def __init__(
        self,
        recipes: Recipes,
        store: Store,
        recorder: Recorder,
        clock: Clock,
        pace: Pace,
        organizations: tuple[str, ...],
        chance: Callable[[], float],
        meter: Meter = UNMETERED,
    ) -> None:
        self._recipes = recipes
        self._store = store
        self._recorder = recorder
        self._clock = clock
        self._pace = pace
        self._organizations = organizations
        self._chance = chance
        self._meter = meter

    async def tick(self, now: datetime) -> None:
        """Look where it is due, organizations side by side; one that fails or hangs does not keep the others.

        A whole list takes a second for every fifteen pages, so in between whatever cannot wait is looked at.
        """
        await self._recorder.reconsider_unheard()
        async with self._store.read() as transaction:
            kept = {(look.organization, look.recipe): look for look in await transaction.looks.all()}
            live = await transaction.runs.any_live()
        looks = [Looks(organization, kept) for organization in self._organizations]

        async def meanwhile() -> None:
            await asyncio.gather(*(self._look_quickly(one, live=live) for one in looks))

        await asyncio.gather(*(self._look_at(one, now, meanwhile, live=live) for one in looks))

    async def _look_at(self, looks: Looks, now: datetime, meanwhile: Between, *, live: bool) -> None:
        await self._look_if_due(looks, Recipe.ALL, now, live=live, meanwhile=meanwhile)
        async with looks.turn:
            for recipe in (Recipe.LIVE, Recipe.NEW, Recipe.ORGANIZATION):
                await self._look_if_due(looks, recipe, now, live=live)

    async def _look_quickly(self, looks: Looks, *, live: bool) -> None:
        """What shows that people are needed, unless somebody is at it. The first look for new runs goes by what a whole list found."""
        if looks.turn.locked():
            return
        async with looks.turn:
            await self._look_if_due(looks, Recipe.LIVE, self._clock.now(), live=live)
            if looks.of[Recipe.NEW].watermark is not None:
                await self._look_if_due(looks, Recipe.NEW, self._clock.now(), live=live)

    async def _look_if_due(self, looks: Looks, recipe: Recipe, now: datetime, *, live: bool, meanwhile: Between = nothing) -> None:
        blind, look = looks.blind, looks.of[recipe]
        if not is_due(stand_in(look, blind=blind), self._pace, now, live=live):
            return
        done, throttled = await self._look(look, meanwhile, blind=blind)
        next_at = next_look(
            stand_in(done, blind=blind), self._pace, self._clock.now(), live=live, throttled=throttled, chance=self._chance()
        )
        looks.of[recipe] = replace(done, next_at=next_at)
        await self._keep(looks.of[recipe])

    async def _look(self, look: Look, meanwhile: Between, *, blind: bool) -> tuple[Look, bool]:
        """One look, and whether the server had had enough of us. A whole list does the work of the others where the server cannot."""
        outcome, throttled = "done", False
        try:
            async with asyncio.timeout(self._pace.look_deadline):
                reached = await self._reached(look, meanwhile)
                if look.recipe is Recipe.ALL and blind:
                    await self._recipes.read_missing(look.organization)
            done = replace(look, supported=True, failures=0, last_error="", watermark=reached)
        except NotSupported:
            log.warning("look_not_supported", organization=look.organization, recipe=look.recipe)
            outcome, done = "unsupported", replace(look, supported=False, last_error="the server ignores the filter or the order")
        except TerraformRateLimited as trouble:
            outcome, throttled = "throttled", True
            done = replace(look, last_error=trouble.sentence)
        except NotVisible as trouble:
            outcome, done = "unseen", self._unseen(look, trouble)
        except (RunbellError, TimeoutError) as trouble:
            outcome = "failed"
            log.warning("look_failed", organization=look.organization, recipe=look.recipe, error=str(trouble))
            done = replace(look, failures=look.failures + 1, last_error=str(trouble) or "it took too long")
        self._meter.count(LOOKS, recipe=look.recipe.value, outcome=outcome)
        return done, throttled

    def _unseen(self, look: Look, trouble: NotVisible) -> Look:
        """Not every server has the organization's run list; every server has workspaces, or we may not see the organization."""
        log.warning("look_not_visible", organization=look.organization, recipe=look.recipe, error=trouble.sentence)
        if look.recipe is Recipe.ORGANIZATION:
            return replace(look, supported=False, last_error=trouble.sentence)
        return replace(look, failures=look.failures + 1, last_error=trouble.sentence)

    async def _reached(self, look: Look, meanwhile: Between) -> datetime | None:
        match look.recipe:
            case Recipe.ALL:
                return await self._recipes.all(look.organization, meanwhile)
            case Recipe.LIVE:
                return await self._recipes.live(look.organization)
            case Recipe.NEW:
                return await self._recipes.new(look.organization, look.watermark)
            case Recipe.ORGANIZATION:
                return await self._recipes.organization(look.organization, look.watermark)
            case _:
                assert_never(look.recipe)

    async def _keep(self, look: Look) -> None:
        async with self._store.write() as transaction:
            await transaction.looks.put(look)


def stand_in(look: Look, *, blind: bool) -> Look:
    """Where the server cannot tell what goes on, the whole list has to be looked at as often as the others would."""
    return replace(look, recipe=Recipe.ORGANIZATION) if blind and look.recipe is Recipe.ALL else look


def is_due(look: Look, pace: Pace, now: datetime, *, live: bool) -> bool:
    """Due by its own time; or further off than it would be set now, since runs have come alive or the server has shown what it cannot."""
    if look.next_at is None or look.next_at <= now:
        return True
    in_order = look.supported and look.failures == 0 and not look.last_error
    return in_order and look.next_at - now > timedelta(seconds=1.2 * interval(look.recipe, pace, live=live))
