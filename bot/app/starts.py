"""The use cases from which a run begins."""

from __future__ import annotations

from bot.app.grounds import Given, Ground
from bot.core.archives import UNPACKED_TIMES, Bounds
from bot.services.arrivals import Arrivals
from bot.services.launches import Launches
from bot.services.promotions import Promotions
from bot.services.retries import Retries
from bot.services.uploads import Sources, Uploads
from bot.services.versions import Versions


class Starting:
    def __init__(self, given: Given, ground: Ground) -> None:
        outside, database, pace, clock = given.outside, given.database, given.pace, given.database.clock
        access, finder, reader, sharing = ground.access, ground.finder, ground.reader, ground.sharing
        chains, packed = given.ruling.policy.chains, given.settings.upload_bytes
        versions = Versions(outside.runs, outside.configurations, database, reader, access)
        self.launches = Launches(
            database, finder, access, ground.intents, outside.chat, sharing, clock, outside.locks, versions, given.ruling
        )
        self.promotions = Promotions(outside.runs, database, finder, reader, access, versions, self.launches, outside.locks, chains)
        self.retries = Retries(database, finder, access, versions, self.launches)
        self.arrivals = Arrivals(database, outside.configurations, clock, pace, ground.paint)
        sources = Sources(shared=outside.shared_files, files=outside.files, configurations=outside.configurations, locks=outside.locks)
        bounds = Bounds(packed=packed, unpacked=UNPACKED_TIMES * packed, allow=given.ruling.policy.allowed_uploads)
        self.uploads = Uploads(
            finder, access, sharing, outside.chat, sources, self.launches, self.arrivals, clock, pace, bounds, given.ruling
        )
