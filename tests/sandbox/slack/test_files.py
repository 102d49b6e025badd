"""Files by the unmodified SDK: the three steps of an upload, what a file is then, and fetching it."""

from __future__ import annotations

import io
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import open_slack
from tests.sandbox.slack.acting import Acting, eventually
from tests.sandbox.slack.refusals import error_of, refusal


async def _uploaded(client: AsyncWebClient, content: bytes = b"words") -> str:
    """The id of a file whose bytes have come and which is not finished yet."""
    wanted = await client.files_getUploadURLExternal(filename="a b.txt", length=len(content))
    async with aiohttp.ClientSession() as session, session.post(wanted["upload_url"], data=content) as response:
        assert (response.status, await response.text()) == (200, f"OK - {len(content)}")
    return str(wanted["file_id"])


async def test_a_file_goes_up_and_is_shared_with_a_comment_in_a_thread(joined: AsyncWebClient, ana: Acting) -> None:
    parent = (await joined.chat_postMessage(channel="C0DEPLOYS", text="a plan"))["ts"]
    answer = await joined.files_upload_v2(
        channel="C0DEPLOYS",
        thread_ts=parent,
        filename="plan.diff",
        content="+ one\n- two",
        snippet_type="diff",
        initial_comment="All of it",
    )

    async def shared() -> Any:
        return next((message for message in await ana.messages(thread_ts=parent) if message.get("files")), None)

    message = await eventually(shared)
    file = message["files"][0]
    assert answer["files"][0]["shares"] == {}
    assert (message["text"], message["is_app"], file["mode"], file["filetype"], file["lines"]) == ("All of it", True, "snippet", "diff", 2)
    assert (await joined.files_info(file=file["id"]))["file"]["shares"]["public"]["C0DEPLOYS"][0]["ts"] == message["ts"]


async def test_a_file_without_a_channel_stays_with_its_owner(client: AsyncWebClient, ana: Acting) -> None:
    file_id = await _uploaded(client)
    before = await error_of(client.files_info(file=file_id))
    await client.files_completeUploadExternal(files=[{"id": file_id, "title": "Mine"}])
    file = (await client.files_info(file=file_id))["file"]

    assert before == "file_not_found"
    assert (file["title"], file["size"], file["is_public"], file["channels"]) == ("Mine", 5, False, [])
    assert (await ana.get("file", file=file_id, **{"as": "U0ANA"}))["error"] == "file_not_found"


async def test_a_download_needs_the_bearer(client: AsyncWebClient) -> None:
    """Without rights Slack answers 200 with an HTML page to sign in, after a redirect."""
    file_id = await _uploaded(client, b"\x00secret")
    await client.files_completeUploadExternal(files=[{"id": file_id}])
    url = (await client.files_info(file=file_id))["file"]["url_private_download"]
    found = []
    async with aiohttp.ClientSession() as session:
        for token in (client.token, "xoxb-wrong", ""):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with session.get(url, headers=headers) as response:
                found.append((response.status, response.content_type, await response.read() == b"\x00secret"))

    assert found == [(200, "text/plain", True), (200, "text/html", False), (200, "text/html", False)]


@pytest.mark.parametrize(
    "fault, found",
    [
        ({"kind": "refused"}, (200, "text/html")),
        ({"kind": "status", "status": 429, "seconds": 3}, (429, "3")),
        ({"kind": "slow", "seconds": 0.01}, (200, "text/plain")),
        ({"kind": "down"}, None),
        ({"kind": "cut"}, None),
    ],
)
async def test_the_bytes_of_a_file_are_withheld_by_faults(
    client: AsyncWebClient, ana: Acting, fault: dict[str, Any], found: tuple[int, str] | None
) -> None:
    file_id = await _uploaded(client, b"secret")
    await client.files_completeUploadExternal(files=[{"id": file_id}])
    url = (await client.files_info(file=file_id))["file"]["url_private_download"]
    times = 2 if found is None else 1  # the client asks again by itself where a connection is lost
    assert (await ana.post("faults", match="_files/a b.*", times=times, **fault))["ok"]
    seen: list[tuple[int, str] | None] = []
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {client.token}"}) as session:
        for _ in range(2):
            try:
                async with session.get(url) as response:
                    seen.append((response.status, response.headers.get("Retry-After", response.content_type)))
            except aiohttp.ClientError:
                seen.append(None)

    assert seen == [found, (200, "text/plain")]


