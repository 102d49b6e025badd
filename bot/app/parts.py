"""The whole process as one object, and what keeps it from being ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from slack_bolt.async_app import AsyncApp

from bot.app.works import Work
from bot.core.errors import RulesDiffer, RunbellError
from bot.core.pace import Pace
from bot.jobs import Jobs
from bot.metrics import PrometheusMeter
from bot.sealings import Sealing
from bot.services.presence import Presence
from bot.services.pruning import Pruner
from bot.services.roles import Roles
from bot.services.ruling import RulesInForce
from bot.settings import Settings
from bot.sockets import Socket
from bot.store.database import Database
from bot.terraform.limits import Limiter
from handlers import Guard

log = structlog.get_logger("runbell.app")


STUCK_AFTER = 180.0
"""Seconds without the end of any tick of a loop after which we are not ready; a look at a slow server may take one minute."""

CLOCK_EVERY = 60.0
"""Seconds between two looks at how far the database's clock is from ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What this process is among the others that share its database."""

    presence: Presence
    roles: Roles
    pruner: Pruner

    async def leave(self) -> None:
        """Let the others have at once what was ours."""
        await self.roles.give_back()
        await self.presence.leave()


@dataclass(slots=True, kw_only=True)
class App:
    """Everything, made and not yet started."""

    settings: Settings
    pace: Pace
    database: Database
    work: Work
    standing: Standing
    ruling: RulesInForce
    jobs: Jobs
    bolt: AsyncApp
    guard: Guard
    meter: PrometheusMeter
    limiter: Limiter
    socket: Socket | None
    sealing: Sealing | None
    hears_http: bool = False
    is_stopping: bool = False

    async def troubles(self) -> Mapping[str, str]:
        """What keeps us from being ready."""
        found: dict[str, str] = {}
        if self.is_stopping:
            found["process"] = "It is about to end."
        if self.socket is not None and (trouble := await self.socket.trouble()) is not None:
            found["socket"] = trouble
        if self.socket is None and not self.hears_http:
            found["http"] = "Nothing listens for Slack's requests."
        if self.work.painter.is_dead:
            found["slack"] = "Slack does not take the bot's token any more."
        if stuck := self.jobs.stuck(STUCK_AFTER / self.settings.test_speed):
            found["loops"] = f"No tick has ended lately: {', '.join(stuck)}."
        try:
            async with self.database.read() as transaction:
                await transaction.looks.all()
                await self.ruling.demand_current(transaction)
        except RulesDiffer as error:
            found["rules"] = error.sentence
        except RunbellError as error:
            found["database"] = error.sentence
        return found

    async def last_words(self) -> None:
        """Seal the audit up to now, and say what its head is, where that is ours to do."""
        if self.sealing is not None:
            await self.sealing.finish(self.database.clock.now())

    async def exposition(self) -> bytes:
        """What was measured, with how things stand in the database where it says so."""
        self.limiter.measure()
        try:
            await self.work.gauges.read()
        except RunbellError as error:
            log.warning("gauges unread", error=error.sentence)
        return self.meter.text()
