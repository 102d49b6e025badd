"""The whole house by typing and clicking: a command, a real plan, a call, a click, an applied change; and a guest who is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.visits import Visiting
from tests.requirements import demand_terraform
from tests.scenes.stage import Stage, open_stage

pytestmark = [pytest.mark.browser, pytest.mark.terraform]
PLANNED_MS = 30_000


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    demand_terraform()
    async with open_stage(tmp_path) as stage:
        await stage.start_bot()
        yield stage


async def types(page: Page, text: str) -> None:
    await page.locator("#composer-input").fill(text)
    await page.keyboard.press("Enter")


async def acts_as(page: Page, name: str) -> None:
    await page.locator("#acting-as").click()
    await page.get_by_role("menuitemradio", name=name).click()


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_run_is_started_approved_and_applied_by_typing_and_clicking(visit: Visiting, stage: Stage, width: int) -> None:
    async with visit(stage.card["page"], width=width) as seen:
        page, timeline = seen.page, seen.page.locator("#timeline")
        await types(page, "/tf run storefront-dev my first change")
        await expect(timeline.get_by_text("Decision needed").last).to_be_visible(timeout=PLANNED_MS)
        await seen.picture(f"main-call-{width}")

        await page.get_by_role("button", name="Approve & apply").last.click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("storefront-dev")
        await expect(dialog).to_contain_text("6")
        await seen.picture(f"main-dialog-{width}")
        await dialog.locator("button[data-answer=yes]").click()

        await expect(timeline.get_by_text("Applied by @Ana Ruiz").last).to_be_visible(timeout=PLANNED_MS)
        await expect(page.get_by_role("button", name="Approve & apply")).to_have_count(0)
        await seen.picture(f"main-applied-{width}")
        assert seen.complaints == []
    await stage.until_run("storefront-dev", "applied")


async def test_a_guest_who_clicks_is_refused_and_an_engineer_who_may_not_hears_who_may(visit: Visiting, stage: Stage) -> None:
    await stage.types("U0ANA", "/tf run storefront-dev careful")
    await stage.expects("Decision needed", action="run.approve")
    async with visit(stage.card["page"]) as seen:
        for name, said in (("Gus Ivey", "Guests"), ("Raj Patel", "runbell.toml")):
            await acts_as(seen.page, name)
            await seen.page.get_by_role("button", name="Approve & apply").last.click()
            await seen.page.get_by_role("dialog").locator("button[data-answer=yes]").click()
            await expect(seen.page.locator("#timeline .only-you").last).to_contain_text(said)
        await seen.picture("main-refused")
    assert await stage.calls("/actions/apply") == []
