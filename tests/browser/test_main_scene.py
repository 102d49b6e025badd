"""The whole house by typing and clicking: a command, a real plan, a call, a click, an applied change; and a guest who is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.browser.visits import Visiting
from tests.requirements import demand_terraform
from tests.scenes.stage import Stage, has, open_stage

pytestmark = [pytest.mark.browser, pytest.mark.terraform]
PLANNED_MS = 30_000


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One for all scenes, each in a workspace of its own."""
    demand_terraform()
    async with open_stage(tmp_path_factory.mktemp("main")) as stage:
        await stage.start_bot()
        yield stage


async def types(page: Page, text: str) -> None:
    await page.locator("#composer-input").fill(text)
    await page.keyboard.press("Enter")


async def acts_as(page: Page, name: str) -> None:
    await page.locator("#acting-as").click()
    await page.get_by_role("menuitemradio", name=name).click()


@pytest.mark.parametrize("width,workspace,additions", [(1280, "storefront-dev", "6"), (390, "storefront-prod", "8")])
async def test_a_run_is_started_approved_and_applied_by_typing_and_clicking(
    visit: Visiting, stage: Stage, width: int, workspace: str, additions: str
) -> None:
    async with visit(stage.card["page"], width=width) as seen:
        page = seen.page
        messages = page.locator("#timeline article").filter(has_text=workspace)
        await types(page, f"/tf run {workspace} my first change")
        await expect(messages.get_by_role("button", name="Approve & apply")).to_be_visible(timeout=PLANNED_MS)
        await seen.picture(f"main-call-{width}")

        await messages.get_by_role("button", name="Approve & apply").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text(workspace)
        await expect(dialog).to_contain_text(additions)
        await seen.picture(f"main-dialog-{width}")
        await dialog.locator("button[data-answer=yes]").click()

        await expect(messages.get_by_text("Applied by @Ana Ruiz").last).to_be_visible(timeout=PLANNED_MS)
        await expect(messages.get_by_role("button", name="Approve & apply")).to_have_count(0)
        await seen.picture(f"main-applied-{width}")
        assert seen.complaints == []
    await stage.until_run(workspace, "applied")


async def test_a_guest_who_clicks_is_refused_and_an_engineer_who_may_not_hears_who_may(visit: Visiting, stage: Stage) -> None:
    before = await stage.calls("/actions/apply")
    await stage.types("U0ANA", "/tf run storefront-staging careful")
    await stage.until(lambda one: "storefront-staging" in str(one["blocks"]) and has(one, "run.approve"))
    async with visit(stage.card["page"]) as seen:
        for name, said in (("Gus Ivey", "Guests"), ("Raj Patel", "runbell.toml")):
            await acts_as(seen.page, name)
            await seen.page.get_by_role("button", name="Approve & apply").last.click()
            await seen.page.get_by_role("dialog").locator("button[data-answer=yes]").click()
            await expect(seen.page.locator("#timeline .only-you").last).to_contain_text(said)
        await seen.picture("main-refused")
    assert await stage.calls("/actions/apply") == before
