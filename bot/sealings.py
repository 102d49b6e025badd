"""Sealing the audit as part of a process that serves: whose role it is, when it is done, and what is done at the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.core.links import message_link
from bot.core.pace import Pace
from bot.core.roles import SEALING
from bot.jobs import Jobs
from bot.services.roles import Role, Roles, Tick
from bot.services.sealing import Sealer
from bot.settings import Settings
from bot.slack.installations import Installation
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Sealing:
    """`paint` says what there is to say."""

    role: Role
    sealer: Sealer
    paint: Tick

    async def tick(self, now: datetime) -> None:
        await self.role.during(self.sealer.tick)(now)

    async def finish(self, now: datetime) -> None:
        """Seal all that is written, and post the head, where that is ours to do."""
        await self.role.during(lambda _: self.sealer.finish())(now)
        await self.paint(now)


def sealing_of(
    settings: Settings, pace: Pace, database: Database, jobs: Jobs, roles: Roles, installation: Installation, paint: Tick
) -> Sealing | None:
    """None without a key: rows are written then, and nothing shows what becomes of them."""
    if settings.audit_key is None:
        return None
    role, key = roles.add(SEALING, jobs.waker("seal")), settings.audit_key.get_secret_value()
    permalink = partial(message_link, installation.url)
    sealer = Sealer(database, database.clock, pace, key, settings.audit_channel, permalink, jobs.waker("paint"), role)
    return Sealing(role, sealer, paint)
