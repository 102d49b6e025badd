"""From a payload to the request that is stored, and from a stored request to what its listener is given. Values of variables stay out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from secrets import token_hex
from typing import Any

from bot.core.commands import format as written
from bot.core.commands import opens_form, parse, row_typed
from bot.core.commands.runs import StartRun
from bot.core.errors import BadCommand
from bot.core.policy import Actor, Place
from bot.core.requests import Request, RequestKind, payload_of
from bot.slack import ids
from bot.slack.inputs import value
from bot.slack.views.start import VARIABLES
from handlers.facts import value_of

FORM = "view_submission"
FILE_FACTS = ("id", "name")


def trigger_of(values: Mapping[str, Any]) -> str:
    trigger = (values.get("body") or {}).get("trigger_id")
    return trigger if isinstance(trigger, str) else ""


def request_of(listener: str, values: Mapping[str, Any]) -> Request | None:
    """What is to be stored of a payload before it is acknowledged; None where nothing is changed by it, or nobody can tell what it asks."""
    body, payload, actor, place = values["body"], values["payload"], values.get("actor"), values.get("place")
    if not isinstance(actor, Actor):
        return None
    trigger = trigger_of(values)
    key = sha256(trigger.encode(errors="replace")).hexdigest() if trigger else token_hex(32)
    base = Request(
        id=key,
        kind=RequestKind.CLICK,
        listener=listener,
        person=actor.id,
        person_name=actor.name,
        team=actor.team_id,
        action="",
    )
    if isinstance(place, Place):
        base = replace(base, channel=place.channel, channel_name=place.channel_name, ts=place.ts, permalink=place.permalink)
    if "command" in body:
        return typed(base, str(payload.get("text") or ""))
    return submitted(base, payload, body) if body.get("type") == FORM else clicked(base, payload, body)


def typed(base: Request, text: str) -> Request | None:
    """None for what changes nothing: a question, what only opens a form, and what cannot be parsed and so is only refused."""
    try:
        command, word = parse(text), row_typed(text).word
    except BadCommand:
        return None
    if not command.is_change or opens_form(command):
        return None
    run_id = str(getattr(getattr(command, "run", None), "run_id", ""))
    has_values = isinstance(command, StartRun) and bool(command.variables)
    payload = {} if has_values else payload_of(text=written(command))
    return replace(base, kind=RequestKind.COMMAND, action=word, run_id=run_id, payload=payload, has_values=has_values)


def clicked(base: Request, payload: Mapping[str, Any], body: Mapping[str, Any]) -> Request:
    said, action = value_of(payload), str(payload.get("action_id") or "")
    address, stage = ids.decode(said) or ids.decode_confirmed(said), ids.decode_stage(said)
    about = address or stage
    return replace(
        base,
        action=action,
        run_id=about.run_id if about is not None else "",
        digest=address.digest if address is not None else "",
        payload=payload_of(action_id=action, value=said if isinstance(said, str) else "", domain=domain_of(body)),
    )


def submitted(base: Request, view: Mapping[str, Any], body: Mapping[str, Any]) -> Request:
    """Of a form its address and what was filled in. One in which variables were set keeps neither."""
    callback_id, metadata = str(view.get("callback_id") or ""), str(view.get("private_metadata") or "")
    address, has_values = ids.decode_view(metadata), bool(value(view, VARIABLES))
    kept = payload_of(callback_id=callback_id, metadata=metadata, state=filled_in(view), domain=domain_of(body))
    return replace(
        base,
        kind=RequestKind.FORM,
        action=callback_id,
        channel=ids.channel_of_view(metadata) or base.channel,
        run_id=address.run_id if address is not None else "",
        payload={} if has_values else kept,
        has_values=has_values,
    )


def domain_of(body: Mapping[str, Any]) -> str:
    team = body.get("team")
    return str(team.get("domain") or "") if isinstance(team, Mapping) else ""


def filled_in(view: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The state of a form as listeners read it, and nothing else that Slack sends along, such as addresses of files."""
    state = view.get("state")
    blocks = state.get("values") if isinstance(state, Mapping) else None
    rows = [row for row in blocks.values() if isinstance(row, Mapping)] if isinstance(blocks, Mapping) else []
    return {str(name): field_facts(field) for row in rows for name, field in row.items() if isinstance(field, Mapping)}


def field_facts(field: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {name: field[name] for name in ("value", "selected_conversation") if isinstance(field.get(name), str)}
    if isinstance(chosen := field.get("selected_option"), Mapping):
        facts["selected_option"] = {"value": str(chosen.get("value") or "")}
    if isinstance(ticked := field.get("selected_options"), list):
        facts["selected_options"] = [{"value": str(one.get("value") or "")} for one in ticked if isinstance(one, Mapping)]
    if isinstance(files := field.get("files"), list):
        facts["files"] = [{name: str(one.get(name) or "") for name in FILE_FACTS} for one in files if isinstance(one, Mapping)]
    return facts


# And back


def values_of(request: Request, command: str) -> dict[str, Any]:
    """What the guard and the listener find in a payload, made from the row. There is no trigger and no response address any more."""
    place = Place(channel=request.channel, channel_name=request.channel_name, permalink=request.permalink, ts=request.ts)
    actor = Actor(id=request.person, team_id=request.team, name=request.person_name)
    kept = request.payload
    body: dict[str, Any] = {"team": {"id": request.team, "domain": str(kept.get("domain") or "")}}
    match request.kind:
        case RequestKind.COMMAND:
            payload: dict[str, Any] = {"text": str(kept.get("text") or "")}
            body |= {"command": command, **payload}
        case RequestKind.FORM:
            state = kept.get("state")
            rows = {name: {name: field} for name, field in state.items()} if isinstance(state, Mapping) else {}
            payload = {"callback_id": kept.get("callback_id"), "private_metadata": kept.get("metadata"), "state": {"values": rows}}
            body |= {"type": FORM, "view": payload}
        case RequestKind.CLICK:
            payload = {"action_id": kept.get("action_id"), "value": kept.get("value")}
            body |= {"type": "block_actions"}
    return {"payload": payload, "body": body, "actor": actor, "place": place if request.channel else None}
