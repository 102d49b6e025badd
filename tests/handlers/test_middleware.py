"""Who acts and where: from the payload alone."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.policy import Actor, Place
from handlers.middleware import actor_of, is_shaped, place_of


@pytest.mark.parametrize(
    "body,actor,place",
    [
        (
            {"user_id": "U1", "team_id": "T1", "user_name": "ana", "channel_id": "C1", "channel_name": "deploys"},
            Actor(id="U1", team_id="T1", name="ana"),
            Place(channel="C1", channel_name="deploys"),
        ),
        (
            {"user_id": "U1", "team_id": "T1", "channel_id": "D1", "channel_name": "directmessage"},
            Actor(id="U1", team_id="T1"),
            Place(channel="D1"),
        ),
        (
            {"user": {"id": "U1", "username": "ana", "team_id": "T2"}, "team": {"id": "T1"}, "channel": {"id": "C1", "name": "ops"}},
            Actor(id="U1", team_id="T2", name="ana"),
            Place(channel="C1", channel_name="ops"),
        ),
        (
            {"user": {"id": "U1", "name": "ana"}, "team": {"id": "T1"}, "container": {"channel_id": "C1"}},
            Actor(id="U1", team_id="T1", name="ana"),
            Place(channel="C1"),
        ),
        ({"user": {"id": "U1"}, "team": None}, Actor(id="U1", team_id=""), None),
        ({"type": "event_callback", "event": {"type": "app_uninstalled"}}, None, None),
    ],
    ids=["command", "direct message", "click by a stranger", "click", "org-wide", "event"],
)
def test_ids_come_from_where_slack_signs_them(body: dict[str, Any], actor: Actor | None, place: Place | None) -> None:
    assert actor_of(body) == actor
    assert place_of(body) == place


@pytest.mark.parametrize(
    "body, is_as_slack_sends_it",
    [
        ({"command": "/tf", "text": "help"}, True),
        ({"type": "block_actions", "actions": [{"action_id": "run.approve"}], "team": None}, True),
        ({"type": "block_actions", "actions": []}, False),
        ({"type": "block_actions", "actions": {"0": {}}}, False),
        ({"type": "block_actions", "actions": [{"action_id": 7}]}, False),
        ({"type": "view_submission", "view": {"callback_id": "run.approval"}}, True),
        ({"type": "view_submission", "view": {}}, False),
        ({"type": "view_closed", "view": "V1"}, False),
        ({"type": "event_callback", "event": {"type": "user_change"}}, True),
        ({"type": "event_callback"}, False),
        ({"type": "shortcut", "user": ["U0ANA"]}, False),
        ({"type": "shortcut", "callback_id": "start.form"}, True),
        ({"type": "shortcut"}, False),
        ({"type": "message_action", "callback_id": "run.message", "message": {}}, True),
        ({"type": "message_action", "callback_id": 7}, False),
        ({"type": "block_suggestion", "action_id": "workspace.start", "value": "st"}, True),
        ({"type": "block_suggestion", "action_id": "workspace.start", "value": None}, True),
        ({"type": "block_suggestion", "action_id": "workspace.start", "value": ["st"]}, False),
        ({"type": "block_suggestion", "value": "st"}, False),
    ],
)
def test_what_slack_does_not_send_so_is_not_let_in(body: dict[str, Any], is_as_slack_sends_it: bool) -> None:  # noqa: FBT001 - a table
    assert is_shaped(body) is is_as_slack_sends_it
