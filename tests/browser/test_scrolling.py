"""A channel of 2,000 messages: few of them are in the page, and scrolling through all of them never holds it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser import gallery
from tests.browser.traces import traced

if TYPE_CHECKING:
    from tests.browser.fake_person import FakePerson
    from tests.browser.visits import Visiting

pytestmark = pytest.mark.browser
MESSAGES = 2000
LONGEST_TASK_MS = 50
MOST_DRAWN = 300

WATCH = """() => {
    window.tasks = [];
    new PerformanceObserver(list => window.tasks.push(...list.getEntries().map(one => one.duration))).observe({type: "longtask"});
}"""
SCROLL = """async ({by, until}) => {
    const log = document.querySelector("#timeline .log");
    let most = 0, frames = 0;
    while (frames < 2500 && !log.textContent.includes(until)) {
        log.scrollTop += by;
        await new Promise(requestAnimationFrame);
        most = Math.max(most, log.querySelectorAll("article").length);
        frames += 1;
    }
    return {most, frames, tasks: window.tasks.splice(0)};
}"""


def _seed(fake: FakePerson) -> None:
    """Cards among plain words, some of them long, as a busy channel has them."""
    for number in range(MESSAGES):
        text = f"message {number} " + "and more " * (number % 20)
        if number % 5:
            fake.post(user=("U0KIM", "U0ANA")[number % 2], text=text)
        else:
            fake.post(text=text, blocks=gallery.CARD)
    fake.messages[0]["text"] = "the very first"
    fake.messages[0]["blocks"] = []
    fake.messages[-1]["text"] = "the very last"
    fake.messages[-1]["blocks"] = []


async def _scrolled(page: Page, by: int, until: str) -> list[float]:
    """Scroll until the words are there; the long tasks meanwhile, in ms of the clock."""
    seen = await page.evaluate(SCROLL, {"by": by, "until": until})
    assert seen["most"] <= MOST_DRAWN
    await expect(page.locator("#timeline").get_by_text(until)).to_be_attached()
    tasks: list[float] = seen["tasks"]
    return tasks


async def test_scrolling_through_a_long_channel_never_takes_long(visit: Visiting, chromium: Browser, fake: FakePerson) -> None:
    """A task that the observer calls long while other work has the machine is judged by the time that it worked itself."""
    _seed(fake)
    async with visit(fake.address) as seen:
        page = seen.page
        await expect(page.locator("#timeline").get_by_text("the very last")).to_be_in_viewport()
        await page.evaluate(WATCH)
        async with traced(chromium, page) as worked:
            long = await _scrolled(page, -1500, "the very first")
        assert len(worked) > MESSAGES / 10
        assert min(max(long, default=0.0), worked[0]) <= LONGEST_TASK_MS
        await page.get_by_role("button", name="To the newest").click()
        await expect(page.locator("#timeline").get_by_text("the very last")).to_be_in_viewport()
        assert seen.complaints == []
