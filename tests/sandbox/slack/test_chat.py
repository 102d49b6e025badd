from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting
from tests.sandbox.slack.refusals import error_of, refusal

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "A plan waits"}}
BUTTONS: dict[str, Any] = {
    "type": "actions",
    "block_id": "row",
    "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}],
}
METADATA = {"event_type": "run_card", "event_payload": {"key": "run-1"}}


async def test_a_posted_message_is_seen_and_read_back_with_its_metadata(joined: AsyncWebClient, ana: Acting) -> None:
    posted = await joined.chat_postMessage(channel="C0DEPLOYS", text="A plan waits", blocks=[SECTION, BUTTONS], metadata=METADATA)

    seen = (await ana.messages())[-1]
    plain = (await joined.conversations_history(channel="C0DEPLOYS", limit=1))["messages"][0]
    full = (await joined.conversations_history(channel="C0DEPLOYS", limit=1, include_all_metadata=True))["messages"][0]
    assert (seen["ts"], seen["username"], seen["is_app"]) == (posted["ts"], "Runbell", True)
    assert "metadata" not in plain
    assert full["metadata"] == METADATA
    assert (full["bot_id"], full["app_id"], full["user"]) == ("B0RUNBELL", "A0RUNBELL", "U0RUNBELL")


async def test_blocks_are_kept_with_what_slack_fills_in(joined: AsyncWebClient) -> None:
    sent: list[dict[str, Any]] = [
        SECTION,
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}]},
    ]
    posted = await joined.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=sent)

    section, actions = posted["message"]["blocks"]
    assert section["text"]["verbatim"] is False
    assert section["block_id"]
    assert actions["elements"][0]["action_id"]
    assert actions["elements"][0]["text"]["emoji"] is True


@pytest.mark.parametrize(
    "channel, error",
    [("C0DEPLOYS", "not_in_channel"), ("C0SECRET", "channel_not_found"), ("C0NOWHERE", "channel_not_found"), ("", "invalid_arguments")],
)
async def test_posting_needs_a_channel_that_the_app_is_in(client: AsyncWebClient, channel: str, error: str) -> None:
    assert await error_of(client.chat_postMessage(channel=channel, text="hello")) == error


async def test_an_archived_channel_takes_nothing(slack: SlackServer, joined: AsyncWebClient) -> None:
    posted = await joined.chat_postMessage(channel="C0DEPLOYS", text="hello")
    slack.state.team.channels["C0DEPLOYS"].is_archived = True

    assert await error_of(joined.chat_postMessage(channel="C0DEPLOYS", text="hello")) == "is_archived"
    assert await error_of(joined.chat_update(channel="C0DEPLOYS", ts=posted["ts"], text="other")) == "is_inactive"


async def test_a_channel_may_be_named_and_a_person_written_to(joined: AsyncWebClient, ana: Acting) -> None:
    by_name = await joined.chat_postMessage(channel="#deploys", text="to the channel")
    direct = await joined.chat_postMessage(channel="U0ANA", text="to you alone")

    assert (by_name["channel"], direct["channel"]) == ("C0DEPLOYS", "D0ANA")
    assert await ana.texts("D0ANA") == ["to you alone"]
    assert (await ana.as_("U0KIM").get("messages", channel="D0ANA", **{"as": "U0KIM"}))["error"] == "channel_not_found"


