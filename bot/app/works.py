"""Layer 2 put together: mypy proves here, and in the modules of its families, that the adapters fit the ports."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bot.app.decisions import Deciding
from bot.app.grounds import Given, Ground
from bot.app.looks import Looking
from bot.app.starts import Starting
from bot.services.alarms import Alarms
from bot.services.arrivals import Arrivals
from bot.services.autoapply import AutoApply
from bot.services.closures import Closures
from bot.services.coded import CodedWatches
from bot.services.gauges import Gauges
from bot.services.greetings import Greetings
from bot.services.intents import Intents
from bot.services.painting import Painter
from bot.services.polling import Poller
from bot.services.reminding import Reminders
from bot.services.tallies import Tallies
from bot.services.waking import Waking
from handlers import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The use cases, and what the loops run."""

    services: Services
    painter: Painter
    poller: Poller
    intents: Intents
    waking: Waking
    gauges: Gauges
    coded: CodedWatches
    closures: Closures
    alarms: Alarms
    autoapply: AutoApply
    reminders: Reminders
    tallies: Tallies
    arrivals: Arrivals


def use_cases(given: Given) -> Work:
    ground = Ground(given)
    deciding, starting = Deciding(given, ground), Starting(given, ground)
    looking = Looking(given, ground, deciding)
    database, pace, meter, organizations = given.database, given.pace, given.meter, given.outside.organizations
    clock, recorder, recipes = database.clock, ground.recorder, ground.recipes
    return Work(
        services=services(given, ground, deciding, starting, looking),
        painter=looking.painter,
        poller=Poller(recipes, database, recorder, clock, pace, organizations, random.random, meter),
        intents=ground.intents,
        waking=Waking(ground.reader, pace, organizations, meter),
        gauges=Gauges(database, clock, meter),
        coded=CodedWatches(given.hearers.watches, database, ground.projects, recorder, clock),
        closures=ground.closures,
        alarms=Alarms(database, pace, given.settings.operator),
        reminders=deciding.reminders,
        tallies=deciding.tallies,
        arrivals=starting.arrivals,
        autoapply=deciding.autoapply,
    )


def services(given: Given, ground: Ground, deciding: Deciding, starting: Starting, looking: Looking) -> Services:
    outside, settings, installation = given.outside, given.settings, given.installation
    return Services(
        command=settings.command,
        app_user=installation.app_user,
        address=settings.web_address,
        slack_address=installation.url,
        privately=outside.privately,
        surfaces=outside.surfaces,
        known=outside.people,
        closures=ground.closures,
        notices=ground.notices,
        repeats=ground.repeats,
        requests=ground.requests,
        greetings=Greetings(given.database, given.database.clock, ground.paint, settings.command),
        approvals=deciding.approvals,
        previews=deciding.previews,
        confirmations=deciding.confirmations,
        freezing=deciding.freezing,
        reminders=deciding.reminders,
        locking=deciding.locking,
        comments=deciding.comments,
        launches=starting.launches,
        promotions=starting.promotions,
        retries=starting.retries,
        uploads=starting.uploads,
        lookups=looking.lookups,
        listings=looking.listings,
        waiting=looking.waiting,
        watching=looking.watching,
        homes=looking.homes,
        unfurls=looking.unfurls,
        suggestions=looking.suggestions,
        audits=looking.audits,
        reviews=looking.reviews,
        handouts=looking.handouts,
        declare_dead=looking.painter.declare_dead,
    )
