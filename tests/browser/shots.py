"""What every picture takes: a page of the stage at a size, words typed there, and the file that is kept."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, FloatRect, Locator, Page

from tests.browser.shrinking import shrunk
from tests.browser.visits import Scheme
from tests.scenes.stage import Stage

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PLANNED_MS = 30_000
SETTLED_MS = 1500


async def types(page: Page, text: str) -> None:
    await page.locator("#composer-input").fill(text)
    await page.locator("#composer-input").press("Enter")


async def opened(browser: Browser, stage: Stage, width: int, height: int, scheme: Scheme = "light", *, scale: int = 1) -> Page:
    page = await browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme=scheme)
    await page.goto(stage.card["page"])
    return page


async def closed(form: Locator) -> None:
    """A form is open in all pages of its person, and nothing can be typed below it."""
    await form.get_by_role("button", name="Close").first.click()
    await form.wait_for(state="detached")


async def kept(page: Page, name: str, *, clip: FloatRect | None = None) -> None:
    await page.wait_for_timeout(SETTLED_MS)
    (PICTURES / f"{name}.png").write_bytes(shrunk(await page.screenshot(clip=clip)))
