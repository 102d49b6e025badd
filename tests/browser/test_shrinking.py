"""Screenshots made small: a picture of few colours stays as it is, and one of many keeps what stands out."""

from __future__ import annotations

from base64 import b64encode

import pytest
from playwright.async_api import Browser

from tests.browser.shrinking import COLOURS, chunks, colours_of, shrunk

pytestmark = pytest.mark.browser
FEW = "<body style='margin:0'><p style='margin:0;width:40px;height:40px;background:#0a7b61'></p>"
MANY = "<body style='margin:0'><div style='height:100px;background:conic-gradient(red,yellow,lime,aqua,blue,red)'></div><b>words</b>"


async def picture(chromium: Browser, html: str) -> bytes:
    page = await chromium.new_page(viewport={"width": 160, "height": 120})
    await page.set_content(html)
    taken = await page.screenshot()
    await page.close()
    return taken


async def opened(chromium: Browser, png: bytes) -> list[tuple[int, int, int]]:
    """The pixels as a browser reads them."""
    page = await chromium.new_page(viewport={"width": 160, "height": 120})
    data = f"data:image/png;base64,{b64encode(png).decode()}"
    await page.set_content(f"<body style='margin:0'><img style='display:block' src='{data}'>")
    await page.wait_for_function("document.images[0].complete")
    pixels = colours_of(await page.screenshot())[2]
    await page.close()
    return pixels


async def test_a_picture_of_few_colours_stays_as_it_is(chromium: Browser) -> None:
    taken = await picture(chromium, FEW)
    assert await opened(chromium, shrunk(taken)) == colours_of(taken)[2]


async def test_a_picture_of_many_colours_is_smaller_and_nearly_the_same(chromium: Browser) -> None:
    taken = await picture(chromium, MANY)
    small = shrunk(taken)
    assert len(dict(chunks(small))[b"PLTE"]) == 3 * COLOURS
    assert len(small) < len(taken)
    pairs = zip(await opened(chromium, small), colours_of(taken)[2], strict=True)
    assert max(abs(one - other) for seen, meant in pairs for one, other in zip(seen, meant, strict=True)) < 24


def test_a_picture_of_another_kind_is_refused() -> None:
    grey = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\0\0\0\0"
    with pytest.raises(ValueError, match="another kind"):
        shrunk(grey)
