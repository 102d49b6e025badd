"""The use cases by which something is decided, held up or reminded of."""

from __future__ import annotations

from bot.app.grounds import Given, Ground
from bot.services.approvals import Approvals
from bot.services.autoapply import AutoApply
from bot.services.clocks import Clocks
from bot.services.comments import Comments
from bot.services.confirmations import Confirmations
from bot.services.evidence import Evidence
from bot.services.freezing import Freezing
from bot.services.glass import Glass
from bot.services.kinship import Kinship
from bot.services.locks import Locking
from bot.services.names import Names
from bot.services.previews import Previews
from bot.services.reminding import Reminders
from bot.services.sending import InFlight
from bot.services.tallies import Tallies
from bot.services.voting import Voting


class Deciding:
    def __init__(self, given: Given, ground: Ground) -> None:
        outside, database, pace, team = given.outside, given.database, given.pace, given.installation.team_id
        runs, clock, policy, ruling = outside.runs, database.clock, given.ruling.policy, given.ruling
        access, finder, reader, sharing = ground.access, ground.finder, ground.reader, ground.sharing
        evidence = Evidence(runs, outside.policies, ground.contents, database, access, policy, clock)
        kinship, names = Kinship(outside.memberships, outside.people, clock), Names(outside.people, clock, team)
        in_flight = InFlight(database, pace)
        self.freezing = Freezing(database, ground.knowledge, finder, access, sharing, ruling, clock, ground.paint, in_flight)
        self.voting = Voting(database, evidence, kinship, ruling, names, clock, ground.hurdles, self.freezing.in_force)
        self.tallies = Tallies(database, reader, self.voting, clock, pace)
        glass = Glass(access, policy)
        self.approvals = Approvals(
            database, finder, reader, access, ground.intents, self.voting, ruling, sharing, glass, clock, ground.moved
        )
        self.previews = Previews(database, finder, access, self.voting, sharing, glass)
        self.confirmations = Confirmations(database, clock)
        clocks = Clocks(policy, self.freezing.in_force)
        self.reminders = Reminders(
            database, clocks, reader, finder, access, sharing, self.voting, self.approvals, clock, pace, ground.paint
        )
        self.autoapply = AutoApply(database, self.approvals, pace, team)
        self.locking = Locking(outside.locks, runs, database, finder, reader, access, sharing, clock, ruling)
        self.comments = Comments(database, finder, access, ground.intents, sharing, clock)
