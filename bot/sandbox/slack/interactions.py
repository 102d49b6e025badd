"""What people do that the app answers to at once: clicks on messages, type-ahead, shortcuts; and handing the payload over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack.actors import Actor, seen_message
from bot.sandbox.slack.blocks.objects import OPTION_GROUP, PLAIN_OPTION
from bot.sandbox.slack.blocks.shapes import Problems, items
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.clicks import Place, action_document, find_place, keep_choice, places
from bot.sandbox.slack.deliveries import Ack, DeliveryError, Parcel
from bot.sandbox.slack.documents import message_document
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.payloads import (
    SHOWN_NAMES,
    global_shortcut_payload,
    message_actions_payload,
    message_shortcut_payload,
    suggestion_payload,
)
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.state import State

MOST_OPTIONS = 100
LEAST_TYPED = 3
EXTERNAL = ("external_select", "multi_external_select")


async def hand_over(state: State, payload: Document, *, accepts_answer: bool = False) -> Ack | str:
    """The app's ack of an interaction, or the word for why there is none: operation_timeout or dispatch_failed."""
    try:
        return await state.deliveries.ask(Parcel("interactive", payload, accepts_answer=accepts_answer))
    except DeliveryError as problem:
        return problem.error


def acked(ack: Ack | str) -> Document:
    """The answer to whoever acted; a client shows a failure beside the element."""
    return {"ok": False, "error": ack} if isinstance(ack, str) else {"ok": True, "ack_ms": ack.milliseconds}


async def click(state: State, who: Actor, done: Mapping[str, Any]) -> Document:
    """Use an element of a message. SlackError: message_not_found, no_such_element, no_such_option, and not_shown for a button that is
    for other people. An input that does not ask to be told at once (`dispatch_action`) only keeps its value.
    """
    message = seen_message(state, who, str(done.get("ts", "")))
    place = find_place(_places(message), str(done.get("action_id", "")), str(done.get("block_id") or ""))
    action = chosen_action(state, who.person, place, done)
    keep_choice(message.states.setdefault(who.person.id, {}), place, action)
    if not place.tells_at_once:
        return {"kept": True}
    chain = state.response_urls.issue("block_actions", who.channel.id, who.person.id, message)
    payload = message_actions_payload(
        state.team,
        who.person,
        who.channel,
        message,
        place,
        action,
        trigger_id=state.triggers.issue(who.person.id, who.channel.id),
        response_url=state.absolute(chain.path),
    )
    return acked(await hand_over(state, payload))


def chosen_action(state: State, person: Person, place: Place, done: Mapping[str, Any]) -> Document:
    """What the app is told of a choice. SlackError: no_such_option, not_shown, too_many_selected."""
    shown_to = place.element.get("visible_to_user_ids")
    if shown_to and person.id not in shown_to:
        raise SlackError("not_shown")
    if place.kind == "workflow_button":
        raise SlackError("no_such_element")
    action = action_document(place, done, state.offers.get((person.id, place.action_id), ()))
    most = place.element.get("max_selected_items")
    if most and any(isinstance(value, list) and len(value) > most for value in action.values()):
        raise SlackError("too_many_selected")
    return action


async def suggest_on_message(state: State, who: Actor, asked: Mapping[str, Any]) -> Document:
    """Type into an external select of a message: the options that the app has for it."""
    message = seen_message(state, who, str(asked.get("ts", "")))
    place = find_place(_places(message), str(asked.get("action_id", "")), str(asked.get("block_id") or ""))
    container: Document = {"type": "message", "message_ts": message.ts, "channel_id": who.channel.id}
    where: Document = {"container": container | {"is_ephemeral": message.is_ephemeral}, "channel": _channel(who.channel)}
    if not message.is_ephemeral:
        where["message"] = message_document(message, state.team, with_metadata=True)
    return await suggest(state, who.person, place, str(asked.get("value") or ""), where)


async def suggest(state: State, person: Person, place: Place, typed: str, where: Document) -> Document:
    """SlackError: no_such_element for what has no type-ahead, query_too_short below `min_query_length` (3 where it is not said)."""
    if place.kind not in EXTERNAL:
        raise SlackError("no_such_element")
    if len(typed) < place.element.get("min_query_length", LEAST_TYPED):
        raise SlackError("query_too_short")
    ack = await hand_over(state, suggestion_payload(state.team, person, place, typed, where), accepts_answer=True)
    if isinstance(ack, str):
        return {"ok": False, "error": ack}
    answer = _options(ack.payload)
    groups = answer.get("option_groups", [])
    flat = [*answer.get("options", []), *(option for group in groups for option in group["options"])]
    state.offers[person.id, place.action_id] = flat
    return {"ack_ms": ack.milliseconds, **answer}


async def use_global_shortcut(state: State, person: Person, callback_id: str) -> Document:
    """SlackError: no_such_shortcut, not_allowed for people of other workspaces."""
    _demand_shortcut(state, person, "global", callback_id)
    payload = global_shortcut_payload(state.team, person, callback_id, trigger_id=state.triggers.issue(person.id))
    return acked(await hand_over(state, payload))


async def use_message_shortcut(state: State, who: Actor, ts: str, callback_id: str) -> Document:
    """SlackError: no_such_shortcut, not_allowed, message_not_found for ephemeral ones too: their menu has no shortcuts."""
    _demand_shortcut(state, who.person, "message", callback_id)
    message = seen_message(state, who, ts)
    if message.is_ephemeral:
        raise SlackError("message_not_found")
    chain = state.response_urls.issue("message_action", who.channel.id, who.person.id, message)
    payload = message_shortcut_payload(
        state.team,
        who.person,
        who.channel,
        message,
        callback_id,
        trigger_id=state.triggers.issue(who.person.id, who.channel.id),
        response_url=state.absolute(chain.path),
    )
    return acked(await hand_over(state, payload))


def _demand_shortcut(state: State, person: Person, kind: str, callback_id: str) -> None:
    if state.team.app.shortcut(kind, callback_id) is None:
        raise SlackError("no_such_shortcut")
    if person.is_external:
        raise SlackError("not_allowed")


def _options(payload: Any) -> Document:
    """What the app suggests, as it gave it. SlackError: bad_options for what no client can show."""
    problems: Problems = []
    key = "option_groups" if isinstance(payload, dict) and payload.get("option_groups") is not None else "options"
    check = OPTION_GROUP if key == "option_groups" else PLAIN_OPTION
    found = payload.get(key) if isinstance(payload, dict) else None
    items(check, 0, MOST_OPTIONS)(found, f"/{key}", problems)
    if problems:
        raise SlackError("bad_options", detail=[str(problem) for problem in problems])
    return {key: found}


def _places(message: Message) -> list[Place]:
    return list(places(message.blocks, message.shown_attachments))


def _channel(channel: Channel) -> Document:
    return {"id": channel.id, "name": SHOWN_NAMES.get(channel.kind, channel.name)}
