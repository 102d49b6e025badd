"""What people do on modals and the Home tab: fill in, click, type ahead, submit, close; and what the app's answer does to the stack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot.sandbox.slack.clicks import FIELDS, Place, find_place, initial_state, keep_choice, places
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.interactions import acked, chosen_action, hand_over, suggest
from bot.sandbox.slack.payloads import closed_payload, submission_payload, view_actions_payload
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views import View

Surface = Literal["modal", "home"]
TROUBLE = "We had some trouble connecting. Try again?"
INCOMPLETE = "Please complete this required field."
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
WEB_ADDRESS = re.compile(r"https?://\S+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def top_view(state: State, person: Person, surface: str) -> View:
    """The modal on top, or the Home tab. SlackError: no_such_view."""
    screen = state.views.screen(person.id)
    view = screen.home if surface == "home" else screen.modals[-1] if screen.modals else None
    if view is None:
        raise SlackError("no_such_view")
    return view


async def use(state: State, person: Person, surface: str, done: Mapping[str, Any]) -> Document:
    """Click or choose on a view: the choice is kept, and the app is told of all but inputs without `dispatch_action`."""
    view = top_view(state, person, surface)
    place = find_place(places(view.blocks), str(done.get("action_id", "")), str(done.get("block_id") or ""))
    action = _keep(state, person, view, place, done)
    state.views.changed(person.id)
    if not place.tells_at_once:
        return {"kept": True}
    trigger_id = state.triggers.issue(person.id, view.channel)
    return acked(await hand_over(state, view_actions_payload(state.team, person, view, action, trigger_id=trigger_id)))


def fill(state: State, person: Person, values: Any) -> View:
    """Fill in the modal on top, `{block_id: {action_id: value}}`, without telling the app. SlackError: no_such_view,
    no_such_element, no_such_option, invalid_arguments.
    """
    view = top_view(state, person, "modal")
    if not isinstance(values, dict) or not all(isinstance(row, dict) for row in values.values()):
        raise SlackError("invalid_arguments", detail="values must be an object of objects")
    for block_id, row in values.items():
        for action_id, value in row.items():
            _keep(state, person, view, find_place(places(view.blocks), action_id, block_id), {"value": value})
    state.views.changed(person.id)
    return view


async def suggest_on_view(state: State, person: Person, surface: str, asked: Mapping[str, Any]) -> Document:
    view = top_view(state, person, surface)
    place = find_place(places(view.blocks), str(asked.get("action_id", "")), str(asked.get("block_id") or ""))
    where: Document = {"container": {"type": "view", "view_id": view.id}, "view": view.told()}
    return await suggest(state, person, place, str(asked.get("value") or ""), where)


async def submit(state: State, person: Person) -> Document:
    """Submit the modal on top and do what the app's answer says. What the client itself refuses, and what the app finds wrong
    (`response_action: errors`), is in `errors` by block. SlackError: no_such_view.
    """
    view = top_view(state, person, "modal")
    wrong = dict(_incomplete(view))
    if wrong:
        view.errors = wrong
        state.views.changed(person.id)
        return {"ok": False, "error": "invalid_input", "errors": wrong}
    view.errors, view.trouble = {}, ""
    for place in places(view.blocks):
        if place.kind == "file_input":
            for document in _state(view, place)["files"]:
                state.files.find(document["id"]).handed_over = True
    trigger_id = state.triggers.issue(person.id, view.channel)
    payload = submission_payload(state.team, person, view, trigger_id=trigger_id, response_urls=list(_response_urls(state, person, view)))
    ack = await hand_over(state, payload, accepts_answer=True)
    if isinstance(ack, str):
        return _in_trouble(state, view, ack)
    try:
        done = _take_answer(state, view, ack.payload)
    except SlackError as refusal:
        return _in_trouble(state, view, refusal.error, **refusal.more)
    return {"ack_ms": ack.milliseconds, **done}


def close(state: State, person: Person, *, everything: bool) -> Document:
    """Cancel the modal on top, or close the whole stack with its cross. The app hears of it where the view asks for that."""
    view = top_view(state, person, "modal")
    stack = list(state.views.screen(person.id).modals)
    everything = everything or bool(view.document["clear_on_close"])
    told = stack[0] if everything else view
    state.views.close(view, whole_stack=everything)
    if told.document["notify_on_close"]:
        state.deliveries.notify(closed_payload(state.team, person, told, is_cleared=everything))
    return {"closed": len(stack) if everything else 1}


def _keep(state: State, person: Person, view: View, place: Place, done: Mapping[str, Any]) -> Document:
    if place.kind == "file_input":
        chosen = done.get("files", done.get("value")) or []
        done = {"files": [state.files.find(str(file_id)).document() for file_id in chosen]}
    action = chosen_action(state, person, place, done)
    keep_choice(view.kept, place, action)
    view.errors.pop(place.block_id, None)
    return action


def _take_answer(state: State, view: View, payload: Any) -> Document:
    """SlackError where the answer is none that Slack takes: bad_answer, push_limit_reached, and the refusals of views."""
    if payload is None:
        state.views.close(view)
        return {"response_action": "close"}
    kind = payload.get("response_action") if isinstance(payload, dict) else None
    if kind == "errors":
        return _show_errors(state, view, payload.get("errors"))
    if kind == "update":
        state.views.update(view, payload.get("view"))
    elif kind == "push":
        state.views.push(view.user, payload.get("view"))
    elif kind == "clear":
        state.views.close(view, whole_stack=True)
    else:
        raise SlackError("bad_answer")
    return {"response_action": kind}


def _show_errors(state: State, view: View, errors: Any) -> Document:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError("bad_answer", detail="errors must be an object whose keys are block_ids of input blocks")
    view.errors = {block_id: str(text) for block_id, text in errors.items()}
    state.views.changed(view.user)
    return {"response_action": "errors", "errors": view.errors}


def _in_trouble(state: State, view: View, error: str, **more: Any) -> Document:
    view.trouble = TROUBLE
    state.views.changed(view.user)
    return {"ok": False, "error": error, "trouble": TROUBLE, **more}


def _response_urls(state: State, person: Person, view: View) -> Iterator[Document]:
    """An address for each conversation that was chosen in an input that asks for it (`response_url_enabled`)."""
    for place in places(view.blocks):
        channel_id = _state(view, place).get(FIELDS[place.kind]) if place.element.get("response_url_enabled") else None
        if channel_id and place.block["type"] == "input":
            chain = state.response_urls.issue("view_submission", state.team.channel(channel_id).id, person.id)
            about = {"block_id": place.block_id, "action_id": place.action_id, "channel_id": channel_id}
            yield about | {"response_url": state.absolute(chain.path)}


def _state(view: View, place: Place) -> Document:
    return view.kept.get(place.block_id, {}).get(place.action_id) or initial_state(place.element, view.channel)


def _incomplete(view: View) -> Iterator[tuple[str, str]]:
    """What a client does not let through: empty inputs that are not optional, and text that breaks the bounds of its element."""
    for place in places(view.blocks):
        if place.block["type"] != "input":
            continue
        value = _state(view, place).get(FIELDS[place.kind])
        if value in (None, "", []):
            if not place.block.get("optional"):
                yield place.block_id, INCOMPLETE
        elif isinstance(value, str) and (wrong := _wrong_text(place.element, value)):
            yield place.block_id, wrong


def _wrong_text(element: Document, value: str) -> str:
    kind = element["type"]
    if kind == "plain_text_input" and not element.get("min_length", 0) <= len(value) <= element.get("max_length", 3000):
        return f"Between {element.get('min_length', 0)} and {element.get('max_length', 3000)} characters."
    if kind == "email_text_input" and not ADDRESS.fullmatch(value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not WEB_ADDRESS.fullmatch(value):
        return "Please enter a valid URL."
    return _wrong_number(element, value) if kind == "number_input" else ""


def _wrong_number(element: Document, value: str) -> str:
    if not NUMBER.fullmatch(value) or ("." in value and not element["is_decimal_allowed"]):
        return "Please enter a valid number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Must be at most {element['max_value']}."
    return ""