async def test_what_people_share_is_for_the_channels_it_is_in(client: AsyncWebClient, ana: Acting) -> None:
    sent = await ana.post("upload", channel="C0SECRET", name="key.bin", content_base64="AAE=", text="hush")
    file_id = sent["file"]["id"]

    assert await error_of(client.files_info(file=file_id)) == "file_not_found"
    await ana.post("invite", channel="C0SECRET", user="U0RUNBELL")
    assert (await client.files_info(file=file_id))["file"]["groups"] == ["C0SECRET"]
    assert (await ana.get("file", file=file_id, **{"as": "U0KIM"}))["content_base64"] == "AAE="
    assert (await ana.get("file", file=file_id, **{"as": "U0GUS"}))["error"] == "file_not_found"


@pytest.mark.parametrize(
    "arguments, error",
    [
        ({"filename": "a", "length": 0}, "missing_argument"),
        ({"filename": "a", "length": "many"}, "invalid_arguments"),
        ({"filename": "", "length": 1}, "invalid_arguments"),
        ({"filename": "a", "length": 1, "snippet_type": "hcl"}, "unknown_snippet_type"),
        ({"filename": "a", "length": 1_000_001, "snippet_type": "text"}, "snippet_too_large"),
        ({"filename": "a", "length": 1, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
        ({"filename": "a", "length": 2_000_000_000}, "file_upload_size_restricted"),
    ],
)
async def test_uploads_that_slack_does_not_begin(client: AsyncWebClient, arguments: dict[str, Any], error: str) -> None:
    assert await error_of(client.api_call("files.getUploadURLExternal", params=arguments)) == error


@pytest.mark.parametrize(
    "arguments, error",
    [
        ({"channel_id": "C0INFRA"}, "not_in_channel"),
        ({"channel_id": "C0NOWHERE"}, "channel_not_found"),
        ({"thread_ts": "1.000001"}, "invalid_arguments"),
        ({"channel_id": "C0DEPLOYS", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channels": ",".join(f"C{number}" for number in range(101))}, "too_many_channels"),
    ],
)
async def test_uploads_that_slack_does_not_finish(joined: AsyncWebClient, arguments: dict[str, Any], error: str) -> None:
    file_id = await _uploaded(joined)
    body = {"files": [{"id": file_id}], **arguments}

    assert await error_of(joined.api_call("files.completeUploadExternal", json=body)) == error
    assert (await joined.files_completeUploadExternal(files=[{"id": file_id}]))["ok"] is True


async def test_a_file_is_finished_once_and_by_its_owner(client: AsyncWebClient, ana: Acting) -> None:
    file_id = await _uploaded(client)
    await client.files_completeUploadExternal(files=[{"id": file_id}])
    started = await client.files_getUploadURLExternal(filename="a", length=1)
    hers = (await ana.post("upload", name="a", content="b"))["file"]["id"]

    assert await error_of(client.files_completeUploadExternal(files=[{"id": file_id}])) == "file_update_failed"
    assert await error_of(client.files_completeUploadExternal(files=[{"id": started["file_id"]}])) == "file_update_failed"
    assert await error_of(client.files_completeUploadExternal(files=[{"id": hers}])) == "file_not_found"
    assert await error_of(client.files_completeUploadExternal(files=[{"id": "F0"}])) == "file_not_found"
    assert await error_of(client.api_call("files.completeUploadExternal", json={"files": []})) == "invalid_arguments"
    assert await error_of(client.api_call("files.completeUploadExternal")) == "invalid_arguments"


async def test_an_upload_address_takes_one_upload_as_bytes_or_form(client: AsyncWebClient) -> None:
    wanted = await client.files_getUploadURLExternal(filename="a", length=3)
    form = aiohttp.FormData({"filename": io.BytesIO(b"abc")})
    async with aiohttp.ClientSession() as session:
        async with session.post(wanted["upload_url"], data=form) as response:
            first = await response.text()
        async with session.post(wanted["upload_url"], data=b"abc") as response:
            second = response.status

    assert (first, second) == ("OK - 3", 404)


async def test_files_need_their_scopes() -> None:
    async with open_slack(scopes=["chat:write"]) as slack:
        client = AsyncWebClient(token=slack.card()["bot_token"], base_url=slack.api)
        writing = await refusal(client.files_getUploadURLExternal(filename="a", length=1))
        reading = await refusal(client.files_info(file="F1"))

    assert (writing["needed"], reading["needed"], writing["provided"]) == ("files:write", "files:read", "chat:write")


@pytest.mark.parametrize(
    "body, error",
    [
        ({"name": "a"}, "invalid_arguments"),
        ({"name": "a", "content_base64": "%"}, "invalid_arguments"),
        ({"content": "a"}, "invalid_arguments"),
    ],
)
async def test_files_that_a_person_cannot_upload(ana: Acting, body: dict[str, str], error: str) -> None:
    assert (await ana.post("upload", channel="C0DEPLOYS", **body))["error"] == error
