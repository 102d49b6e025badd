"""The one app of the workspace: its identity, and what its manifest asks for (commands, scopes, events)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "links:read",
    "links:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
DEFAULT_EVENTS = ("app_home_opened", "app_mention", "member_joined_channel", "message.im")


@dataclass(frozen=True)
class SlashCommand:
    """A slash command of the app; `should_escape` makes Slack rewrite mentions and links in its text to ids."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


DEFAULT_COMMANDS = (SlashCommand("/tf", "Start, approve and follow Terraform runs", "[help|run|runs|approve] ...", should_escape=True),)


@dataclass(frozen=True)
class App:
    """The app as it is installed. Ids are fixed, so that tests and configuration files can name them."""

    id: str = "A0RUNBELL"
    bot_id: str = "B0RUNBELL"
    user_id: str = "U0RUNBELL"
    name: str = "Runbell"
    user_name: str = "runbell"
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    events: tuple[str, ...] = DEFAULT_EVENTS
    commands: tuple[SlashCommand, ...] = DEFAULT_COMMANDS

    def command(self, name: str) -> SlashCommand | None:
        return next((command for command in self.commands if command.command == name), None)


def installed_app(manifest: Mapping[str, Any] | None = None, scopes: Collection[str] | None = None) -> App:
    """The app of a parsed manifest (schema version 1 or 2), or the sandbox's own; `scopes` stand over those of the manifest."""
    if manifest is None:
        return App(scopes=tuple(scopes) if scopes is not None else DEFAULT_SCOPES)
    features = manifest.get("features", {})
    asked = manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])
    name = manifest["display_information"]["name"]
    return App(
        name=name,
        user_name=str(features.get("bot_user", {}).get("display_name") or name).lower(),
        scopes=tuple(scopes if scopes is not None else asked),
        events=tuple(manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])),
        commands=tuple(_command(row) for row in features.get("slash_commands", [])),
    )


def _command(row: Mapping[str, Any]) -> SlashCommand:
    return SlashCommand(row["command"], row.get("description", ""), row.get("usage_hint", ""), bool(row.get("should_escape", False)))
