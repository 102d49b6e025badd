"""The payloads that reach the app: slash commands, clicks, and the envelope of events (docs: their reference pages)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable

from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.clicks import Place, state_values
from bot.sandbox.slack.documents import message_document
from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.team import Team
from bot.sandbox.slack.views import View

VERIFICATION = "sandbox"
SHOWN_NAMES = {"im": "directmessage", "private": "privategroup", "mpim": "privategroup"}


def command_payload(
    team: Team, person: Person, channel: Channel, command: str, text: str, *, trigger_id: str, response_url: str
) -> Document:
    """The form of a slash command; every value is a string."""
    return {
        "token": VERIFICATION,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": SHOWN_NAMES.get(channel.kind, channel.name),
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": team.app.id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def interaction_payload(team: Team, person: Person, kind: str) -> Document:
    """What every interactive payload begins with."""
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": team.app.id,
        "token": VERIFICATION,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_actions_payload(
    team: Team,
    person: Person,
    channel: Channel,
    message: Message,
    place: Place,
    action: Document,
    *,
    trigger_id: str,
    response_url: str,
) -> Document:
    """block_actions from a message. An ephemeral message is not in it: the app must carry its state in values."""
    container: Document = {"message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": message.is_ephemeral}
    if place.attachment_id is None:
        container["type"] = "message"
    else:
        container |= {"type": "message_attachment", "attachment_id": place.attachment_id, "is_app_unfurl": place.is_unfurl}
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    payload = interaction_payload(team, person, "block_actions") | {
        "container": container,
        "trigger_id": trigger_id,
        "channel": {"id": channel.id, "name": SHOWN_NAMES.get(channel.kind, channel.name)},
        "state": {"values": state_values(message.blocks, message.shown_attachments, message.states.get(person.id, {}))},
        "response_url": response_url,
        "actions": [action],
    }
    if place.is_unfurl:
        payload["app_unfurl"] = next(each for each in message.unfurls if each["id"] == place.attachment_id)
    if not message.is_ephemeral:
        payload["message"] = message_document(message, team, with_metadata=True)
    return payload


def view_actions_payload(team: Team, person: Person, view: View, action: Document, *, trigger_id: str) -> Document:
    """block_actions from a modal or a home tab: no channel, no message and no response URL, but the whole view."""
    return interaction_payload(team, person, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger_id,
        "view": view.told(),
        "actions": [action],
    }


def submission_payload(team: Team, person: Person, view: View, *, trigger_id: str, response_urls: Iterable[Document]) -> Document:
    """view_submission; `response_urls` is filled by selects that ask for it (docs: its reference page)."""
    return interaction_payload(team, person, "view_submission") | {
        "trigger_id": trigger_id,
        "view": view.told(),
        "response_urls": list(response_urls),
    }


def closed_payload(team: Team, person: Person, view: View, *, is_cleared: bool) -> Document:
    """view_closed: what was filled in is not told."""
    told = view.document | {"state": {"values": {}}}
    return interaction_payload(team, person, "view_closed") | {"view": told, "is_cleared": is_cleared}


def suggestion_payload(team: Team, person: Person, place: Place, typed: str, where: Document) -> Document:
    """block_suggestion; `where` is container with view, or with channel and message. It carries no trigger."""
    asked: Document = {"action_id": place.action_id, "block_id": place.block_id, "value": typed}
    return interaction_payload(team, person, "block_suggestion") | asked | where


def global_shortcut_payload(team: Team, person: Person, callback_id: str, *, trigger_id: str) -> Document:
    """shortcut: neither channel nor response URL."""
    about = {"callback_id": callback_id, "trigger_id": trigger_id, "action_ts": f"{time.time():.6f}"}
    return interaction_payload(team, person, "shortcut") | about


def message_shortcut_payload(
    team: Team, person: Person, channel: Channel, message: Message, callback_id: str, *, trigger_id: str, response_url: str
) -> Document:
    """message_action, with the whole message."""
    return interaction_payload(team, person, "message_action") | {
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "action_ts": f"{time.time():.6f}",
        "message_ts": message.ts,
        "response_url": response_url,
        "channel": {"id": channel.id, "name": SHOWN_NAMES.get(channel.kind, channel.name)},
        "message": message_document(message, team, with_metadata=True),
    }


def event_envelope(team: Team, event: Document, channel: Channel | None = None) -> Document:
    """The outer object of the Events API around an inner event, which is given its event_ts."""
    now = time.time()
    return {
        "token": VERIFICATION,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": None,
        "api_app_id": team.app.id,
        "event": {"event_ts": f"{now:.6f}", **event},
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(now),
        "authorizations": [
            {"enterprise_id": None, "team_id": team.id, "user_id": team.app.user_id, "is_bot": True, "is_enterprise_install": False}
        ],
        "is_ext_shared_channel": channel is not None and bool(channel.shared_with),
        "event_context": f"4-{secrets.token_hex(16)}",
    }
