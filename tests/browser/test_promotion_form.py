"""The form for a promotion at the page, from a command and from the button below an applied run, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.looking import serious
from tests.browser.test_main_scene import types
from tests.browser.visits import Visiting
from tests.scenes.stage import Stage, open_stage

pytestmark = pytest.mark.browser
SOURCE = "storefront-dev"


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One in which a workspace has applied something that can be promoted."""
    async with open_stage(tmp_path_factory.mktemp("promotion"), "--engine", "scripted", "--speed", "20") as stage:
        await stage.start_bot()
        await stage.types("U0ANA", f"/tf run {SOURCE} bump the image")
        await stage.clicks("U0ANA", await stage.expects("Decision needed", action="run.approve"), "run.approve")
        await stage.until_run(SOURCE, "applied")
        await stage.until(lambda one: "Promote…" in str(one["blocks"]))
        yield stage


async def chooses(page: Page, field: Locator, part: str, name: str) -> None:
    await field.fill("")
    await field.press_sequentially(part)
    await page.locator(".combo-list").get_by_role("option", name=name).click()


async def opens(page: Page, way: str) -> Locator:
    """The form, with the workspace that it comes from: chosen, or known from the run below which the button stands."""
    modal = page.get_by_role("dialog", name="Promote")
    if way == "command":
        await types(page, "/tf promote")
        source = modal.get_by_role("combobox", name="From", exact=True)
        await chooses(page, source, "front-de", SOURCE)
    else:
        await page.get_by_role("button", name="Promote…").last.click()
    await expect(modal.get_by_role("combobox", name="From", exact=True)).to_have_value(SOURCE)
    return modal


@pytest.mark.parametrize("way,width,stage_name", [("command", 1280, "storefront-staging"), ("button", 390, "storefront-prod")])
async def test_a_form_promotes_what_was_applied_and_the_run_says_what_and_from_where(
    visit: Visiting, stage: Stage, way: str, width: int, stage_name: str
) -> None:
    applied = await stage.until_run(SOURCE, "applied")
    async with visit(stage.card["page"], width=width) as seen:
        page, timeline = seen.page, seen.page.locator("#timeline")
        modal = await opens(page, way)
        target = modal.get_by_role("combobox", name="To", exact=True)
        await modal.get_by_role("button", name="Promote", exact=True).click()
        await expect(modal.locator(".field-error")).to_contain_text("Please")
        await chooses(page, target, "front-de", SOURCE)
        await modal.get_by_role("button", name="Promote", exact=True).click()
        await expect(modal.locator(".field-error")).to_contain_text("This is the workspace that it comes from")
        await expect(target).to_be_focused()
        await expect(page.locator(".combo-list")).to_have_count(0)
        assert await serious(page) == []
        await seen.picture(f"promotion-form-{width}")

        await chooses(page, target, stage_name.removeprefix("store")[:8], stage_name)
        await modal.get_by_label("Message", exact=False).fill(f"out to {stage_name}")
        await modal.get_by_role("button", name="Promote", exact=True).click()
        await expect(modal).to_have_count(0)

        call = timeline.get_by_role("article").filter(has_text=f"out to {stage_name}").last
        await expect(call.get_by_role("button", name="Approve & apply")).to_be_visible()
        await expect(call).to_contain_text("“bump the image”")
        await expect(call).to_contain_text(f"applied in {SOURCE}")
        await expect(call.get_by_role("link", name=applied["id"])).to_be_visible()
        await seen.picture(f"promotion-done-{width}")
        assert seen.complaints == []
