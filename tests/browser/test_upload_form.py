"""The form for files at the page: a file of another kind is refused at its field, and one of Terraform's becomes a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.looking import serious
from tests.browser.test_main_scene import types
from tests.browser.visits import Visiting
from tests.scenes.stage import open_stage

pytestmark = pytest.mark.browser
PATIENCE_MS = 20_000
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

            await expect(timeline.get_by_text("Uploaded, and the run is started").last).to_be_visible(timeout=PATIENCE_MS)
            await expect(timeline.get_by_text("Plan finished").last).to_be_visible(timeout=PATIENCE_MS)
            await seen.picture("upload-done")
            assert seen.complaints == []
