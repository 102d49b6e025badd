"""How long the page's tasks really worked: the CPU time of the main thread, which other work on the machine does not lengthen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

TASK = "RunTask"


@asynccontextmanager
async def traced(browser: Browser, page: Page) -> AsyncIterator[list[float]]:
    """Fills the list at the end of the block: for each task of the page's main thread its CPU time in ms, longest first."""
    times: list[float] = []
    await browser.start_tracing(page=page, categories=["toplevel", "devtools.timeline"])
    try:
        yield times
    finally:
        events = json.loads(await browser.stop_tracing())["traceEvents"]
        main = {(each["pid"], each["tid"]) for each in events if each["name"] == "FunctionCall"}
        times += sorted((_ms(each) for each in events if each["name"].endswith(TASK) and (each["pid"], each["tid"]) in main), reverse=True)


def _ms(event: dict[str, Any]) -> float:
    """`tdur` is in µs, and left out by a browser that cannot tell: then the time that has passed stands for it."""
    return float(event.get("tdur", event.get("dur", 0))) / 1000
