"""The manifest against the code: commands, events and scopes are those that are used, each scope with its reason."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.manifests import NoDomain, manifest, manifest_text, wanted_scopes
from bot.settings import Settings
from handlers.shortcuts import ROWS

ROOT = Path(__file__).parent.parent

SCOPES_OF_METHODS: dict[str, set[str]] = {
    "apps_connections_open": set(),  # an app-level token's connections:write
    "auth_test": set(),
    "chat_delete": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_unfurl": {"links:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_join": {"channels:join"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "files_info": {"files:read"},
    "files_upload_v2": {"files:write"},
    "usergroups_list": {"usergroups:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "users_lookupByEmail": {"users:read.email"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
SCOPES_OF_EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "link_shared": {"links:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.im": {"im:history"},
    "subteam_members_changed": {"usergroups:read"},
    "subteam_updated": {"usergroups:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}
PREFIXES = (
    "api_",
    "apps_",
    "auth_",
    "bots_",
    "chat_",
    "conversations_",
    "files_",
    "pins_",
    "reactions_",
    "team_",
    "usergroups_",
    "users_",
    "views_",
)


@cache  # parsing all of it takes most of a second, and each of these tests asks
def calls() -> list[tuple[str, str, str]]:
    """Return every call of a method: what it is called on, if that is a name, the method, and its first argument, if that is a text."""
    found = []
    for path in (*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")):
        if "sandbox" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
                    first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
                    found.append((owner, node.func.attr, str(first)))
    return found


def used_methods() -> set[str]:
    return {name for _, name, _ in calls() if name.startswith(PREFIXES)}


def registered_events() -> set[str]:
    return {first for owner, name, first in calls() if (owner, name) == ("app", "event") and first}


def registered(kind: str) -> int:
    return len([name for owner, name, _ in calls() if (owner, name) == ("app", kind)])


def test_every_method_of_slack_that_is_called_is_known_here() -> None:
    assert used_methods() == set(SCOPES_OF_METHODS)


def test_the_scopes_are_those_that_methods_events_and_the_command_need() -> None:
    needed = {"commands"}.union(*SCOPES_OF_METHODS.values(), *SCOPES_OF_EVENTS.values())
    assert wanted_scopes() == needed


def test_each_scope_stands_with_its_reason() -> None:
    lines = re.findall(r"^ {6}- ([a-z_:.]+)(.*)$", manifest_text(), re.MULTILINE)
    scopes = {scope: reason.strip() for scope, reason in lines if scope in wanted_scopes()}
    assert set(scopes) == wanted_scopes()
    assert [scope for scope, reason in scopes.items() if len(reason) < 5 or not reason.startswith("# ")] == []


def test_the_events_are_those_that_have_a_listener() -> None:
    events = set(manifest()["settings"]["event_subscriptions"]["bot_events"])
    assert events == set(SCOPES_OF_EVENTS)
    assert {event.partition(".")[0] for event in events} == registered_events()


def test_the_one_command_is_the_one_that_is_listened_for_and_escapes_what_is_typed() -> None:
    (command,) = manifest()["features"]["slash_commands"]
    assert command["command"] == Settings.model_fields["command"].default
    assert command["should_escape"] is True
    assert registered("command") == 1


def test_the_shortcuts_are_those_that_have_a_listener() -> None:
    asked = [(shortcut["type"], shortcut["callback_id"]) for shortcut in manifest()["features"]["shortcuts"]]
    assert asked == [("global", "start.form"), ("message", "upload.message"), ("message", "run.message")]
    assert {callback_id for _, callback_id in asked} == {row for row in ROWS if isinstance(row, str)}


def test_buttons_and_modals_are_heard() -> None:
    assert manifest()["settings"]["interactivity"]["is_enabled"] is True
    assert registered("action") > 0
    assert registered("view") > 0


def addresses(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in ([key] if key.endswith("url") else []) + addresses(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in addresses(inner)]
    return [value] if isinstance(value, str) and "://" in value else []


def test_socket_mode_has_no_addresses() -> None:
    assert manifest()["settings"]["socket_mode_enabled"] is True
    assert addresses(manifest()) == []


def test_another_command_changes_nothing_but_the_command() -> None:
    changed = manifest("/terraform")
    assert changed["features"]["slash_commands"][0].pop("command") == "/terraform"
    usual = manifest()
    usual["features"]["slash_commands"][0].pop("command")
    assert changed == usual
    assert "commands # /terraform" in manifest_text("/terraform")


@pytest.mark.parametrize(
    "address, domain",
    [
        ("https://tfe.example.com", "tfe.example.com"),
        ("https://TFE.example.com:8443/", "tfe.example.com"),
        ("tfe.example.com", "tfe.example.com"),
        ("http://127.0.0.1:8801", "localhost"),
        ("http://[::1]:8801", "localhost"),
    ],
)
def test_links_are_those_of_the_users_server(address: str, domain: str) -> None:
    changed = manifest(address=address)
    assert changed["features"].pop("unfurl_domains") == [domain]
    usual = manifest()
    assert usual["features"].pop("unfurl_domains") == ["app.terraform.io"]
    assert changed == usual


@pytest.mark.parametrize("address", ["https://10.0.0.7", "https://[2001:db8::1]", "https://[", "", "https://", "https://tfe_1.example"])
def test_a_server_without_a_name_is_none_that_slack_knows_links_of(address: str) -> None:
    with pytest.raises(NoDomain, match=r"Give one such as https://tfe\.example\.com"):
        manifest_text(address=address)


def test_it_is_the_file_of_the_source_tree() -> None:
    assert manifest_text() == (ROOT / "manifest.yml").read_text(encoding="utf-8")
