"""The one app of the workspace: its identity, and what its manifest asks for (commands, scopes, events)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

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
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
DEFAULT_EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_rename",
    "group_unarchive",
    "link_shared",
    "member_joined_channel",
    "member_left_channel",
    "message.im",
    "subteam_members_changed",
    "subteam_updated",
    "tokens_revoked",
    "user_change",
)
DEFAULT_UNFURL_DOMAINS = ("example.com",)


@dataclass(frozen=True)
class SlashCommand:
    """A slash command of the app; `should_escape` makes Slack rewrite mentions and links in its text to ids."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A shortcut of the app: global ones stand in the composer's menu, message ones in the menu of a message."""

    kind: Literal["global", "message"]
    callback_id: str
    name: str = ""
    description: str = ""


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
    shortcuts: tuple[Shortcut, ...] = ()
    unfurl_domains: tuple[str, ...] = DEFAULT_UNFURL_DOMAINS
    has_home: bool = True
    has_messages: bool = True
    is_read_only: bool = False

    def command(self, name: str) -> SlashCommand | None:
        return next((command for command in self.commands if command.command == name), None)

    def shortcut(self, kind: str, callback_id: str) -> Shortcut | None:
        return next((each for each in self.shortcuts if (each.kind, each.callback_id) == (kind, callback_id)), None)

    def unfurls(self, domain: str) -> bool:
        """Whether links to a domain are its own: the domains of the manifest and all below them (docs: Unfurling links)."""
        return any(domain == own or domain.endswith(f".{own}") for own in self.unfurl_domains)


def installed_app(manifest: Mapping[str, Any] | None = None, scopes: Collection[str] | None = None) -> App:
    """The app of a parsed manifest (schema version 1 or 2), or the sandbox's own; `scopes` stand over those of the manifest."""
    if manifest is None:
        return App(scopes=tuple(scopes) if scopes is not None else DEFAULT_SCOPES)
    features = manifest.get("features", {})
    asked = manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])
    name, tabs = manifest["display_information"]["name"], features.get("app_home", {})
    return App(
        name=name,
        user_name=str(features.get("bot_user", {}).get("display_name") or name).lower(),
        scopes=tuple(scopes if scopes is not None else asked),
        events=tuple(manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])),
        commands=tuple(_command(row) for row in features.get("slash_commands", [])),
        shortcuts=tuple(_shortcut(row) for row in features.get("shortcuts", [])),
        unfurl_domains=tuple(features.get("unfurl_domains", [])),
        has_home=bool(tabs.get("home_tab_enabled", False)),
        has_messages=bool(tabs.get("messages_tab_enabled", True)),
        is_read_only=bool(tabs.get("messages_tab_read_only_enabled", False)),
    )


def _command(row: Mapping[str, Any]) -> SlashCommand:
    return SlashCommand(row["command"], row.get("description", ""), row.get("usage_hint", ""), bool(row.get("should_escape", False)))


def _shortcut(row: Mapping[str, Any]) -> Shortcut:
    return Shortcut(row["type"], row["callback_id"], row.get("name", ""), row.get("description", ""))
