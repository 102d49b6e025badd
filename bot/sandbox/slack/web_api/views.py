"""views.*: modals that open in a person's client, and home tabs."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.errors import Document, SlackError, missing_argument
from bot.sandbox.slack.triggers import Trigger
from bot.sandbox.slack.web_api.calls import Call, Method, Methods


async def open_view(call: Call) -> Document:
    view = _view(call)
    trigger = _trigger(call)
    return {"view": call.state.views.open(trigger.user, view, trigger.channel).document}


async def push_view(call: Call) -> Document:
    view = _view(call)
    return {"view": call.state.views.push(_trigger(call).user, view).document}


async def update_view(call: Call) -> Document:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise missing_argument("view_id")
    view = _view(call)
    old = call.state.views.find(view_id=view_id, external_id=external_id)
    return {"view": call.state.views.update(old, view, call.text("hash")).told()}


async def publish_view(call: Call) -> Document:
    if not call.state.team.app.has_home:
        raise SlackError("not_enabled")
    person = call.state.team.person(call.required("user_id"))
    if person.deleted or person.is_external or person.is_bot:
        raise SlackError("user_not_found")
    return {"view": call.state.views.publish(person.id, _view(call), call.text("hash")).document}


def _view(call: Call) -> Any:
    view = call.structure("view", "invalid_arguments")
    if view is None:
        raise missing_argument("view")
    return view


def _trigger(call: Call) -> Trigger:
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
