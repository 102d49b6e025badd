"""Makes the pictures of the README and the guides from the running page: `make pictures` (needs terraform and Chromium)."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.browser.conftest import ARGUMENTS, chromium_path
from tests.scenes.stage import Stage, open_stage

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PLANNED_MS = 30_000


async def types(page: Page, text: str) -> None:
    await page.locator("#composer-input").fill(text)
    await page.keyboard.press("Enter")


async def decide(page: Page) -> None:
    """From a typed command to the moment before the click."""
    await types(page, "/tf run storefront-dev bump the image to 4.2.1")
    await page.locator("#timeline").get_by_role("button", name="Approve & apply").last.wait_for(timeout=PLANNED_MS)
    await page.wait_for_timeout(1500)


async def take(stage: Stage) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        for name, width, height in (("page", 1200, 720), ("phone", 390, 780)):
            page = await browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=2 if width < 600 else 1)
            await page.goto(stage.card["page"])
            if name == "page":
                await decide(page)
            else:
                await page.locator("#timeline").get_by_text("Decision needed").last.wait_for(timeout=PLANNED_MS)
            await page.screenshot(path=PICTURES / f"{name}.png")
        await browser.close()


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="runbell-pictures-") as folder:
        async with open_stage(Path(folder)) as stage:
            await stage.start_bot()
            await take(stage)
    print(f"The pictures are in {PICTURES}.")  # noqa: T201 - a command says what it has done


if __name__ == "__main__":
    asyncio.run(main())
