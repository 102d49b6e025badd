"""An open page, as a test sees it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, CDPSession, Page

SCREENSHOTS = Path(__file__).parent / "screenshots"
Scheme = Literal["light", "dark"]
WAIT_MS = 30_000


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


@dataclass
class Profile:
    """Where pages of one kind are opened, and what empties it."""

    context: BrowserContext
    control: CDPSession

    async def forget(self, origin: str) -> None:
        """Remove what a closed page has stored. What is stored for a session goes with its tab."""
        await self.context.clear_cookies()
        await self.control.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})


@dataclass
class Profiles:
    """One for desks and one for phones, as whether a page can be touched is fixed for a profile."""

    browser: Browser
    opened: dict[bool, Profile] = field(default_factory=dict)

    async def of(self, *, is_phone: bool) -> Profile:
        if is_phone not in self.opened:
            context = await self.browser.new_context(has_touch=is_phone)
            context.set_default_timeout(WAIT_MS)
            self.opened[is_phone] = Profile(context, await context.new_cdp_session(await context.new_page()))
        return self.opened[is_phone]
