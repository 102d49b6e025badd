"""From a payload and how it ended to what the audit is told. What was typed is parsed first: of words that are no command none is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.commands import parse, row_typed
from bot.core.commands.grammar import Command
from bot.core.commands.runs import RunReference
from bot.core.errors import BadCommand, NotFound, RightMissing, RunbellError
from bot.core.policy import Actor
from bot.services.audits import Heard
from bot.slack import ids
from handlers.facts import value_of
from handlers.places import opened_in

NO_COMMAND = "no command"
ABOUT = frozenset({"run", "workspace"})
VARIABLES = "variables"
"""Pairs, of which the second is never told."""
OWN_WORDS = ("comment", "message", "reason")


def heard(values: Mapping[str, Any], error: RunbellError | None, unexpected: str = "") -> Heard | None:
    """None where nobody is to be named, or where a click went well: whatever it did has a row of its own."""
    actor, body = values.get("actor"), values.get("body") or {}
    if not isinstance(actor, Actor):
        return None
    outcome = kind_of(error) if error is not None else unexpected
    common: dict[str, Any] = {"actor": actor, "place": values.get("place"), "outcome": outcome}
    details = refusal_details(error)
    if "command" in body:
        asked = {"asked": "yes"} if body.get("asked") else {}
        return typed(str(body.get("text") or ""), details | asked, common)
    if not outcome:
        return None
    view = body.get("view")
    if isinstance(view, Mapping):
        return Heard(details=details, **common | submitted(view, body))
    payload = values.get("payload") or {}
    address = ids.decode(value_of(payload)) or ids.decode_stage(value_of(payload))
    action = known(payload.get("action_id") or payload.get("callback_id"))
    return Heard(action=action, about=RunReference(run_id=address.run_id if address else ""), details=details, **common)


def kind_of(error: RunbellError) -> str:
    """Return the kind of the error for the audit: RightMissing for what the person was told does not exist, since they may not read it."""
    return RightMissing.__name__ if isinstance(error, NotFound) and error.is_hidden else type(error).__name__


def typed(text: str, details: dict[str, str], common: Mapping[str, Any]) -> Heard:
    try:
        command, word = parse(text), row_typed(text).word
    except BadCommand:
        return Heard(action=first_word(text), details=details, **common)
    return Heard(action=word, about=subject_of(command), reason=own_words(command), details=options_of(command) | details, **common)


def first_word(text: str) -> str:
    """The command that was tried; anything else that was typed may be what should never have been."""
    try:
        return row_typed(text).word
    except BadCommand:
        return NO_COMMAND


def subject_of(command: Command) -> RunReference:
    run = getattr(command, "run", None)
    return run if isinstance(run, RunReference) else RunReference(workspace=str(getattr(command, "workspace", "") or ""))


def own_words(command: Command) -> str:
    return next((str(getattr(command, name)) for name in OWN_WORDS if getattr(command, name, "")), "")


def options_of(command: Command) -> dict[str, str]:
    """What else was said: of a mapping the keys, and of variables the names alone."""
    names: Iterable[str] = getattr(command, "__dataclass_fields__", {})
    said = {name: getattr(command, name) for name in names if name not in ABOUT | {*OWN_WORDS}}
    return {name: shown(value, name) for name, value in said.items() if value}


def shown(value: object, name: str = "") -> str:
    if isinstance(value, Mapping):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, tuple):
        return ", ".join(str(one[0] if name == VARIABLES else one) for one in value)
    return "yes" if value is True else str(value)


def submitted(view: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Of a form: what it is called, the run that it was about, and where it was opened."""
    found: dict[str, Any] = {"action": known(view.get("callback_id"))}
    address = ids.decode_view(view.get("private_metadata"))
    if address is not None:
        found |= {"about": RunReference(run_id=address.run_id), "place": opened_in(body, address)}
    elif (review := ids.decode_review(view.get("private_metadata"))) is not None:
        found["about"] = RunReference(run_id=review.run_id)
    elif (form := ids.decode_form(view.get("private_metadata"))) is not None and form.channel:
        found["place"] = opened_in(body, form)
    return found


def known(word: object) -> str:
    """What a button or a form is called; of ids that are not ours none is kept."""
    return word if isinstance(word, str) and word in KNOWN else OTHER


OTHER = "click"
KNOWN = frozenset(value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str))


def refusal_details(error: RunbellError | None) -> dict[str, str]:
    return {"right": error.right, "standing": error.standing} if isinstance(error, RightMissing) else {}