@pytest.mark.parametrize(
    "arguments, error",
    [
        ({}, "no_text"),
        ({"text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ({"text": "x", "attachments": "{}"}, "invalid_attachments"),
        ({"text": "x", "attachments": [{"text": "y"}] * 101}, "too_many_attachments"),
        ({"text": "x", "metadata": {"event_type": "a b", "event_payload": {}}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": "[]"}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "a", "event_payload": {"x": "y" * 16_000}}}, "metadata_too_large"),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"markdown_text": "y" * 12_001}, "msg_too_long"),
        ({"text": "x", "blocks": [{**SECTION, "text": {"type": "mrkdwn", "text": "y" * 2700}}] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ],
)
async def test_content_that_slack_refuses(joined: AsyncWebClient, arguments: dict[str, Any], error: str) -> None:
    assert await error_of(joined.api_call("chat.postMessage", json={"channel": "C0DEPLOYS", **arguments})) == error


async def test_invalid_blocks_are_told_with_their_place(joined: AsyncWebClient) -> None:
    long_button = {"type": "button", "text": {"type": "plain_text", "text": "x" * 76}, "disabled": True}
    blocks = [SECTION, {"type": "actions", "elements": [long_button]}]

    answer = await refusal(joined.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]",
        "[ERROR] invalid additional property: disabled [json-pointer:/blocks/1/elements/0]",
    ]


async def test_blocks_within_attachments_are_judged_too(joined: AsyncWebClient) -> None:
    attachments = [{"color": "#ff0000", "blocks": [{"type": "alert"}]}]

    answer = await refusal(joined.chat_postMessage(channel="C0DEPLOYS", text="x", attachments=attachments))
    assert "[json-pointer:/attachments/0/blocks/0/type]" in answer["response_metadata"]["messages"][0]


async def test_an_overlong_text_is_cut_when_posted_and_refused_when_updated(joined: AsyncWebClient) -> None:
    posted = await joined.chat_postMessage(channel="C0DEPLOYS", text="x" * 40_001)

    assert len(posted["message"]["text"]) == 40_000
    assert await error_of(joined.chat_update(channel="C0DEPLOYS", ts=posted["ts"], text="x" * 4001)) == "msg_too_long"


async def test_an_update_with_text_alone_takes_the_blocks_away(joined: AsyncWebClient, ana: Acting) -> None:
    posted = await joined.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[BUTTONS], attachments=[{"text": "detail"}])
    await joined.chat_update(channel="C0DEPLOYS", ts=posted["ts"], text="done")

    seen = (await ana.messages())[-1]
    assert (seen["text"], seen["blocks"], seen["edited"]) == ("done", [], True)
    assert seen["attachments"][0]["text"] == "detail"


async def test_an_update_with_blocks_marks_nothing_as_edited_and_keeps_metadata(joined: AsyncWebClient, ana: Acting) -> None:
    posted = await joined.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[BUTTONS], metadata=METADATA)
    await joined.chat_update(channel="C0DEPLOYS", ts=posted["ts"], text="done", blocks=[SECTION])

    seen = (await ana.messages())[-1]
    assert [block["type"] for block in seen["blocks"]] == ["section"]
    assert (seen["edited"], seen["metadata"]) == (False, METADATA)


async def test_an_update_of_attachments_or_metadata_leaves_the_rest(joined: AsyncWebClient, ana: Acting) -> None:
    posted = await joined.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[BUTTONS], metadata=METADATA)
    await joined.api_call(
        "chat.update", json={"channel": "C0DEPLOYS", "ts": posted["ts"], "attachments": [{"text": "more"}], "metadata": {}}
    )

    seen = (await ana.messages())[-1]
    assert (seen["text"], len(seen["blocks"]), seen["attachments"][0]["text"]) == ("x", 1, "more")
    assert "metadata" not in seen


@pytest.mark.parametrize("arguments", [{}, {"text": ""}, {"text": "", "blocks": [], "attachments": []}])
async def test_an_update_to_nothing_is_refused(joined: AsyncWebClient, arguments: dict[str, Any]) -> None:
    posted = await joined.chat_postMessage(channel="C0DEPLOYS", text="x")

    assert await error_of(joined.api_call("chat.update", json={"channel": "C0DEPLOYS", "ts": posted["ts"], **arguments})) == "no_text"


async def test_only_own_messages_are_updated_and_deleted(joined: AsyncWebClient, ana: Acting) -> None:
    hers = (await ana.post("message", channel="C0DEPLOYS", text="mine"))["ts"]

    assert await error_of(joined.chat_update(channel="C0DEPLOYS", ts=hers, text="ours")) == "cant_update_message"
    assert await error_of(joined.chat_delete(channel="C0DEPLOYS", ts=hers)) == "cant_delete_message"
    assert await error_of(joined.chat_update(channel="C0DEPLOYS", ts="1.000001", text="x")) == "message_not_found"


async def test_a_deleted_message_is_gone_and_a_thread_leaves_a_tombstone(joined: AsyncWebClient, ana: Acting) -> None:
    alone = await joined.chat_postMessage(channel="C0DEPLOYS", text="alone")
    parent = await joined.chat_postMessage(channel="C0DEPLOYS", text="parent")
    await joined.chat_postMessage(channel="C0DEPLOYS", text="reply", thread_ts=parent["ts"])
    await joined.chat_delete(channel="C0DEPLOYS", ts=alone["ts"])
    await joined.chat_delete(channel="C0DEPLOYS", ts=parent["ts"])

    assert (await ana.texts())[-1:] == ["This message was deleted."]
    assert await error_of(joined.chat_update(channel="C0DEPLOYS", ts=alone["ts"], text="x")) == "message_not_found"
    assert await ana.texts(thread_ts=parent["ts"]) == ["This message was deleted.", "reply"]


async def test_an_ephemeral_is_for_one_person_and_cannot_be_changed(joined: AsyncWebClient, ana: Acting) -> None:
    sent = await joined.chat_postEphemeral(channel="C0DEPLOYS", user="U0ANA", text="for you")

    assert (await ana.messages())[-1]["ephemeral"] is True
    assert "for you" not in await ana.as_("U0KIM").texts()
    assert "for you" not in [each["text"] for each in (await joined.conversations_history(channel="C0DEPLOYS"))["messages"]]
    assert await error_of(joined.chat_update(channel="C0DEPLOYS", ts=sent["message_ts"], text="x")) == "message_not_found"
    assert await error_of(joined.chat_getPermalink(channel="C0DEPLOYS", message_ts=sent["message_ts"])) == "message_not_found"


async def test_an_ephemeral_needs_its_person_in_the_channel(joined: AsyncWebClient) -> None:
    await joined.conversations_join(channel="C0PROD")

    assert await error_of(joined.chat_postEphemeral(channel="C0PROD", user="U0GUS", text="x")) == "user_not_in_channel"
    assert await error_of(joined.chat_postEphemeral(channel="C0INFRA", user="U0ANA", text="x")) == "not_in_channel"
    assert await error_of(joined.api_call("chat.postEphemeral", json={"channel": "C0PROD", "user": "U0ANA"})) == "no_text"


async def test_replies_stand_in_their_thread_unless_sent_to_the_channel_too(joined: AsyncWebClient, ana: Acting) -> None:
    parent = await joined.chat_postMessage(channel="C0DEPLOYS", text="parent")
    reply = await joined.chat_postMessage(channel="C0DEPLOYS", text="reply", thread_ts=parent["ts"])
    await joined.chat_postMessage(channel="C0DEPLOYS", text="loud reply", thread_ts=parent["ts"], reply_broadcast=True)

    assert (await ana.texts())[-2:] == ["parent", "loud reply"]
    assert await ana.texts(thread_ts=parent["ts"]) == ["parent", "reply", "loud reply"]
    assert (await ana.messages())[-2]["reply_count"] == 2
    assert await error_of(joined.chat_postMessage(channel="C0DEPLOYS", text="x", thread_ts=reply["ts"])) == "cannot_reply_to_message"


async def test_a_permalink_names_channel_message_and_thread(joined: AsyncWebClient) -> None:
    parent = await joined.chat_postMessage(channel="C0DEPLOYS", text="parent")
    reply = await joined.chat_postMessage(channel="C0DEPLOYS", text="reply", thread_ts=parent["ts"])

    link = (await joined.chat_getPermalink(channel="C0DEPLOYS", message_ts=reply["ts"]))["permalink"]
    assert f"/archives/C0DEPLOYS/p{reply['ts'].replace('.', '')}?thread_ts={parent['ts']}&cid=C0DEPLOYS" in link
    assert await error_of(joined.chat_getPermalink(channel="C0DEPLOYS", message_ts="1.000001")) == "message_not_found"


async def test_a_thread_without_replies_is_no_thread(joined: AsyncWebClient, ana: Acting) -> None:
    parent = await joined.chat_postMessage(channel="C0DEPLOYS", text="parent")
    reply = await joined.chat_postMessage(channel="C0DEPLOYS", text="reply", thread_ts=parent["ts"])
    async with ana.stream() as next_event:
        await next_event()
        await joined.chat_delete(channel="C0DEPLOYS", ts=reply["ts"])
        events = [await next_event(), await next_event()]

    assert [(event["type"], event.get("ts")) for event in events] == [("message_deleted", reply["ts"]), ("message_changed", None)]
    assert "thread_ts" not in events[1]["message"]
