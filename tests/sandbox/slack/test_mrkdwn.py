from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.mrkdwn import escape_controls, escape_typed, read_mentions
from bot.sandbox.slack.samples import sample_team
from tests.sandbox.slack.acting import Acting


@pytest.mark.parametrize(
    "text, mentions, broadcasts",
    [
        ("<@U0ANA> and <@W12|kim>", ("U0ANA", "W12"), ()),
        ("<!subteam^S0PLATFORM> <!subteam^S1|@infra>", ("S0PLATFORM", "S1"), ()),
        ("<!channel> <!here|here> <!everyone>", (), ("channel", "here", "everyone")),
        ("&lt;!channel&gt; <#C1|x> <https://a.example|@here> <!date^1^{date}|x>", (), ()),
        ("@here in top-level text is only text", (), ()),
        ("`<!channel>` in code still counts", (), ("channel",)),
    ],
)
def test_mentions_in_text(text: str, mentions: tuple[str, ...], broadcasts: tuple[str, ...]) -> None:
    found = read_mentions(text, [], [])

    assert (found.mentions, found.broadcasts) == (mentions, broadcasts)


def _section(text: str, kind: str = "mrkdwn", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": kind, "text": text, **more}}


@pytest.mark.parametrize(
    "block, broadcasts",
    [
        (_section("<!channel>"), ("channel",)),
        (_section("<!channel>", "plain_text"), ()),
        (_section("tell @here"), ("here",)),
        (_section("tell @here", verbatim=True), ()),
        (_section("a@here.example"), ()),
        ({"type": "markdown", "text": "<!here>"}, ("here",)),
        ({"type": "context", "elements": [{"type": "mrkdwn", "text": "<!everyone>"}]}, ("everyone",)),
        ({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "<!channel>"}]}]}, ()),
        (
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "here"}]}]},
            ("here",),
        ),
        ({"type": "table", "rows": [[{"type": "raw_text", "text": "<!channel>"}]]}, ()),
    ],
)
def test_broadcasts_in_blocks(block: dict[str, Any], broadcasts: tuple[str, ...]) -> None:
    assert read_mentions("", [block], []).broadcasts == broadcasts


def test_attachments_are_read_and_links_of_names_too() -> None:
    attachment = {"text": "<@U0ANA>", "blocks": [_section("<@U0KIM>")]}

    assert read_mentions("", [], [attachment]).mentions == ("U0ANA", "U0KIM")
    assert read_mentions("@channel", [], [], linked=True).broadcasts == ("channel",)


@pytest.mark.parametrize(
    "typed, in_message, in_command",
    [
        ("@kim", "<@U0KIM>", "<@U0KIM|kim>"),
        ("@platform", "<!subteam^S0PLATFORM>", "<!subteam^S0PLATFORM|@platform>"),
        ("@nobody #nowhere", "@nobody #nowhere", "@nobody #nowhere"),
        ("#infra", "<#C0INFRA|infra>", "<#C0INFRA|infra>"),
        ("#security", "<#C0SECRET|>", "<#C0SECRET|>"),
        ("see https://a.example/?x=1&y=2.", "see <https://a.example/?x=1&amp;y=2.>", "see <https://a.example/?x=1&amp;y=2.>"),
        ("<!channel> & you", "&lt;!channel&gt; &amp; you", "&lt;!channel&gt; &amp; you"),
        ("ana@kim.example", "ana@kim.example", "ana@kim.example"),
        ("@here", "<!here>", "<!here>"),
    ],
)
def test_typed_text_is_rewritten(typed: str, in_message: str, in_command: str) -> None:
    team = sample_team(App())

    assert escape_typed(typed, team, with_names=False) == in_message
    assert escape_typed(typed, team, with_names=True) == in_command


def test_a_command_without_should_escape_keeps_names() -> None:
    assert escape_controls("@kim <x> & #infra") == "@kim &lt;x&gt; &amp; #infra"


async def test_link_names_reaches_groups_and_nobody_else(joined: AsyncWebClient, ana: Acting) -> None:
    await joined.chat_postMessage(channel="C0DEPLOYS", text="@platform @kim @here", link_names=True)
    ts = (await joined.chat_postMessage(channel="C0DEPLOYS", text="@platform @here"))["ts"]
    plain = (await ana.messages())[-1]
    await joined.chat_update(channel="C0DEPLOYS", ts=ts, text="@platform", parse="full")
    messages = await ana.messages()

    assert (messages[-2]["mentions"], messages[-2]["broadcasts"]) == (["S0PLATFORM"], ["here"])
    assert (plain["mentions"], plain["broadcasts"]) == ([], [])
    assert messages[-1]["mentions"] == ["S0PLATFORM"]


@pytest.mark.parametrize(
    "attachment",
    [
        {"pretext": "<!here>"},
        {"title": "<!here>"},
        {"footer": "<!here>"},
        {"fields": [{"title": "x", "value": "<!here>"}]},
        {"text": "<!here>"},
    ],
)
async def test_every_word_of_an_attachment_is_read(joined: AsyncWebClient, ana: Acting, attachment: dict[str, Any]) -> None:
    await joined.chat_postMessage(channel="C0DEPLOYS", attachments=[{"fallback": "x", **attachment}])

    assert (await ana.messages())[-1]["broadcasts"] == ["here"]
