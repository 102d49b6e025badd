"""What Slack says of a file, and what is made of one that is gone, lies elsewhere, or may not be seen."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.errors import ChatRefused, ChatUnreachable, FileUnreadable
from bot.core.pace import Pace
from bot.slack.clients import Clients
from bot.slack.shared_files import SlackSharedFiles
from tests.slack.test_installations import slack

FILE = {"id": "F1", "name": "main.tf", "size": 25, "mode": "hosted", "url_private_download": "https://files.slack.com/d/main.tf"}


async def about(answer: dict[str, Any] | str) -> Any:
    async with slack(answer) as client:
        return await SlackSharedFiles(Clients(client, client), Pace()).about("F1")


async def test_a_file_has_a_name_a_size_and_an_address() -> None:
    found = await about({"ok": True, "file": FILE})
    assert (found.id, found.name, found.size, found.url) == ("F1", "main.tf", 25, "https://files.slack.com/d/main.tf")


async def test_a_snippet_without_an_address_to_download_is_read_where_it_is() -> None:
    found = await about(
        {"ok": True, "file": {"id": "F1", "title": "main.tf", "mode": "snippet", "url_private": "https://files.slack.com/x"}}
    )
    assert (found.name, found.size, found.url) == ("main.tf", 0, "https://files.slack.com/x")


@pytest.mark.parametrize(
    "answer, why",
    [
        ({"ok": False, "error": "file_not_found"}, "was deleted, or I may not see it"),
        ({"ok": False, "error": "file_deleted"}, "was deleted, or I may not see it"),
        ({"ok": False, "error": "access_denied"}, "invite me"),
        ({"ok": False, "error": "missing_scope", "needed": "files:read"}, "files:read"),
        ({"ok": True, "file": FILE | {"mode": "tombstone"}}, "“main.tf” from Slack: it was deleted"),
        ({"ok": True, "file": {"id": "F1", "mode": "tombstone"}}, "the file from Slack: it was deleted"),
        ({"ok": True, "file": FILE | {"mode": "hidden_by_limit"}}, "too old"),
        ({"ok": True, "file": FILE | {"is_external": True}}, "outside of Slack"),
        ({"ok": True, "file": FILE | {"mode": "external"}}, "outside of Slack"),
        ({"ok": True, "file": FILE | {"file_access": "access_denied"}}, "another company"),
        ({"ok": True, "file": {"id": "F1", "name": "main.tf", "file_access": "check_file_info"}}, "another company"),
    ],
)
async def test_a_file_that_cannot_be_had_is_said_to_be_so(answer: dict[str, Any], why: str) -> None:
    with pytest.raises(FileUnreadable, match=why):
        await about(answer)


async def test_slack_itself_may_be_in_trouble() -> None:
    with pytest.raises(ChatRefused, match="team_access_not_granted"):
        await about({"ok": False, "error": "team_access_not_granted"})
    for broken in ("<html>", {"ok": True, "file": "F1"}, {"ok": True}):
        with pytest.raises(ChatUnreachable):
            await about(broken)
