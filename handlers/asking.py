"""Shows a person what their command would do, with one button that does it. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any, NoReturn

from bot.core.commands import format as written
from bot.core.commands import row_of
from bot.core.commands.grammar import Command
from bot.core.commands.runs import Act, RunReference, StartRun
from bot.core.errors import ApplyInterrupted, ChatTrouble, FormNotOpened, NoTrigger, PlanChanged
from bot.core.policy import Actor, Place
from bot.core.runs import Action
from bot.services.notices import DIRECT
from bot.slack.blocks import Said
from bot.slack.cards import confirmations as cards
from handlers.services import Services

Overtaken = PlanChanged | ApplyInterrupted
"""Errors that say that the run is no longer as it was shown."""

WORD_OF = {
    Action.APPLY: "approve",
    Action.OVERRIDE: "override",
    Action.DISCARD: "discard",
    Action.CANCEL: "cancel",
    Action.FORCE_CANCEL: "force-cancel",
}


async def ask(command: Command, services: Services, actor: Actor, place: Place, *, thread_ts: str = "") -> Said:
    """Show what a command would do. One about a run is bound to the run that is meant now, however it was named."""
    if isinstance(command, Act):
        return await ask_run(command, services, actor, place, thread_ts=thread_ts)
    row = row_of(command)
    if isinstance(command, StartRun) and command.variables:
        # A command that waits for a click is stored, and values of variables never are.
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
    """Return the command, without its reason if that cannot be typed: a form asks for it again."""
    try:
        written(command)
    except ValueError:
        return replace(command, comment="")
    return command


async def show_again(error: Overtaken, command: Act, services: Services, actor: Actor, place: Place) -> NoReturn:
    """Refuse what was decided about another plan, or about a run that did not apply yet, and show the run as it is now."""
    await refuse(error, await ask_again(error, command, services, actor, place), services, actor, place)


async def ask_again(error: Overtaken, command: Act, services: Services, actor: Actor, place: Place, *, thread_ts: str = "") -> Said:
    """Show the run as it is now, and that its plan has changed if that is why."""
    lead = cards.CHANGED if isinstance(error, PlanChanged) else ""
    return await ask_run(command, services, actor, place, thread_ts=thread_ts, lead=lead)


@contextmanager
def demand_opened(run_id: str, action: Action) -> Iterator[None]:
    """FormNotOpened, with the command that needs no form, if Slack does not show the form that is opened in this block."""
    try:
        yield
    except (ChatTrouble, NoTrigger) as error:  # judged after a restart, a click has no trigger any more
        raise FormNotOpened(run_id, WORD_OF[action]) from error


async def refuse(error: Overtaken, said: Said, services: Services, actor: Actor, place: Place) -> NoReturn:
    """Show the run to the person, and raise the error for the audit. If Slack took that, the error's sentence is not sent as well."""
    # Direct messages may be of others, where a card was forwarded to: nothing can be written there, and ours are found by `tell`.
    is_written = place.channel.startswith(DIRECT) and await services.privately.write(place.channel, said)
    error.was_shown = is_written or await services.privately.tell(place.channel, actor.id, said)
    raise error
