"""Saying why at the page where nobody has to: a run is discarded by its button, and approved from the menu beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.test_main_scene import types
from tests.browser.visits import Visiting
from tests.scenes.stage import Stage, open_stage

pytestmark = pytest.mark.browser


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "20") as stage:
        await stage.start_bot()
        yield stage


async def rows(buttons: Locator) -> int:
    """How many rows they stand in: those whose middles are near each other are in one."""
    boxes = [await one.bounding_box() for one in await buttons.all()]
    return len({round((box["y"] + box["height"] / 2) / 10) for box in boxes if box is not None})


async def asked(page: Page, message: str) -> Locator:
    """The newest message with the buttons, once it asks."""
    await types(page, f"/tf run storefront-dev {message}")
    await expect(page.locator("#timeline").get_by_text("Decision needed").last).to_be_visible()
    return page.locator("#timeline .block-actions").filter(has=page.get_by_role("button", name="Discard")).last


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_run_is_discarded_and_the_next_one_approved_each_with_a_reason(visit: Visiting, stage: Stage, width: int) -> None:
    async with visit(stage.card["page"], width=width) as seen:
        page, timeline = seen.page, seen.page.locator("#timeline")
        buttons = await asked(page, "too early")
        assert await rows(buttons.locator("button, a.button")) <= (2 if width > 1000 else 3)
        await seen.picture(f"reasons-card-{width}")
        await buttons.get_by_role("button", name="Discard").click()
        form = page.get_by_role("dialog", name="Discard the run")
        await expect(form).to_contain_text("acme/storefront-dev")
        await form.get_by_label("Why, for the others and the audit").fill("not before the sale")
        await seen.picture(f"reasons-discard-{width}")
        await form.get_by_role("button", name="Discard").click()
        await expect(form).to_have_count(0)
        await expect(timeline.get_by_text("Discarded by @Ana Ruiz").last).to_be_visible()
        await expect(timeline.get_by_text("not before the sale").last).to_be_visible()
        await stage.until_run("storefront-dev", "discarded")

        buttons = await asked(page, "now it is time")
        await buttons.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Approve with a reason…").click()
        form = page.get_by_role("dialog", name="Approve & apply")
        await form.get_by_label("Why may it be applied?").fill("the sale is over")
        await form.get_by_role("button", name="Approve & apply").click()
        await expect(form).to_have_count(0)
        await expect(timeline.get_by_text("Applied by @Ana Ruiz").last).to_be_visible()
        await expect(timeline.get_by_text("the sale is over").last).to_be_visible()
        assert seen.complaints == []
    assert (len(await stage.calls("/actions/discard")), len(await stage.calls("/actions/apply"))) == (1, 1)
