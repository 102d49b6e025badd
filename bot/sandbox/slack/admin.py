"""What the workspace's admins do: to channels, people, groups, messages, and to the app's installation."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack.actors import human
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.people import Person, UserGroup, group_document, user_document
from bot.sandbox.slack.state import State


def admin(state: State, user: str) -> Person:
    """SlackError: user_not_found, not_an_admin."""
    person = human(state, user)
    if not person.is_admin:
        raise SlackError("not_an_admin")
    return person


def archive(state: State, who: Person, channel: Channel, *, is_archived: bool) -> None:
    """Archive a channel or bring it back. SlackError: already_archived, not_archived, cant_archive_general."""
    _demand_real_channel(channel)
    if channel.is_archived == is_archived:
        raise SlackError("already_archived" if is_archived else "not_archived")
    if is_archived and channel.name == "general":
        raise SlackError("cant_archive_general")
    channel.is_archived = is_archived
    state.rooms.show_channel(channel)
    _report(state, channel, "archive" if is_archived else "unarchive", {"channel": channel.id, "user": who.id})


def rename(state: State, channel: Channel, name: str) -> None:
    """SlackError: name_taken, invalid_name."""
    _demand_real_channel(channel)
    if not name or name != name.lower() or not name.replace("-", "").replace("_", "").isalnum():
        raise SlackError("invalid_name")
    if state.team.channel_named(name) is not None:
        raise SlackError("name_taken")
    channel.name = name
    state.rooms.show_channel(channel)
    about = {"id": channel.id, "name": name, "name_normalized": name, "created": channel.created, "is_channel": channel.kind == "public"}
    _report(state, channel, "rename", {"channel": about})


def delete_channel(state: State, who: Person, channel: Channel) -> None:
    """Delete a channel with all that was said in it."""
    _demand_real_channel(channel)
    _report(state, channel, "deleted", {"channel": channel.id, "actor_id": who.id})
    del state.team.channels[channel.id]
    state.streams.tell(lambda _person: {"type": "channel", "channel": {"id": channel.id}, "deleted": True})


def deactivate(state: State, person: Person, *, deleted: bool) -> None:
    """Take somebody's account away, or give it back. Who leaves goes out of all channels. SlackError: cant_change_bot."""
    if person.is_bot:
        raise SlackError("cant_change_bot")
    person.deleted, person.updated = deleted, int(time.time())
    if deleted:
        for channel in state.team.channels.values():
            if not channel.is_direct and person.id in channel.members:
                channel.members.remove(person.id)
    document = user_document(person, with_email="users:read.email" in state.team.app.scopes)
    state.rooms.report({"type": "user_change", "user": document, "cache_ts": person.updated}, None)


def change_group(state: State, group_id: str, users: list[str]) -> UserGroup:
    """Give a user group other members. SlackError: no_such_subteam, user_not_found, no_users_provided."""
    group = state.team.groups.get(group_id)
    if group is None:
        raise SlackError("no_such_subteam")
    if not users:
        raise SlackError("no_users_provided")
    people = [state.team.person(user).id for user in dict.fromkeys(users)]
    added = [user for user in people if user not in group.users]
    removed = [user for user in group.users if user not in people]
    group.users = people
    now = int(time.time())
    state.rooms.report({"type": "subteam_updated", "subteam": group_document(group, state.team.id, with_users=True)}, None)
    event: Document = {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": state.team.id,
        "date_previous_update": now,
        "date_update": now,
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
    }
    state.rooms.report(event, None)
    return group


def delete_message(state: State, who: Person, channel: Channel, ts: str) -> None:
    """Delete one's own message, or as an admin anybody's. SlackError: message_not_found, cant_delete_message."""
    message = state.log.find(channel.id, ts)
    if message.is_ephemeral and message.only_for != who.id:
        raise SlackError("message_not_found")
    if not who.is_admin and message.user != who.id and not message.is_ephemeral:
        raise SlackError("cant_delete_message")
    state.rooms.delete(message)


def revoke(state: State, *, uninstall: bool) -> None:
    """Revoke the bot token; the app hears of it. To uninstall takes the app out of its channels as well."""
    app = state.team.app
    state.tokens.revoked[state.tokens.bot] = "account_inactive" if uninstall else "token_revoked"
    state.rooms.report({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [app.user_id]}}, None)
    if uninstall:
        state.rooms.report({"type": "app_uninstalled"}, None)
        for channel in state.team.channels.values():
            if not channel.is_direct and app.user_id in channel.members:
                channel.members.remove(app.user_id)


def restore(state: State) -> None:
    """Let the bot token be good again, as if the app had been installed anew under the same one."""
    state.tokens.revoked.clear()


def _report(state: State, channel: Channel, what: str, about: Mapping[str, Any]) -> None:
    family = "channel" if channel.kind == "public" else "group"
    state.rooms.report({"type": f"{family}_{what}", **about}, channel)


def _demand_real_channel(channel: Channel) -> None:
    if channel.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
