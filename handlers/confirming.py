"""The click on the button under a command that was shown: the stored command is carried out, and judged now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.core.commands import parse
from bot.core.commands.runs import Act
from bot.core.confirmations import Confirmation
from bot.core.errors import ConfirmationExpired, PlanChanged, RunbellError, StoreBusy, WordsWanted
from bot.core.policy import Actor, Place
from bot.core.requests import HELD, has_effect
from bot.core.runs import CONFIRM, Action
from bot.services.approvals import Asked
from bot.services.audits import Heard
from bot.services.notices import DIRECT
from bot.slack import answers, ids, replies
from bot.slack.blocks import Block, Said
from bot.slack.cards import confirmations as cards
from bot.slack.views.approval import Wanted
from bot.slack.views.cancel import canceling
from bot.slack.views.override import glass, override
from handlers.actions.approve import approval_view
from handlers.actions.others import button_clicked
from handlers.actions.override import demanded_gate, question
from handlers.asking import Overtaken, ask_again, demand_opened
from handlers.commands import carry_out
from handlers.commands.approve import decided
from handlers.guard import Guard
from handlers.hearing import refusal_details, typed
from handlers.services import Services


async def confirmation_clicked(
    payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor, place: Place
) -> Said | None:
    """Use up the confirmation, then carry it out. If the process is killed in between, the stored request of this click does it."""
    confirmation_id = ids.decode_confirmation(payload.get("value"))
    if confirmation_id is None:
        return await button_clicked()
    try:
        confirmation = await services.confirmations.take(confirmation_id, actor, place.channel)
    except ConfirmationExpired as expired:
        await services.audits.hear(Heard(actor=actor, place=place, action=ids.CONFIRM_COMMAND, outcome=type(expired).__name__))
        return await in_its_place(replies.reply(expired, command=services.command), services, place)
    opens_form = payload.get("action_id") == ids.CONFIRM_FORM
    error: RunbellError | None = None
    said: Said | None
    try:
        said = await carried_out(confirmation, services, actor, place, body, opens_form=opens_form)
    except RunbellError as refusal:
        error = refusal
        said = await told_of(refusal, confirmation, services, actor, place)
    outcome = type(error).__name__ if error is not None else ""
    common = {"actor": actor, "place": place, "outcome": outcome}
    await services.audits.hear(typed(confirmation.command, refusal_details(error), common))
    return await in_its_place(said, services, place) if said is not None else None


async def carried_out(
    confirmation: Confirmation, services: Services, actor: Actor, place: Place, body: Mapping[str, Any], *, opens_form: bool
) -> Said | None:
    """Carry out the stored command, whatever came with the click. None if a form was opened and the answer says so already."""
    command = parse(confirmation.command)
    if isinstance(command, Act):
        return await act(command, confirmation, services, actor, place, body, opens_form=opens_form)
    said = await carry_out(command, services, actor, place, body)
    return said if said is not None else answers.said(cards.OPENED)


async def act(
    command: Act,
    confirmation: Confirmation,
    services: Services,
    actor: Actor,
    place: Place,
    body: Mapping[str, Any],
    *,
    opens_form: bool,
) -> Said | None:
    if opens_form:
        return await open_form(command, confirmation, services, actor, place, body)
    if command.action is Action.DISCARD:
        # Nothing is judged of a discard, so the plan is compared here.
        preview = await services.previews.about(command.action, command.run, actor, place)
        if preview.digest != confirmation.plan_digest:
            raise PlanChanged(confirmation.run_id)
    try:
        return await decided(command, services, actor, place, confirmation.plan_digest)
    except WordsWanted:
        # The rules have come to ask for a reason or a name since the button was shown.
        return await open_form(command, confirmation, services, actor, place, body)


async def open_form(
    command: Act, confirmation: Confirmation, services: Services, actor: Actor, place: Place, body: Mapping[str, Any]
) -> Said | None:
    """Open the form from our own data, since a click can open one for three seconds. It shows the plan that was shown, or none.

    Return the new text of the answer, None if it says so already.
    """
    asked = await services.approvals.asked_of(confirmation.run_id, actor)
    digest = asked.tally.digest if asked is not None and asked.tally is not None else ""
    if asked is None or (command.action in {Action.APPLY, Action.OVERRIDE} and digest != confirmation.plan_digest):
        raise PlanChanged(confirmation.run_id)
    with demand_opened(asked.run.id, command.action):
        return await put_form(form(command, asked, confirmation, place), services, place, str(body.get("trigger_id") or ""))


async def put_form(view: Block, services: Services, place: Place, trigger_id: str) -> Said | None:
    said = answers.said(cards.OPENED)
    if not in_direct_messages(place):
        await services.privately.open(trigger_id, view)
        return said
    view["private_metadata"] = becoming_result(view["private_metadata"])
    # Both leave together: an edit once the form is there could overwrite the result of one that is submitted at once.
    opened, edited = await asyncio.gather(
        services.privately.open(trigger_id, view), services.privately.edit(place.channel, place.ts, said), return_exceptions=True
    )
    if isinstance(opened, BaseException):
        raise opened
    return None if edited is True else said


def becoming_result(metadata: str) -> str:
    address = ids.decode_view(metadata)
    return ids.encode_view(replace(address, becomes_result=True)) if address is not None else metadata


def in_direct_messages(place: Place) -> bool:
    """Whether the answer that was clicked on is a message, which can be edited."""
    return place.channel.startswith(DIRECT) and bool(place.ts)


def form(command: Act, asked: Asked, confirmation: Confirmation, place: Place) -> Block:
    if command.action in {Action.CANCEL, Action.FORCE_CANCEL}:
        return canceling(asked.run, asked.workspace, place, command.action, command.comment)
    gate = demanded_gate(asked, command.action)
    shown = question(asked, place, gate, confirmation.plan_digest, command.comment)
    if command.breaks_glass:
        return glass(shown, command.action)
    if gate != CONFIRM:
        return override(shown)
    tally = asked.tally
    wants_reason = tally is not None and tally.wants_reason
    wanted = Wanted(
        reason=wants_reason or bool(command.comment),
        typed_name=tally is not None and tally.wants_typed_name,
        may_be_silent=not wants_reason,
        given=command.comment,
        digest=confirmation.plan_digest,
    )
    return approval_view(asked, wanted, place)


async def told_of(error: RunbellError, confirmation: Confirmation, services: Services, actor: Actor, place: Place) -> Said:
    """Return what went wrong. If the run is no longer as it was shown, return it as it is now, with a new button."""
    if isinstance(error, StoreBusy) and has_effect(HELD.get()):
        return replies.perhaps_done("click", confirmation.run_id, services.command)
    command = parse(confirmation.command)
    if not isinstance(error, Overtaken) or not isinstance(command, Act):
        return replies.reply(error, command=services.command)
    try:
        return await ask_again(error, command, services, actor, place, thread_ts=confirmation.thread_ts)
    except RunbellError as another:
        return replies.reply(another, command=services.command)


async def in_its_place(said: Said, services: Services, place: Place) -> Said | None:
    """Replace the button by the answer: a direct message is edited, and None returned; a private answer is replaced."""
    if in_direct_messages(place) and await services.privately.edit(place.channel, place.ts, said):
        return None
    return said | {"replace_original": True}


def register(app: AsyncApp, guard: Guard) -> None:
    for action_id in (ids.CONFIRM_COMMAND, ids.CONFIRM_FORM):
        app.action(action_id)(guard.guarded(confirmation_clicked, acts=True))
