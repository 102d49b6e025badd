from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting
from tests.sandbox.slack.refusals import error_of


async def _post(client: AsyncWebClient, *texts: str) -> list[str]:
    return [(await client.chat_postMessage(channel="C0DEPLOYS", text=text))["ts"] for text in texts]


async def test_the_list_shows_public_channels_and_only_own_private_ones(client: AsyncWebClient, ana: Acting) -> None:
    before = await client.conversations_list(types="public_channel,private_channel")
    await ana.post("invite", channel="C0SECRET", user="U0RUNBELL")
    after = await client.conversations_list(types="private_channel")
    direct = await client.conversations_list(types="im")

    assert [channel["name"] for channel in before["channels"]] == ["deploys", "infra", "prod-changes", "general", "partners"]
    assert [channel["name"] for channel in after["channels"]] == ["security"]
    assert [channel["user"] for channel in direct["channels"]] == ["U0ANA", "U0KIM", "U0RAJ", "U0GUS"]
    assert await error_of(client.conversations_list(types="secret")) == "invalid_types"


async def test_lists_come_in_pages(client: AsyncWebClient) -> None:
    names: list[str] = []
    cursor = ""
    for _page in range(5):
        answer = await client.conversations_list(limit=1, cursor=cursor)
        names += [channel["name"] for channel in answer["channels"]]
        cursor = answer["response_metadata"]["next_cursor"]

    assert names == ["deploys", "infra", "prod-changes", "general", "partners"]
    assert cursor == ""
    assert await error_of(client.conversations_list(cursor="nonsense")) == "invalid_cursor"
    assert await error_of(client.conversations_list(limit="many")) == "invalid_arguments"  # type: ignore[arg-type]


async def test_a_channel_is_described(joined: AsyncWebClient) -> None:
    channel = (await joined.conversations_info(channel="C0DEPLOYS", include_num_members=True))["channel"]
    direct = (await joined.conversations_info(channel="D0KIM"))["channel"]

    assert (channel["is_member"], channel["is_private"], channel["num_members"]) == (True, False, 5)
    assert (direct["is_im"], direct["user"]) == (True, "U0KIM")
    assert await error_of(joined.conversations_info(channel="C0SECRET")) == "channel_not_found"
    assert await error_of(joined.api_call("conversations.info")) == "invalid_arguments"


async def test_members_are_listed_in_pages(client: AsyncWebClient) -> None:
    first = await client.conversations_members(channel="C0DEPLOYS", limit=3)
    second = await client.conversations_members(channel="C0DEPLOYS", limit=3, cursor=first["response_metadata"]["next_cursor"])

    assert [*first["members"], *second["members"]] == ["U0ANA", "U0KIM", "U0RAJ", "U0GUS"]


async def test_joining_twice_is_told(client: AsyncWebClient, ana: Acting) -> None:
    first = await client.conversations_join(channel="C0INFRA")
    second = await client.conversations_join(channel="C0INFRA")

    assert first["channel"]["is_member"] is True
    assert second["warning"] == "already_in_channel"
    assert await ana.texts("C0INFRA") == ["<@U0RUNBELL> has joined the channel"]
    assert await error_of(client.conversations_join(channel="C0SECRET")) == "channel_not_found"
    assert await error_of(client.conversations_join(channel="D0ANA")) == "method_not_supported_for_channel_type"


async def test_direct_messages_are_opened_by_person(client: AsyncWebClient) -> None:
    opened = await client.conversations_open(users="U0KIM")
    full = await client.conversations_open(channel="D0KIM", return_im=True)

    assert opened["channel"] == {"id": "D0KIM"}
    assert full["channel"]["user"] == "U0KIM"
    assert await error_of(client.conversations_open(users="U0NOBODY")) == "user_not_found"
    assert await error_of(client.api_call("conversations.open")) == "users_list_not_supplied"


async def test_history_is_newest_first_and_paged(joined: AsyncWebClient) -> None:
    await _post(joined, "one", "two", "three")
    first = await joined.conversations_history(channel="C0DEPLOYS", limit=2)
    second = await joined.conversations_history(channel="C0DEPLOYS", limit=2, cursor=first["response_metadata"]["next_cursor"])

    assert [message["text"] for message in first["messages"]] == ["three", "two"]
    assert first["has_more"] is True
    assert next(message["text"] for message in second["messages"]) == "one"
    assert second["has_more"] is False


@pytest.mark.parametrize(
    "ends, inclusive, expected",
    [
        (("oldest", 0), False, ["three", "two"]),
        (("oldest", 0), True, ["three", "two", "one"]),
        (("latest", 1), True, ["two", "one"]),
        (("latest", 1), False, ["one"]),
    ],
)
async def test_history_keeps_to_its_ends(joined: AsyncWebClient, ends: tuple[str, int], inclusive: bool, expected: list[str]) -> None:  # noqa: FBT001
    stamps = await _post(joined, "one", "two", "three")
    found = await joined.conversations_history(channel="C0DEPLOYS", inclusive=inclusive, **{ends[0]: stamps[ends[1]]})  # type: ignore[arg-type]

    assert [message["text"] for message in found["messages"] if "subtype" not in message] == expected


async def test_history_needs_membership_and_good_ends(client: AsyncWebClient) -> None:
    assert await error_of(client.conversations_history(channel="C0DEPLOYS")) == "not_in_channel"
    assert await error_of(client.conversations_history(channel="C0SECRET")) == "channel_not_found"
    await client.conversations_join(channel="C0DEPLOYS")
    assert await error_of(client.conversations_history(channel="C0DEPLOYS", oldest="yesterday")) == "invalid_ts_oldest"
    assert await error_of(client.conversations_history(channel="C0DEPLOYS", latest="NaN")) == "invalid_ts_latest"


async def test_a_thread_is_read_with_metadata_and_from_any_end(joined: AsyncWebClient) -> None:
    parent = (await _post(joined, "parent"))[0]
    metadata = {"event_type": "note", "event_payload": {"n": 1}}
    reply = await joined.chat_postMessage(channel="C0DEPLOYS", text="reply", thread_ts=parent, metadata=metadata)
    thread = await joined.conversations_replies(channel="C0DEPLOYS", ts=parent, include_all_metadata=True)
    later = await joined.conversations_replies(channel="C0DEPLOYS", ts=parent, oldest=reply["ts"])

    assert [message["text"] for message in thread["messages"]] == ["parent", "reply"]
    assert (thread["messages"][0]["reply_count"], thread["messages"][0]["reply_users"]) == (1, ["U0RUNBELL"])
    assert thread["messages"][1]["metadata"] == metadata
    assert thread["messages"][1]["parent_user_id"] == "U0RUNBELL"
    assert [message["text"] for message in later["messages"]] == ["parent"]
    assert await error_of(joined.conversations_replies(channel="C0DEPLOYS", ts="1.000001")) == "thread_not_found"


async def test_an_archived_channel_is_left_out_and_cannot_be_joined(slack: SlackServer, client: AsyncWebClient) -> None:
    slack.state.team.channels["C0INFRA"].is_archived = True
    listed = await client.conversations_list(exclude_archived=True)

    assert "infra" not in [channel["name"] for channel in listed["channels"]]
    assert await error_of(client.conversations_join(channel="C0INFRA")) == "is_archived"


@pytest.mark.parametrize("cursor", ["bmV4dDo=", "b3RoZXI6MQ==", "bmV4dDphYmM="])
async def test_cursors_of_nobody_are_refused(client: AsyncWebClient, cursor: str) -> None:
    assert await error_of(client.conversations_list(cursor=cursor)) == "invalid_cursor"
