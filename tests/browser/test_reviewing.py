"""A plan of six thousand resources reviewed at the page: pages turned, an address found, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.visits import Visiting
from tests.scenes.stage import Stage, open_stage

pytestmark = pytest.mark.browser


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "60") as stage:
        await stage.start_bot()
        yield stage


async def opened(page: Page) -> Locator:
    await page.get_by_role("button", name="Review plan").last.click()
    modal = page.get_by_role("dialog")
    await expect(modal).to_contain_text("6,000 to create")
    return modal


async def test_a_large_plan_is_paged_and_searched(visit: Visiting, stage: Stage) -> None:
    await stage.types("U0ANA", "/tf run catalog-import all products")
    await stage.expects("Decision needed", action="run.review")
    for width in (1280, 390):
        async with visit(stage.card["page"], width=width) as seen:
            page = seen.page
            modal = await opened(page)
            await expect(modal).to_contain_text("Page 1 of 751")
            await seen.picture(f"review-{width}")
            await modal.get_by_role("button", name="Next").click()
            await expect(modal).to_contain_text("Page 2 of 751")
            await expect(modal).to_contain_text("terraform_data.item[8]")

            await modal.get_by_role("textbox").fill("item[4242]")
            if width == 390:
                await modal.get_by_role("button", name="Search").click()
            else:
                await modal.get_by_role("textbox").press("Enter")
            await expect(modal).to_contain_text("1 of 6,001")
            await expect(modal).to_contain_text('input: "w4242"')
            await expect(modal).to_contain_text("password: (sensitive value)")
            await expect(modal).not_to_contain_text("scripted-secret")
            await seen.picture(f"review-found-{width}")
            await modal.get_by_role("button", name="Show all").click()
            await expect(modal).to_contain_text("Page 1 of 751")
            await modal.get_by_role("button", name="Done").click()
            await expect(modal).to_have_count(0)
            assert seen.complaints == []
