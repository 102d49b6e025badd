"""Clicks on Approve & apply and beside it. The button says which run and which plan; all else is read afresh and judged now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import Act, RunReference
from bot.core.errors import ChatTrouble, FormNotOpened, NoTrigger, PlanChanged, WordsWanted
from bot.core.plan_summaries import NOT_SEEN
from bot.core.policy import Actor, Place
from bot.core.runs import CONFIRM, Action
from bot.core.tallies import Tally
from bot.services.approvals import Asked
from bot.slack import answers, ids
from bot.slack.blocks import Block, Said
from bot.slack.views.approval import Wanted, approval
from handlers.actions.others import button_clicked
from handlers.actions.override import demanded_gate
from handlers.answers import answer_to
from handlers.asking import WORD_OF, ask_run, show_again
from handlers.facts import value_of
from handlers.services import Services


async def approve_clicked(
    payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor, place: Place
) -> Said | None:
    """Acts at once on a plan that is known to destroy and replace nothing, where no words are asked for; else a form comes first.

    A button without the digest of a plan, or with that of another, shows the run as it is now before anything is decided. Where all went
    well the message itself shows it, so nothing is said; the painter changes it, never the click.
    """
    address = ids.decode(payload.get("value"))
    if address is None:
        return await button_clicked()
    command = Act(Action.APPLY, RunReference(run_id=address.run_id))
    asked = await services.approvals.asked_of(address.run_id, actor)
    tally = tally_shown(asked, address)
    if asked is None or tally is None:
        return await ask_run(command, services, actor, place, shown=address.digest)
    if tally.wants_words or not tally.plan.keeps_all:
        if asked.run.gate != CONFIRM or not tally.may_be_voted:
            return await ask_run(command, services, actor, place, shown=address.digest)
        await open_approval(asked, wanted_of(tally), services, place, body)
        return None
    try:
        acted = await services.approvals.act(command.action, command.run, actor, place, shown=address.digest)
    except PlanChanged as error:
        await show_again(error, command, services, actor, place)
    except WordsWanted as wanted:
        asked_words = Wanted(reason=wanted.reason, typed_name=wanted.typed_name, digest=tally.digest)
        if await opened(asked, asked_words, services, place, body):
            return None
        raise
    return answer_to(acted, services, is_seen=True)


async def because_clicked(
    payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor, place: Place
) -> Said | None:
    """The modal that asks why, where that is not demanded. Nothing is decided by the click."""
    address = ids.decode(value_of(payload))
    asked = await services.approvals.asked_of(address.run_id, actor) if address is not None else None
    if asked is None or address is None:
        return await button_clicked()
    demanded_gate(asked, Action.APPLY)
    tally = tally_shown(asked, address)
    if tally is None:
        command = Act(Action.APPLY, RunReference(run_id=address.run_id))
        return await ask_run(command, services, actor, place, shown=address.digest)
    wanted = Wanted(reason=True, typed_name=tally.wants_typed_name, may_be_silent=not tally.wants_reason, digest=tally.digest)
    await open_approval(asked, wanted, services, place, body)
    return None


def tally_shown(asked: Asked | None, address: ids.Address) -> Tally | None:
    """How it stood with the very plan that a button was shown with; None where that is not known."""
    tally = asked.tally if asked is not None else None
    return tally if tally is not None and address.digest and tally.digest == address.digest else None


def wanted_of(tally: Tally) -> Wanted:
    return Wanted(reason=tally.wants_reason, typed_name=tally.wants_typed_name, digest=tally.digest)


async def open_approval(asked: Asked, wanted: Wanted, services: Services, place: Place, body: Mapping[str, Any]) -> None:
    """An error where Slack does not show it: then nothing is decided, since nobody has seen what they would decide about."""
    if await opened(asked, wanted, services, place, body):
        return
    if (wanted.reason and not wanted.may_be_silent) or wanted.typed_name:
        raise WordsWanted(asked.run.id, asked.workspace.name, reason=wanted.reason, typed_name=wanted.typed_name)
    raise FormNotOpened(asked.run.id, WORD_OF[Action.APPLY])


async def opened(asked: Asked, wanted: Wanted, services: Services, place: Place, body: Mapping[str, Any]) -> bool:
    try:
        await services.privately.open(str(body.get("trigger_id", "")), approval_view(asked, wanted, place))
    except (ChatTrouble, NoTrigger):  # as in `demand_opened`
        return False
    return True


def approval_view(asked: Asked, wanted: Wanted, place: Place) -> Block:
    """The form, with what its plan destroys and replaces."""
    tally = asked.tally
    rules = tally.rules if tally is not None else ()
    return approval(asked.run, asked.workspace, asked.plan, place, wanted, rules, tally.plan if tally is not None else NOT_SEEN)


async def unvote_clicked(payload: Mapping[str, Any], services: Services, actor: Actor, place: Place) -> Said:
    address = ids.decode(payload.get("value"))
    if address is None:
        return await button_clicked()
    asked = await services.approvals.take_back(RunReference(run_id=address.run_id), actor, place)
    return answers.vote_taken_back(asked.run, asked.workspace, services.link(asked.workspace, asked.run.id))
