"""The form for a run at the page: fields come and go with what is chosen, what is wrong stands at its field, and submitting starts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.test_main_scene import types
from tests.browser.visits import Visiting
from tests.scenes.stage import open_stage

pytestmark = pytest.mark.browser


async def test_the_form_asks_for_what_applies_and_starts_the_run(visit: Visiting, tmp_path: Path) -> None:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "20") as stage:
        await stage.start_bot()
        async with visit(stage.card["page"]) as seen:
            page, timeline = seen.page, seen.page.locator("#timeline")
            await types(page, "/tf run")
            modal = page.get_by_role("dialog", name="Start a run")
            await modal.get_by_role("combobox", name="Workspace", exact=True).press_sequentially("front-de")
            offered = page.locator(".combo-list").get_by_role("option")
            await expect(offered).to_have_count(1)
            await offered.click()

            await expect(modal.get_by_label("Variables", exact=True)).to_have_count(0)
            await modal.get_by_label("Set variables").check()
            await expect(modal.get_by_label("Variables", exact=True)).to_be_visible()
            await modal.get_by_label("What for").select_option(label="Destroy")
            await expect(modal.get_by_text("removes everything")).to_be_visible()
            await expect(modal.get_by_label("Replace resources")).to_have_count(0)
            await modal.get_by_label("What for").select_option(label="Plan only")
            await expect(modal.get_by_label("Save the plan")).to_have_count(0)

            await modal.get_by_label("Variables", exact=True).fill("replicas")
            await modal.get_by_role("button", name="Start").click()
            await expect(modal.locator(".field-error")).to_contain_text("Variable 1 is not written as a name")
            await seen.picture("start-form")
            await modal.get_by_label("Variables", exact=True).fill("replicas=2")
            await modal.get_by_role("button", name="Start").click()
            await expect(modal).to_have_count(0)
            await expect(timeline.get_by_text("Started a plan-only run of").last).to_be_visible()
            await expect(timeline.get_by_text("for this run alone").last).to_be_visible()
            assert seen.complaints == []
