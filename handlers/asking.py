"""Showing somebody what their command would do, with the one button that has it done. Nothing is changed in here."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, NoReturn

from bot.core.commands import format as written
from bot.core.commands import row_of
from bot.core.commands.grammar import Command
from bot.core.commands.runs import Act, RunReference, StartRun
from bot.core.errors import ApplyInterrupted, PlanChanged
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards import confirmations as cards
from handlers.services import Services

DIRECT = "D"
"""What the id of direct messages begins with."""


async def ask(command: Command, services: Services, actor: Actor, place: Place, *, thread_ts: str = "") -> Said:
    """What any command that changes something would do. One about a run is bound to that very run, whatever it was named by."""
    if isinstance(command, Act):
        return await ask_run(command, services, actor, place, thread_ts=thread_ts)
    row = row_of(command)
    if isinstance(command, StartRun) and command.variables:
        # What variables are set to is never kept, and what waits for a click is.
        raise row.wrong("A message can't set variables.")
    run = getattr(command, "run", None)
    if isinstance(run, RunReference):
        changed: dict[str, Any] = {"run": await services.previews.named(run, actor)}
        command = replace(command, **changed) if fields(command) else command  # type: ignore[type-var, arg-type] # all are dataclasses
    typed = written(command)
    confirmation = await services.confirmations.ask(actor, place.channel, typed, thread_ts=thread_ts)
    label = row.word.replace("-", " ").capitalize()
    return cards.about_command(f"{services.command} {typed}", row.summary, confirmation.id, label)


async def ask_run(
    command: Act, services: Services, actor: Actor, place: Place, *, thread_ts: str = "", lead: str = "", shown: str = ""
) -> Said:
    """A decision about a run, bound to the run and to its plan as they are now.

    PlanChanged, after it was shown again, where `shown` is the digest of another plan.
    """
    breaks = command.breaks_glass
    preview = await services.previews.about(command.action, command.run, actor, place, breaks_glass=breaks)
    bound = typeable(replace(command, run=RunReference(run_id=preview.run.id)))
    is_changed = bool(shown) and shown != preview.digest
    confirmation = await services.confirmations.ask(
        actor, place.channel, written(bound), thread_ts=thread_ts, run_id=preview.run.id, plan_digest=preview.digest
    )
    said = cards.about_run(
        preview,
        confirmation.id,
        services.link(preview.workspace, preview.run.id),
        reason=bound.comment,
        opens_form=preview.needs_form(bound.comment, bound.typed_name),
        lead=cards.CHANGED if is_changed else lead,
    )
    if is_changed:
        await refuse(PlanChanged(preview.run.id), said, services, actor, place)
    return said


def typeable(command: Act) -> Act:
    """Without its reason where nobody could type that: a form asks for it again."""
    try:
        written(command)
    except ValueError:
        return replace(command, comment="")
    return command


async def show_again(error: PlanChanged | ApplyInterrupted, command: Act, services: Services, actor: Actor, place: Place) -> NoReturn:
    """Refuse what was decided about another plan, or about a run that did not apply yet, and show how it is now."""
    lead = cards.CHANGED if isinstance(error, PlanChanged) else ""
    await refuse(error, await ask_run(command, services, actor, place, lead=lead), services, actor, place)


async def refuse(error: PlanChanged | ApplyInterrupted, said: Said, services: Services, actor: Actor, place: Place) -> NoReturn:
    """The error goes on, so that the audit has it; whoever clicked has seen more than its sentence, or gets that."""
    # Direct messages may be of others, where a card was forwarded to: nothing can be written there, and ours are found by `tell`.
    is_written = place.channel.startswith(DIRECT) and await services.privately.write(place.channel, said)
    error.was_shown = is_written or await services.privately.tell(place.channel, actor.id, said)
    raise error
