"""The sample workspace: a lead, two engineers and a guest, their channels and a user group. Ids never change."""

from __future__ import annotations

import time

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.channels import Channel, ChannelKind
from bot.sandbox.slack.people import Person, Role, UserGroup
from bot.sandbox.slack.team import Team

TEAM_ID = "T0ACME"
PEOPLE: tuple[tuple[str, str, str, Role], ...] = (
    ("U0ANA", "ana", "Ana Ruiz", "lead"),
    ("U0KIM", "kim", "Kim Berg", "engineer"),
    ("U0RAJ", "raj", "Raj Patel", "engineer"),
    ("U0GUS", "gus", "Gus Ivey", "guest"),
)
STAFF = ["U0ANA", "U0KIM", "U0RAJ"]
EVERYBODY = [*STAFF, "U0GUS"]
CHANNELS: tuple[tuple[str, str, ChannelKind, list[str], str], ...] = (
    ("C0DEPLOYS", "deploys", "public", EVERYBODY, "What goes out, and when"),
    ("C0INFRA", "infra", "public", EVERYBODY, "Questions about our infrastructure"),
    ("C0PROD", "prod-changes", "public", STAFF, "Changes to production, and who approved them"),
    ("C0SECRET", "security", "private", STAFF, "Not for everybody"),
    ("C0GENERAL", "general", "public", STAFF, "Everybody who works here"),
)


def sample_team(app: App) -> Team:
    """A new sample workspace with the app installed and in no channel yet; each person has direct messages with it."""
    born = int(time.time())
    team = Team(TEAM_ID, "acme", "Acme", app)
    for user_id, name, real_name, role in PEOPLE:
        is_admin = role == "lead"
        team.people[user_id] = Person(user_id, name, real_name, role, TEAM_ID, f"{name}@acme.example", is_admin=is_admin, updated=born)
    team.people[app.user_id] = Person(app.user_id, app.user_name, app.name, "bot", TEAM_ID, updated=born)
    for channel_id, name, kind, members, topic in CHANNELS:
        team.channels[channel_id] = Channel(channel_id, name, kind, list(members), topic, created=born, creator="U0ANA")
    team.groups["S0PLATFORM"] = UserGroup("S0PLATFORM", "platform", "Platform team", ["U0ANA", "U0KIM"])
    for user_id, *_ in PEOPLE:
        team.direct_messages_with(user_id).created = born
    return team
