"""An open page, as a test sees it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.async_api import Page

SCREENSHOTS = Path(__file__).parent / "screenshots"
Scheme = Literal["light", "dark"]


@dataclass
class Visit:
    """A page with the addresses it asked for and what it complained of in its console."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def picture(self, name: str) -> None:
        """A screenshot to look at, in a folder that git ignores."""
        SCREENSHOTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


Visiting = Callable[..., AbstractAsyncContextManager[Visit]]
