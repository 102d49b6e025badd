"""Freezes and expiry at the page: an approval that a freeze refuses, its end, and a run that nobody decides in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.demos import RULES
from tests.browser.test_main_scene import types
from tests.browser.test_votes import PATIENCE_MS, approves
from tests.browser.visits import Visiting
from tests.scenes.stage import Stage, open_stage

pytestmark = pytest.mark.browser

SHORT = f"""{RULES}
[break_glass]
people = ["U0ANA"]
channel = "C0INFRA"

[[reminders]]
workspaces = ["search-index"]
off = true
expire_after = "2s"
warn_before = "1s"
"""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "10", rules=SHORT) as stage:
        await stage.start_bot()
        yield stage


async def test_a_freeze_refuses_an_approval_until_it_ends_and_a_run_that_nobody_decides_expires(visit: Visiting, stage: Stage) -> None:
    async with visit(stage.card["page"]) as seen:
        page, timeline = seen.page, seen.page.locator("#timeline")
        await types(page, "/tf run search-index forgotten")
        await types(page, "/tf freeze storefront-* the sale is on")
        await types(page, "/tf run storefront-dev a release")
        await expect(timeline.get_by_text("storefront-* is frozen").last).to_be_visible(timeout=PATIENCE_MS)

        await approves(page)
        refusal = timeline.locator(".only-you").last
        await expect(refusal).to_contain_text("storefront-* is frozen, by @Ana Ruiz: the sale is on", timeout=PATIENCE_MS)
        await expect(refusal.get_by_role("button", name="Break the glass…")).to_be_visible()
        await seen.picture("freeze-refuses")
        assert await stage.calls("/actions/apply") == []

        await types(page, "/tf unfreeze storefront-*")
        await expect(timeline.get_by_text("ended the freeze of “storefront-*”.").last).to_be_visible(timeout=PATIENCE_MS)
        await approves(page)
        await expect(timeline.get_by_text("Applied by @Ana Ruiz").last).to_be_visible(timeout=PATIENCE_MS)

        await expect(timeline.get_by_text("Discarded by itself, since nobody decided in time").last).to_be_visible(timeout=PATIENCE_MS)
        await seen.picture("run-expired")
        assert seen.complaints == []
    assert len(await stage.calls("/actions/apply")) == 1
    assert len(await stage.calls("/actions/discard")) == 1
