"""What axe finds on a page, from the script that its package ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from playwright.async_api import Page


async def serious(page: Page) -> list[str]:
    """The serious and critical violations, each with the first element that shows it."""
    found = (await Axe().run(page)).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found if each["impact"] in ("serious", "critical")]
