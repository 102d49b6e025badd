"""The payloads that reach the app: slash commands, clicks, and the envelope of events (docs: their reference pages)."""

from __future__ import annotations

import secrets
import time
from typing import Any

from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.documents import message_document
from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.team import Team

VERIFICATION = "sandbox"
SHOWN_NAMES = {"im": "directmessage", "private": "privategroup"}


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
    actions: list[Document],
    *,
    trigger_id: str,
    response_url: str,
    state: Any,
) -> Document:
    """block_actions from a message. An ephemeral message is not in it: the app must carry its state in values."""
    container: Document = {"message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": message.is_ephemeral}
    attachment_id = actions[0].pop("attachment_id", None)
    if attachment_id is None:
        container["type"] = "message"
    else:
        container |= {"type": "message_attachment", "attachment_id": attachment_id, "is_app_unfurl": False}
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    payload = interaction_payload(team, person, "block_actions") | {
        "container": container,
        "trigger_id": trigger_id,
        "channel": {"id": channel.id, "name": SHOWN_NAMES.get(channel.kind, channel.name)},
        "state": {"values": state},
        "response_url": response_url,
        "actions": actions,
    }
    if not message.is_ephemeral:
        payload["message"] = message_document(message, team, with_metadata=True)
    return payload


def event_envelope(team: Team, event: Document) -> Document:
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
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_hex(16)}",
    }
