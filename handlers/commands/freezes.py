"""`freeze`, `unfreeze`, `freezes` and `snooze`: what shall wait, and which reminders shall."""

from __future__ import annotations

from bot.core.commands.freezes import DeclareFreeze, LiftFreeze, ListFreezes, Snooze
from bot.core.policy import Actor, Place
from bot.slack import answers
from bot.slack.blocks import Said
from bot.slack.cards import freezes
from handlers.services import Services


async def declare_freeze(command: DeclareFreeze, services: Services, actor: Actor, place: Place) -> Said:
    done = await services.freezing.declare(command, actor, place)
    return freezes.declared(done.freeze, done.under_way, coverage=done.coverage)


async def lift_freeze(command: LiftFreeze, services: Services, actor: Actor, place: Place) -> Said:
    return freezes.lifted(await services.freezing.lift(command, actor, place))


async def list_freezes(_command: ListFreezes, services: Services, actor: Actor, _place: Place) -> Said:
    found = await services.freezing.list(actor)
    return freezes.listing(found.now, found.coming)


async def snooze(command: Snooze, services: Services, actor: Actor, place: Place) -> Said:
    found = await services.reminders.snooze(command.run, command.span, actor, place)
    return answers.snoozed(found.run_id, found.workspace, services.link(found.workspace, found.run_id), found.until)
