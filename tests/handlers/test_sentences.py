"""Whatever is said around a command, nothing changes without a click: through Bolt, on the use cases, on a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.core.commands import GRAMMAR
from tests.handlers.desk import APP_USER, Desk, event, open_desk
from tests.services.house import ANA

ME = f"<@{APP_USER}>"
NAMES = ("storefront-dev", "storefront-prod", "storefront-staging", "catalog-import", "billing")
COMMANDS = sorted({example for row in GRAMMAR for example in (row.example, *row.examples)} | {"approve storefront-dev until Monday"})
AROUND = ("", "Please do NOT ", "> ", "&gt; ", "• ", "- ", "1. ", "`", "```", "```\n", "~", "*", "_", "cc <@U0KIM> ", "never\n", "hey, ")
AFTER = ("", " until Monday", "\nthanks", "`", "```", "\n```", " <@U0KIM>", "~", "!", ", please don't", f" {ME}", "\n> no")
PARTS = ("rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list")


@dataclass(frozen=True)
class Facts:
    """All that a command could change: what the server was sent, and our own rows but those that only remember what was said."""

    sent: tuple[str, ...]
    rows: tuple[Any, ...]


async def facts(desk: Desk) -> Facts:
    house = desk.house
    sent = [call.method for call in house.runs.calls if not call.method.startswith(("read", "list", "look", "account", "detail"))]
    async with house.store.read() as transaction:
        watches = tuple(await transaction.watches.all())
        freezes = tuple(await transaction.freezes.all())
        intents = tuple(await transaction.intents.open())
        hears = await transaction.preferences.hears_of_own(ANA.id)
        clocks = tuple(await transaction.reminders.all())
        decisions = tuple([await transaction.gates.latest(run) for run in RUN_IDS])
        votes = tuple([await transaction.votes.open(run, "confirm") for run in RUN_IDS])
    return Facts(tuple(sent), (watches, freezes, intents, hears, decisions, votes, clocks, len(desk.private.views)))


def shown_as(text: str, part: str) -> list[dict[str, Any]]:
    """The rich text that Slack sends along, with the words in a part of this kind."""
    leaf = [{"type": "user", "user_id": APP_USER}, {"type": "text", "text": text}]
    inner: list[dict[str, Any]] = [{"type": "rich_text_section", "elements": leaf}] if part == "rich_text_list" else leaf
    return [{"type": "rich_text", "elements": [{"type": part, "elements": inner}]}]


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        RUN_IDS[:] = [desk.house.runs.add_run(desk.house.runs.add_workspace(name), "planned").id for name in NAMES]
        await desk.house.poll()
        yield desk


RUN_IDS: list[str] = []
NUMBERS = iter(range(1, 10**9))


async def say(desk: Desk, text: str, **more: Any) -> None:
    number = next(NUMBERS)
    inner = {
        "type": "app_mention",
        "user": ANA.id,
        "text": text,
        "ts": f"{desk.house.clock.now().timestamp():.0f}.{number:06}",
        "channel": "C0DEPLOYS",
    }
    await desk.send(event(inner | more, f"Ev{number}"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    command=st.sampled_from(COMMANDS),
    before=st.sampled_from(AROUND) | st.text(max_size=12),
    middle=st.sampled_from(["", " ", ", ", ": ", "\n", " `", " *"]),
    after=st.sampled_from(AFTER) | st.text(max_size=12),
    place=st.sampled_from(["channel", "thread", "direct"]),
    part=st.sampled_from([None, *PARTS]),
    mentions=st.booleans(),
)
async def test_nothing_that_is_said_changes_anything_without_a_click(
    busy: Desk, command: str, before: str, middle: str, after: str, place: str, part: str | None, *, mentions: bool
) -> None:
    assume(mentions or place == "direct")
    text = f"{before}{ME if mentions else ''}{middle if mentions else ''}{command}{after}"
    known = await facts(busy)
    more: dict[str, Any] = {"blocks": shown_as(text, part)} if part is not None else {}
    if place == "thread":
        more |= {"thread_ts": "1795520000.000100"}
    if place == "direct":
        more |= {"type": "message", "channel": "D0ANA", "channel_type": "im"}
    await say(busy, text, **more)
    assert await facts(busy) == known
