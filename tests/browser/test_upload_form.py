"""Files at the page: one of another kind is refused at its field, one of Terraform's becomes a run, and so does one in a message."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.looking import serious
from tests.browser.test_main_scene import types
from tests.browser.visits import Visiting
from tests.scenes.stage import open_stage

pytestmark = pytest.mark.browser
PHOTO: FilePayload = {"name": "photo.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
MAIN: FilePayload = {"name": "main.tf", "mimeType": "text/plain", "buffer": b'output "a" {\n  value = 1\n}\n'}


async def test_a_file_is_chosen_and_becomes_a_run(visit: Visiting, tmp_path: Path) -> None:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "20") as stage:
        await stage.start_bot()
        async with visit(stage.card["page"]) as seen:
            page, timeline = seen.page, seen.page.locator("#timeline")
            await types(page, "/tf upload storefront-dev")
            modal = page.get_by_role("dialog", name="Run a configuration")
            await modal.get_by_label("Configuration", exact=True).set_input_files(PHOTO)
            await expect(modal.locator(".picked-files li")).to_contain_text("photo.png")
            await modal.get_by_role("button", name="Upload & run").click()
            await expect(modal.locator(".field-error")).to_contain_text("of another kind")
            assert await serious(page) == []

            await modal.get_by_role("button", name="Remove photo.png").click()
            await modal.get_by_label("Configuration", exact=True).set_input_files(MAIN)
            await modal.get_by_label("What for").select_option(label="Plan only")
            await seen.picture("upload-form")
            await modal.get_by_role("button", name="Upload & run").click()
            await expect(modal).to_have_count(0)

            await expect(timeline.get_by_text("Uploaded, and the run is started").last).to_be_visible()
            await expect(timeline.get_by_text("Plan finished").last).to_be_visible()
            await seen.picture("upload-done")
            assert seen.complaints == []


async def sends(page: Page, file: FilePayload) -> None:
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Send a file").first.click()
    await (await chooser.value).set_files(file)


@pytest.mark.parametrize("width,stage_name", [(1280, "storefront-dev"), (390, "storefront-staging")])
async def test_a_file_in_a_message_is_run_from_its_menu(visit: Visiting, tmp_path: Path, width: int, stage_name: str) -> None:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "20") as stage:
        await stage.start_bot()
        async with visit(stage.card["page"], width=width) as seen:
            page, timeline = seen.page, seen.page.locator("#timeline")
            await sends(page, MAIN)
            message = timeline.get_by_role("article").filter(has_text="main.tf").last
            await message.hover()
            await message.get_by_role("button", name="More for this message").click()
            await page.get_by_role("menuitem", name="Run this configuration").click()

            modal = page.get_by_role("dialog", name="Run a configuration")
            await expect(modal).to_contain_text("main.tf")
            await modal.get_by_role("combobox", name="Workspace", exact=True).press_sequentially(stage_name[5:])
            await page.locator(".combo-list").get_by_role("option", name=stage_name).click()
            await seen.picture(f"upload-shortcut-{width}")
            await modal.get_by_role("button", name="Upload & run").click()
            await expect(modal).to_have_count(0)
            await expect(timeline.get_by_text("Uploaded, and the run is started").last).to_be_visible()
            await expect(timeline.get_by_role("button", name="Approve & apply").last).to_be_visible()
            assert seen.complaints == []
