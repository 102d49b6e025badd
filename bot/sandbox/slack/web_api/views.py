"""views.*: modals that open in a person's client, and home tabs."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.errors import Document, SlackError, missing_argument
from bot.sandbox.slack.web_api.calls import Call, Method, Methods


async def open_view(call: Call) -> Document:
    view = _view(call)
    return {"view": call.state.views.open(_person_of_trigger(call), view)}


async def push_view(call: Call) -> Document:
    view = _view(call)
    return {"view": call.state.views.push(_person_of_trigger(call), view)}


async def update_view(call: Call) -> Document:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise missing_argument("view_id")
    view = call.state.views.update(_view(call), view_id=view_id, external_id=external_id, expected_hash=call.text("hash"))
    return {"view": view}


async def publish_view(call: Call) -> Document:
    person = call.state.team.person(call.required("user_id"))
    return {"view": call.state.views.publish(person.id, _view(call), call.text("hash"))}


def _view(call: Call) -> Any:
    view = call.structure("view", "invalid_arguments")
    if view is None:
        raise missing_argument("view")
    return view


def _person_of_trigger(call: Call) -> str:
    """Whose client the trigger opens; a modal may be opened by a trigger once. SlackError: the errors of triggers."""
    trigger_id = call.text("trigger_id") or call.text("interactivity_pointer")
    if not trigger_id:
        raise SlackError("invalid_trigger_id")
    return call.state.triggers.use(trigger_id)


METHODS: Methods = {
    "views.open": Method(open_view, tier=4),
    "views.push": Method(push_view, tier=4),
    "views.update": Method(update_view, tier=4),
    "views.publish": Method(publish_view, tier=4),
}
