"""The workspace as a whole: its people, groups and channels by id, and its one app."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.people import Person, UserGroup


@dataclass
class Team:
    """One Slack workspace. Lookups raise the error that Slack's API gives for an id that nobody knows."""

    id: str
    domain: str
    name: str
    app: App
    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)

    def person(self, user_id: str) -> Person:
        if user_id not in self.people:
            raise SlackError("user_not_found")
        return self.people[user_id]

    def channel(self, channel_id: str) -> Channel:
        if channel_id not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[channel_id]

    def humans(self) -> list[Person]:
        return [person for person in self.people.values() if not person.is_bot]

    def present(self) -> list[Person]:
        """Everybody with an account of this workspace: not the deactivated, not those of other workspaces."""
        return [person for person in self.humans() if not person.deleted and not person.is_external]

    def person_named(self, name: str) -> Person | None:
        wanted = name.casefold()
        return next((person for person in self.people.values() if person.name.casefold() == wanted), None)

    def channel_named(self, name: str) -> Channel | None:
        return next((channel for channel in self.channels.values() if channel.kind != "im" and channel.name == name), None)

    def group_named(self, handle: str) -> UserGroup | None:
        return next((group for group in self.groups.values() if group.handle == handle), None)

    def direct_messages_with(self, user_id: str) -> Channel:
        """The direct messages between a person and the app, opened when first asked for."""
        self.person(user_id)
        channel_id = f"D{user_id[1:]}"
        if channel_id not in self.channels:
            members = [user_id, self.app.user_id]
            self.channels[channel_id] = Channel(channel_id, "directmessage", "im", members)
        return self.channels[channel_id]

    def group_messages_with(self, users: list[str]) -> Channel:
        """The messages of several people and the app among themselves, opened when first asked for."""
        people = sorted({self.person(user).id for user in users})
        found = next((each for each in self.channels.values() if each.kind == "mpim" and sorted(each.members[:-1]) == people), None)
        if found is None:
            name = f"mpdm-{'--'.join(self.people[user].name for user in people)}-1"
            found = Channel(f"G{'X'.join(user[2:] for user in people)}", name, "mpim", [*people, self.app.user_id])
            self.channels[found.id] = found
        return found
