"""Clicks on Override… and on Break the glass…: each opens a modal that asks why. Nothing is decided by the click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import Act, RunReference
from bot.core.errors import ChatTrouble, NotPossibleNow, WordsWanted
from bot.core.policy import Actor, Place
from bot.core.runs import CONFIRM, Action, action_at
from bot.services.approvals import Asked
from bot.slack import ids
from bot.slack.blocks import Block, Said
from bot.slack.views.override import Question, glass, override
from handlers.actions.others import button_clicked
from handlers.asking import ask_run
from handlers.services import Services


async def override_clicked(
    payload: Mapping[str, Any],
    body: Mapping[str, Any],
    services: Services,
    actor: Actor,
    place: Place,
) -> Said | None:
    """By what we know already: a click can open a modal for three seconds."""
    address = ids.decode(payload.get("value"))
    asked = await services.approvals.asked_of(address.run_id, actor) if address is not None else None
    if asked is None or address is None:
        return await button_clicked()
    gate = demanded_gate(asked, Action.OVERRIDE)
    if not is_of_plan(asked, address.digest):
        command = Act(Action.OVERRIDE, RunReference(run_id=address.run_id))
        return await ask_run(command, services, actor, place, shown=address.digest)
    await opened(override(question(asked, place, gate, address.digest)), asked, services, body, "override")
    return None


async def glass_clicked(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor, place: Place) -> Said | None:
    """Offered to those alone who may, of whom we have just heard who they are; so that is asked first."""
    address = ids.decode(payload.get("value"))
    asked = await services.approvals.asked_of(address.run_id, actor) if address is not None else None
    if asked is None or address is None:
        return await button_clicked()
    action = ids.ACTION_OF_GLASS[payload["action_id"]]
    await services.approvals.demand_glass(actor, place)
    gate = demanded_gate(asked, action)
    if not is_of_plan(asked, address.digest):
        command = Act(action, RunReference(run_id=address.run_id), breaks_glass=True)
        return await ask_run(command, services, actor, place, shown=address.digest)
    await opened(
        glass(question(asked, place, gate, address.digest), action),
        asked,
        services,
        body,
        "override" if action is Action.OVERRIDE else "approve",
    )
    return None


def is_of_plan(asked: Asked, digest: str) -> bool:
    """Whether what we know is of the plan that the button was shown with; before there is a plan, both have no digest."""
    return asked.tally is not None and asked.tally.digest == digest


def demanded_gate(asked: Asked, action: Action) -> str:
    """The open question, where it is of the kind that was clicked on."""
    gate = asked.run.gate
    if gate is None or action_at(gate) is not action:
        verb = "overridden" if action is Action.OVERRIDE else "applied"
        raise NotPossibleNow(asked.run.id, verb, asked.run.status_word)
    return gate


def question(asked: Asked, place: Place, gate: str, digest: str, given: str = "") -> Question:
    return Question(
        run=asked.run,
        workspace=asked.workspace,
        plan=asked.plan,
        tally=asked.tally,
        place=place,
        gate=gate if gate != CONFIRM else "",
        applies_by_itself=asked.applies_by_itself,
        digest=digest,
        given=given,
    )


async def opened(view: Block, asked: Asked, services: Services, body: Mapping[str, Any], word: str) -> None:
    """WordsWanted, which says what to type, where it cannot be opened any more."""
    try:
        await services.privately.open(str(body.get("trigger_id", "")), view)
    except ChatTrouble as trouble:
        typed_name = asked.tally is not None and asked.tally.wants_typed_name
        raise WordsWanted(asked.run.id, asked.workspace.name, typed_name=typed_name, word=word) from trouble
