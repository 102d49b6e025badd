"""The use cases that only show: lists, what waits, reviews, the Home tab, links, and the cards of channels."""

from __future__ import annotations

from functools import partial

from bot.app.decisions import Deciding
from bot.app.grounds import Given, Ground
from bot.core.links import message_link
from bot.services.audits import Audits
from bot.services.comparisons import Comparisons
from bot.services.details import Detailing
from bot.services.handouts import Handouts
from bot.services.homes import Homes
from bot.services.listings import Listings
from bot.services.lookups import Lookups
from bot.services.painting import Painter
from bot.services.plan_files import PlanFiles
from bot.services.reviews import Reviews
from bot.services.suggestions import Suggestions
from bot.services.unfurls import Unfurls
from bot.services.waiting import Waiting
from bot.services.watching import Watching
from bot.terraform.plan_documents import read_review


class Looking:
    def __init__(self, given: Given, ground: Ground, deciding: Deciding) -> None:
        outside, database, pace, settings, clock = given.outside, given.database, given.pace, given.settings, given.database.clock
        access, finder, reader, pictures, chat = ground.access, ground.finder, ground.reader, ground.pictures, outside.chat
        knowledge, projects, organizations = ground.knowledge, ground.projects, outside.organizations
        self.painter = Painter(
            *(chat, database, pictures, reader, ground.closures, clock, pace, given.meter, given.mandate),
            tallies=deciding.tallies,
            sharing=ground.sharing,
            detailing=Detailing(database, reader, outside.policies, outside.logs, pace, given.ruling.policy),
            comparisons=Comparisons(database, reader, ground.contents, pace),
        )
        self.lookups = Lookups(database, finder, access, pictures, deciding.voting)
        self.listings = Listings(database, knowledge, finder, reader, access, projects, outside.locks, pictures, given.ruling.policy, clock)
        self.waiting = Waiting(database, knowledge, access, pictures, partial(message_link, given.installation.url))
        self.homes = Homes(database, access, self.waiting, self.listings, clock)
        self.watching = Watching(database, knowledge, finder, access, ground.recorder, ground.closures, projects, chat, clock, ground.paint)
        self.unfurls = Unfurls(database, ground.recorder, reader, pictures, ground.repeats, settings.web_address)
        self.suggestions = Suggestions(database, access)
        self.audits = Audits(database, finder, access, clock, organizations, given.ruling.hash)
        self.reviews = Reviews(PlanFiles(outside.plan_texts), read_review, database, finder, access)
        texts = (self.reviews, outside.logs, outside.attachments)
        self.handouts = Handouts(database, finder, access, ground.sharing, *texts, clock, settings.terraform_address)
