"""Somebody who has read nothing but the page: to an applied run, a refused click as a guest, and an outage that is over; and how many
actions that takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.browser.visits import Visiting

pytestmark = pytest.mark.browser
MOST_TO_APPLIED = 6


class Newcomer:
    """Counts what they press."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    async def clicks(self, what: Locator) -> None:
        self.actions += 1
        await what.click()

    async def presses(self, key: str) -> None:
        self.actions += 1
        await self.page.keyboard.press(key)

    async def becomes(self, name: str) -> None:
        await self.clicks(self.page.locator("#acting-as"))
        await self.clicks(self.page.get_by_role("menuitemradio", name=name))

    async def starts_a_run(self) -> None:
        """As step 1 of the page says: choose a line and press Enter."""
        await self.clicks(self.page.locator(".chip").first)
        await self.presses("Enter")

    async def approves(self) -> None:
        """As step 2 says, and as the dialog then asks."""
        await self.clicks(self.page.locator("#timeline").get_by_role("button", name="Approve & apply"))
        await self.clicks(self.page.get_by_role("dialog").locator("button[data-answer=yes]"))


async def test_the_page_alone_leads_to_an_applied_run_a_refusal_and_a_recovery(visit: Visiting, demo: str) -> None:
    async with visit(demo) as seen:
        page, newcomer = seen.page, Newcomer(seen.page)
        await expect(page.locator("#sidebar .dot-on")).to_be_visible()
        await newcomer.starts_a_run()
        await expect(page.locator("#timeline").get_by_role("button", name="Approve & apply")).to_be_visible()
        before = newcomer.actions

        await newcomer.becomes("Gus Ivey")
        await newcomer.approves()
        await expect(page.locator("#timeline .only-you").last).to_contain_text("Guests")
        refused, aside = newcomer.actions, newcomer.actions - before
        await newcomer.becomes("Ana Ruiz")
        aside += 2
        await newcomer.approves()
        await expect(page.locator("#timeline").get_by_text("Applied by @Ana Ruiz").last).to_be_visible()
        assert newcomer.actions - aside <= MOST_TO_APPLIED
        assert refused <= MOST_TO_APPLIED

        applied = newcomer.actions
        await newcomer.clicks(page.get_by_role("button", name="What if…"))
        await newcomer.clicks(page.get_by_role("button", name="Try it: Slack is down"))
        findings = page.locator('[data-experiment="slack-down"] .findings')
        await expect(findings).to_contain_text("The app is not connected")
        await newcomer.clicks(page.get_by_role("button", name="End it: Slack is down"))
        await expect(findings).to_contain_text("The app is connected (1)")
        assert newcomer.actions - applied == 3
        assert seen.complaints == []


async def test_a_run_is_applied_by_keyboard_alone(visit: Visiting, demo: str) -> None:
    async with visit(demo) as seen:
        page = seen.page
        await expect(page.locator("#sidebar .dot-on")).to_be_visible()
        await expect(page.locator("#composer-input")).to_be_focused()
        await page.keyboard.type("/tf run storefront-dev")
        await page.keyboard.press("Enter")
        approve = page.locator("#timeline").get_by_role("button", name="Approve & apply")
        await expect(approve).to_be_visible()
        await page.wait_for_timeout(700)
        for _ in range(15):
            await page.keyboard.press("Shift+Tab")
            if await approve.evaluate("node => node === document.activeElement"):
                break
        await page.keyboard.press("Enter")
        yes = page.get_by_role("dialog").locator("button[data-answer=yes]")
        await expect(yes).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#timeline").get_by_text("Applied by @Ana Ruiz").last).to_be_visible()
