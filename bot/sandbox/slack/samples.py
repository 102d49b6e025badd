"""The sample workspace: a lead, two engineers, a guest, somebody who left and a partner from elsewhere. Ids never change."""

from __future__ import annotations

import time

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.channels import Channel, ChannelKind
from bot.sandbox.slack.people import Person, Role, UserGroup
from bot.sandbox.slack.team import Team

TEAM_ID = "T0ACME"
PARTNER_ID = "T0PARTNER"
PEOPLE: tuple[tuple[str, str, str, Role], ...] = (
    ("U0ANA", "ana", "Ana Ruiz", "lead"),
    ("U0KIM", "kim", "Kim Berg", "engineer"),
    ("U0RAJ", "raj", "Raj Patel", "engineer"),
    ("U0GUS", "gus", "Gus Ivey", "guest"),
    ("U0EVA", "eva", "Eva Lund", "external"),
    ("U0LEO", "leo", "Leo Marsh", "engineer"),
)
GONE = ("U0LEO",)
STAFF = ["U0ANA", "U0KIM", "U0RAJ"]
EVERYBODY = [*STAFF, "U0GUS"]
SHARED = "C0PARTNERS"
CHANNELS: tuple[tuple[str, str, ChannelKind, list[str], str], ...] = (
    ("C0DEPLOYS", "deploys", "public", EVERYBODY, "What goes out, and when"),
    ("C0INFRA", "infra", "public", EVERYBODY, "Questions about our infrastructure"),
    ("C0PROD", "prod-changes", "public", STAFF, "Changes to production, and who approved them"),
    ("C0SECRET", "security", "private", STAFF, "Not for everybody"),
    ("C0GENERAL", "general", "public", STAFF, "Everybody who works here"),
    (SHARED, "partners", "public", [*STAFF, "U0EVA"], "Shared with the people of Partner Ltd"),
)


def sample_team(app: App) -> Team:
    """A new sample workspace with the app installed and in no channel yet; each person has direct messages with it."""
    born = int(time.time())
    team = Team(TEAM_ID, "acme", "Acme", app)
    for user_id, name, real_name, role in PEOPLE:
        home, address = (PARTNER_ID, "partner.example") if role == "external" else (TEAM_ID, "acme.example")
        team.people[user_id] = Person(user_id, name, real_name, role, home, f"{name}@{address}", is_admin=role == "lead", updated=born)
        team.people[user_id].deleted = user_id in GONE
    team.people[app.user_id] = Person(app.user_id, app.user_name, app.name, "bot", TEAM_ID, updated=born)
    for channel_id, name, kind, members, topic in CHANNELS:
        team.channels[channel_id] = Channel(channel_id, name, kind, list(members), topic, created=born, creator="U0ANA")
    team.groups["S0PLATFORM"] = UserGroup("S0PLATFORM", "platform", "Platform team", ["U0ANA", "U0KIM"])
    team.channels[SHARED].shared_with = PARTNER_ID
    for person in team.present():
        team.direct_messages_with(person.id).created = born
    return team
