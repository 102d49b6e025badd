"""What an app that subscribes to messages hears: people's and its own, edits, deletions, files, and strangers with their team."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.events import is_for_app
from bot.sandbox.slack.server import SlackServer, open_slack
from tests.sandbox.slack.acting import Acting

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Ear"},
    "oauth_config": {"scopes": {"bot": ["channels:history", "channels:join", "channels:read", "chat:write", "app_mentions:read"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.channels", "app_mention", "channel_rename", "user_change"]}},
}


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with open_slack(manifest=MANIFEST) as server:
        yield server


@pytest.fixture
def told(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> list[Document]:
    """The inner events that go to the app, with whether their channel is shared."""
    events: list[Document] = []
    keep = events.append
    monkeypatch.setattr(
        slack.state.deliveries, "tell", lambda envelope: keep({**envelope["event"], "shared": envelope["is_ext_shared_channel"]})
    )
    return events


async def test_messages_edits_and_deletions_are_told(joined: AsyncWebClient, ana: Acting, told: list[Document]) -> None:
    told.clear()
    said = (await ana.post("message", channel="C0DEPLOYS", text="hello"))["ts"]
    posted = (await joined.chat_postMessage(channel="C0DEPLOYS", text="one"))["ts"]
    await joined.chat_update(channel="C0DEPLOYS", ts=posted, text="two")
    await joined.chat_delete(channel="C0DEPLOYS", ts=posted)
    await joined.chat_postEphemeral(channel="C0DEPLOYS", user="U0ANA", text="hush")

    assert [(event["type"], event.get("subtype")) for event in told] == [
        ("message", None),
        ("message", None),
        ("message", "message_changed"),
        ("message", "message_deleted"),
    ]
    assert (told[0]["ts"], told[0]["user"], "bot_id" in told[0], told[1]["bot_id"]) == (said, "U0ANA", False, "B0RUNBELL")
    assert (told[2]["previous_message"]["text"], told[2]["message"]["text"]) == ("one", "two")
    assert (told[3]["deleted_ts"], told[3]["hidden"], told[3]["channel_type"]) == (posted, True, "channel")


async def test_a_file_and_a_broadcast_reply_have_their_subtypes(joined: AsyncWebClient, ana: Acting, told: list[Document]) -> None:
    parent = (await joined.chat_postMessage(channel="C0DEPLOYS", text="head"))["ts"]
    told.clear()
    await ana.post("upload", channel="C0DEPLOYS", name="a.txt", content="words")
    await joined.chat_postMessage(channel="C0DEPLOYS", text="for all", thread_ts=parent, reply_broadcast=True)

    assert [event["subtype"] for event in told] == ["file_share", "thread_broadcast"]
    assert told[0]["files"][0]["name"] == "a.txt"
    assert told[1]["thread_ts"] == parent


async def test_a_stranger_is_told_with_their_team(client: AsyncWebClient, ana: Acting, told: list[Document]) -> None:
    await client.conversations_join(channel="C0PARTNERS")
    told.clear()
    await ana.as_("U0EVA").post("message", channel="C0PARTNERS", text="@ear hello")

    assert [event["type"] for event in told] == ["message", "app_mention"]
    assert {(event["user_team"], event["source_team"], event["shared"]) for event in told} == {("T0PARTNER", "T0PARTNER", True)}


async def test_a_public_channel_is_told_of_without_membership_its_messages_are_not(ana: Acting, told: list[Document]) -> None:
    await ana.post("message", channel="C0INFRA", text="unheard")
    await ana.post("admin/rename", channel="C0INFRA", name="platform")

    assert [event["type"] for event in told] == ["channel_rename"]


async def test_an_event_needs_its_scope_beside_the_subscription(ana: Acting, told: list[Document]) -> None:
    """user_change is subscribed to, and users:read is not granted."""
    await ana.post("admin/deactivate", user="U0KIM")

    assert told == []


@pytest.mark.parametrize("name, is_heard", [("tokens_revoked", False), ("user_change", False), ("channel_rename", True)])
async def test_what_was_not_subscribed_to_is_not_told(slack: SlackServer, name: str, *, is_heard: bool) -> None:
    channel = Channel("C1", "one", "public")

    assert is_for_app(slack.state.team.app, {"type": name}, channel) is is_heard
