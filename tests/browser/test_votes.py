"""Approvals by several people at the page: two of them, one who is refused, and one who types the workspace's name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_main_scene import acts_as, types
from tests.browser.visits import Visiting
from tests.scenes.stage import Stage, open_stage
from tests.scenes.test_votes import RULES, SPEED

pytestmark = pytest.mark.browser


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", SPEED, rules=RULES) as stage:
        await stage.start_bot()
        yield stage


async def approves(page: Page, workspace: str) -> None:
    """Approve the run of a workspace in whose newest message there is a button."""
    message = page.locator("#timeline article").filter(has_text=workspace)
    await message.get_by_role("button", name="Approve & apply").last.click()
    await page.get_by_role("dialog").locator("button[data-answer=yes]").click()


@pytest.mark.parametrize("width", [1280, 390])
async def test_two_people_approve_one_after_the_other_and_a_third_is_refused(visit: Visiting, stage: Stage, width: int) -> None:
    async with visit(stage.card["page"], width=width) as seen:
        page, timeline = seen.page, seen.page.locator("#timeline")
        await types(page, "/tf run storefront-prod a release")
        await expect(timeline.get_by_text("0 of 2 votes").last).to_be_visible()

        await acts_as(page, "Raj Patel")
        await approves(page, "storefront-prod")
        await expect(timeline.locator(".only-you").filter(has_text="These may")).to_be_visible()

        await acts_as(page, "Ana Ruiz")
        await approves(page, "storefront-prod")
        await expect(timeline.get_by_text("1 of 2 votes").last).to_be_visible()
        await expect(page.get_by_role("button", name="Take back my vote").last).to_be_visible()
        await seen.picture(f"votes-one-of-two-{width}")

        await acts_as(page, "Kim Berg")
        await approves(page, "storefront-prod")
        await expect(timeline.get_by_text("Applied by @Kim Berg").last).to_be_visible()
        assert seen.complaints == []
    assert len(await stage.calls("/actions/apply")) == 1


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_name_is_typed_and_a_wrong_one_stays_in_the_modal(visit: Visiting, stage: Stage, width: int) -> None:
    async with visit(stage.card["page"], width=width) as seen:
        page, timeline = seen.page, seen.page.locator("#timeline")
        await types(page, "/tf run storefront-staging a rotation")
        await expect(timeline.get_by_text("Risk: high").last).to_be_visible()
        await page.get_by_role("button", name="Approve & apply").last.click()

        modal = page.get_by_role("dialog", name="Approve & apply")
        await modal.get_by_label("Why may it be applied?").fill("rotate the certificates")
        await modal.get_by_label("Type the workspace's name").fill("storefront-prod")
        await seen.picture(f"votes-modal-{width}")
        await modal.get_by_role("button", name="Approve & apply").click()
        await expect(modal.locator(".field-error")).to_contain_text("storefront-staging")
        assert await stage.calls("/actions/apply") == []

        await modal.get_by_label("Type the workspace's name").fill("storefront-staging")
        await modal.get_by_role("button", name="Approve & apply").click()
        await expect(modal).to_have_count(0)
        await expect(timeline.get_by_text("Applied by @Ana Ruiz").last).to_be_visible()
        assert seen.complaints == []
    await stage.until_run("storefront-staging", "applied")
