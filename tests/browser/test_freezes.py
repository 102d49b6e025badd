"""Freezes and expiry at the page: approvals that a freeze refuses, its end, breaking the glass, and a run that nobody decides in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.demos import RULES
from tests.browser.test_main_scene import acts_as, types
from tests.browser.test_votes import approves
from tests.browser.visits import Visiting
from tests.scenes.stage import Stage, open_stage

pytestmark = pytest.mark.browser

NARROW = 760
"""Pixels. A page that has just been opened shows no button yet, so it cannot be asked for it."""
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
SEVERAL = """
[[rights]]
may = ["read", "start", "decide"]
people = ["U0ANA", "U0KIM", "U0RAJ"]

[break_glass]
people = ["U0RAJ"]
channel = "C0INFRA"
"""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "10", rules=SHORT) as stage:
        await stage.start_bot()
        yield stage


@pytest.fixture
async def crew(tmp_path: Path) -> AsyncIterator[Stage]:
    """Three who may decide; one of them may break the glass."""
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "10", rules=SEVERAL) as stage:
        await stage.start_bot()
        yield stage


async def test_a_freeze_refuses_an_approval_until_it_ends_and_a_run_that_nobody_decides_expires(visit: Visiting, stage: Stage) -> None:
    async with visit(stage.card["page"]) as seen:
        page, timeline = seen.page, seen.page.locator("#timeline")
        # Slack promises no order between commands, so each is waited for.
        await types(page, "/tf run search-index forgotten")
        await expect(timeline.get_by_text("Started a run of search-index").last).to_be_visible()
        await types(page, "/tf freeze storefront-* the sale is on")
        await expect(timeline.get_by_text("froze “storefront-*”").last).to_be_visible()
        await types(page, "/tf run storefront-dev a release")

        await approves(page, "storefront-dev")
        refusal = timeline.locator(".only-you").filter(has_text="storefront-* is frozen, by @Ana Ruiz: the sale is on").last
        await expect(refusal).to_be_visible()
        await expect(refusal.get_by_role("button", name="Break the glass…")).to_be_visible()
        await seen.picture("freeze-refuses")
        assert await stage.calls("/actions/apply") == []

        await types(page, "/tf unfreeze storefront-*")
        await expect(timeline.get_by_text("ended the freeze of “storefront-*”.").last).to_be_visible()
        await approves(page, "storefront-dev")
        await expect(timeline.get_by_text("Applied by @Ana Ruiz").last).to_be_visible()

        await expect(timeline.get_by_text("Discarded by itself, since nobody decided in time").last).to_be_visible()
        await seen.picture("run-expired")
        assert seen.complaints == []
    assert len(await stage.calls("/actions/apply")) == 1
    assert len(await stage.calls("/actions/discard")) == 1


@pytest.mark.parametrize("width", [1280, 390])
async def test_one_freezes_another_is_refused_and_a_third_breaks_the_glass_which_reviewers_read(
    visit: Visiting, crew: Stage, width: int
) -> None:
    async with visit(crew.card["page"], width=width) as seen:
        page, timeline = seen.page, seen.page.locator("#timeline")
        refusal = timeline.locator(".only-you").last
        await types(page, "/tf freeze storefront-* the sale is on")
        await expect(timeline.get_by_text("froze “storefront-*”").last).to_be_visible()
        await types(page, "/tf run storefront-dev a release")

        await acts_as(page, "Kim Berg")
        await approves(page, "storefront-dev")
        await expect(refusal).to_contain_text("storefront-* is frozen, by @Ana Ruiz: the sale is on")
        await expect(page.get_by_role("button", name="Break the glass…")).to_have_count(0)
        await types(page, "/tf approve storefront-dev it is small --break-glass")
        await expect(refusal).to_contain_text("You may not break the glass, so nothing was done.")
        await expect(refusal).to_contain_text("These may: @Raj Patel.")
        await seen.picture(f"freeze-refuses-another-{width}")
        assert await crew.calls("/actions/apply") == []

        await acts_as(page, "Raj Patel")
        await approves(page, "storefront-dev")
        await expect(refusal).to_contain_text("storefront-* is frozen, by @Ana Ruiz: the sale is on")
        await breaks_the_glass(page, "the shop is down")
        await expect(timeline.get_by_text("Applied by @Raj Patel").last).to_contain_text("in spite of a freeze")
        await seen.picture(f"glass-broken-{width}")

        await acts_as(page, "Kim Berg")
        await enters(page, "C0INFRA")
        review = timeline.locator("article").filter(has_text="broke the glass").last
        await expect(review).to_contain_text("@Raj Patel")
        await expect(review).to_contain_text("acme/storefront-dev is applied in spite of a freeze. Why: the shop is down.")
        await expect(review).to_contain_text("storefront-* is frozen, by @ana: the sale is on")
        await seen.picture(f"glass-review-{width}")
        assert seen.complaints == []
    assert len(await crew.calls("/actions/apply")) == 1


async def breaks_the_glass(page: Page, why: str) -> None:
    """By the form, which keeps whoever says nothing."""
    await page.get_by_role("button", name="Break the glass…").last.click()
    form = page.get_by_role("dialog", name="Break the glass")
    await expect(form).to_contain_text("those who review it are told, with your name and your reason")
    submit = form.get_by_role("button", name="Break the glass")
    await submit.click()
    await expect(form.locator(".field-error")).to_be_visible()
    await form.get_by_label("Why can it not wait?").fill(why)
    await submit.click()
    await expect(form).to_have_count(0)


async def enters(page: Page, channel: str) -> None:
    """On a narrow page the channels are behind a button."""
    size = page.viewport_size
    is_narrow = size is not None and size["width"] < NARROW
    if is_narrow:
        await page.get_by_role("button", name="Channels").click()
    await page.locator(f'#sidebar [data-channel="{channel}"]').click()
    if is_narrow:
        await expect(page.locator("#sidebar")).not_to_be_in_viewport()
