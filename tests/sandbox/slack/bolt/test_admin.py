"""What admins do, and what the app hears of it."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.slack.acting import Acting
from tests.sandbox.slack.bolt.conftest import Heard
from tests.sandbox.slack.refusals import error_of

pytestmark = pytest.mark.usefixtures("app")


async def test_an_archived_channel_takes_nothing(ana: Acting, heard: Heard, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C0DEPLOYS", text="before"))["ts"]
    assert (await ana.post("admin/archive", channel="C0DEPLOYS"))["is_archived"] is True
    event = await heard.event("channel_archive")

    assert (event["channel"], event["user"]) == ("C0DEPLOYS", "U0ANA")
    assert await error_of(client.chat_postMessage(channel="C0DEPLOYS", text="x")) == "is_archived"
    assert await error_of(client.chat_update(channel="C0DEPLOYS", ts=ts, text="x")) == "is_inactive"
    assert (await ana.post("message", channel="C0DEPLOYS", text="x"))["error"] == "is_archived"
    assert (await ana.command("/lamp on"))["error"] == "is_archived"
    assert (await ana.post("admin/archive", channel="C0DEPLOYS"))["error"] == "already_archived"
    assert (await ana.post("admin/archive", channel="C0DEPLOYS", archived=False))["is_archived"] is False
    assert (await heard.event("channel_unarchive"))["channel"] == "C0DEPLOYS"


async def test_a_channel_is_renamed_and_deleted(ana: Acting, heard: Heard, client: AsyncWebClient) -> None:
    await ana.post("admin/rename", channel="C0INFRA", name="platform")
    renamed = await heard.event("channel_rename")
    name = (await client.conversations_info(channel="C0INFRA"))["channel"]["name"]
    await ana.post("admin/delete", channel="C0INFRA")
    deleted = await heard.event("channel_deleted")

    assert (renamed["channel"]["id"], renamed["channel"]["name"], name) == ("C0INFRA", "platform", "platform")
    assert deleted["channel"] == "C0INFRA"
    assert await error_of(client.conversations_info(channel="C0INFRA")) == "channel_not_found"
    assert (await ana.get("messages", channel="C0INFRA", **{"as": "U0ANA"}))["error"] == "channel_not_found"


async def test_who_is_deactivated_can_do_nothing(ana: Acting, heard: Heard, client: AsyncWebClient) -> None:
    await ana.post("admin/deactivate", user="U0KIM")
    event = await heard.event("user_change")

    assert (event["user"]["id"], event["user"]["deleted"]) == ("U0KIM", True)
    assert (await client.users_info(user="U0KIM"))["user"]["deleted"] is True
    assert "U0KIM" not in (await client.conversations_members(channel="C0DEPLOYS"))["members"]
    assert (await ana.as_("U0KIM").command("/lamp on"))["error"] == "user_not_found"
    assert await error_of(client.chat_postMessage(channel="U0KIM", text="x")) == "channel_not_found"
    assert (await ana.post("admin/deactivate", user="U0KIM", deleted=False))["deleted"] is False


async def test_a_group_gets_other_members(ana: Acting, heard: Heard, client: AsyncWebClient) -> None:
    await ana.post("admin/group", group="S0PLATFORM", users=["U0ANA", "U0RAJ"])
    event = await heard.event("subteam_members_changed")
    updated = await heard.event("subteam_updated")

    assert (event["subteam_id"], event["added_users"], event["removed_users"]) == ("S0PLATFORM", ["U0RAJ"], ["U0KIM"])
    assert updated["subteam"]["users"] == ["U0ANA", "U0RAJ"]
    assert (await client.usergroups_users_list(usergroup="S0PLATFORM"))["users"] == ["U0ANA", "U0RAJ"]


async def test_a_message_is_deleted_by_its_author_or_an_admin(ana: Acting, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C0DEPLOYS", text="a card"))["ts"]
    refused = await ana.as_("U0KIM").post("delete", channel="C0DEPLOYS", ts=ts)
    deleted = await ana.post("delete", channel="C0DEPLOYS", ts=ts)

    assert (refused["error"], deleted["ok"]) == ("cant_delete_message", True)
    assert await error_of(client.chat_update(channel="C0DEPLOYS", ts=ts, text="x")) == "message_not_found"


async def test_a_revoked_token_is_told_and_restored(ana: Acting, heard: Heard, client: AsyncWebClient) -> None:
    await ana.post("admin/revoke")
    event = await heard.event("tokens_revoked")
    refused = await error_of(client.auth_test())
    await ana.post("admin/revoke", restore=True)

    assert (event["tokens"], refused) == ({"oauth": [], "bot": ["U0RUNBELL"]}, "token_revoked")
    assert (await client.auth_test())["ok"] is True


async def test_an_app_that_is_uninstalled_is_out_of_its_channels(ana: Acting, heard: Heard, client: AsyncWebClient) -> None:
    await ana.post("admin/revoke", uninstall=True)
    await heard.event("app_uninstalled")

    assert await error_of(client.auth_test()) == "account_inactive"
    assert not any(channel["app_is_member"] for channel in (await ana.get("world"))["channels"] if not channel["is_im"])


async def test_the_app_is_removed_from_a_channel(ana: Acting, heard: Heard, client: AsyncWebClient) -> None:
    assert (await ana.post("remove", channel="C0DEPLOYS", user="U0RUNBELL"))["removed"] is True
    event = await heard.event("member_left_channel")

    assert (event["user"], event["channel"]) == ("U0RUNBELL", "C0DEPLOYS")
    assert await error_of(client.chat_postMessage(channel="C0DEPLOYS", text="x")) == "not_in_channel"
    assert (await ana.post("remove", channel="C0DEPLOYS", user="U0RUNBELL"))["removed"] is False
    assert (await ana.post("remove", channel="D0ANA", user="U0RUNBELL"))["error"] == "cant_kick"


@pytest.mark.parametrize(
    "path, body, error",
    [
        ("admin/archive", {"channel": "C0GENERAL"}, "cant_archive_general"),
        ("admin/archive", {"channel": "C0INFRA", "archived": False}, "not_archived"),
        ("admin/archive", {"channel": "D0ANA"}, "method_not_supported_for_channel_type"),
        ("admin/archive", {"channel": "C0INFRA", "as": "U0KIM"}, "not_an_admin"),
        ("admin/rename", {"channel": "C0INFRA", "name": "deploys"}, "name_taken"),
        ("admin/rename", {"channel": "C0INFRA", "name": "No Way"}, "invalid_name"),
        ("admin/deactivate", {"user": "U0RUNBELL"}, "cant_change_bot"),
        ("admin/group", {"group": "S0NONE", "users": ["U0ANA"]}, "no_such_subteam"),
        ("admin/group", {"group": "S0PLATFORM", "users": []}, "no_users_provided"),
        ("admin/group", {"group": "S0PLATFORM", "users": "U0ANA"}, "invalid_arguments"),
        ("delete", {"channel": "C0DEPLOYS", "ts": "1.000001"}, "message_not_found"),
    ],
)
async def test_deeds_that_slack_refuses_an_admin(ana: Acting, path: str, body: dict[str, Any], error: str) -> None:
    assert (await ana.post(path, **body))["error"] == error
