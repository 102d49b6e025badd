"""The Home tab at the page: what waits, a run shown from it, the way to where it is asked, and what a deed changes on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.looking import serious
from tests.browser.test_main_scene import types
from tests.browser.visits import Visiting
from tests.scenes.stage import Stage, open_stage

pytestmark = pytest.mark.browser


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "20") as stage:
        await stage.start_bot()
        yield stage


async def goes_home(page: Page) -> None:
    await page.locator('#sidebar [data-channel="D0ANA"]').click()
    await page.get_by_role("tab", name="Home").click()


async def test_the_home_tab_leads_to_what_waits_and_shows_what_was_done(visit: Visiting, stage: Stage) -> None:
    async with visit(stage.card["page"]) as seen:
        page, home = seen.page, seen.page.locator("#home")
        await goes_home(page)
        await expect(home.get_by_text("Nothing waits for a decision of yours")).to_be_visible()
        for button, form in (("Start a run", "Start a run"), ("Run files", "Run a configuration"), ("Promote", "Promote")):
            await home.get_by_role("button", name=button, exact=True).click()
            await expect(page.get_by_role("dialog", name=form)).to_be_visible()
            await page.keyboard.press("Escape")
            await expect(page.get_by_role("dialog", name=form)).to_have_count(0)
        await page.locator('#sidebar [data-channel="C0DEPLOYS"]').click()
        await types(page, "/tf run storefront-dev a release")
        await expect(page.get_by_role("button", name="Approve & apply").last).to_be_visible()

        await goes_home(page)
        await expect(home.get_by_text("Waits for you · 1")).to_be_visible()
        await home.get_by_role("button", name="Show", exact=True).click()
        await expect(page.get_by_role("dialog")).to_contain_text("Decision needed")
        await page.get_by_role("dialog").get_by_role("button", name="Close").first.click()
        await home.get_by_role("button", name="Write to me", exact=True).click()
        await expect(home.get_by_text("I write to you when one waits")).to_be_visible()
        assert await serious(page) == []

        await home.get_by_role("link", name="Decide where it is asked").click()
        await page.get_by_role("button", name="Approve & apply").last.click()
        await page.get_by_role("dialog").locator("button[data-answer=yes]").click()
        await expect(page.locator("#timeline").get_by_text("Applied").last).to_be_visible()
        await goes_home(page)
        await expect(home.get_by_text("Nothing waits for a decision of yours")).to_be_visible()
        await seen.picture("home")
        assert seen.complaints == []
