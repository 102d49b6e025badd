from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser import gallery
from tests.browser.looking import serious

if TYPE_CHECKING:
    from tests.browser.fake_person import FakePerson
    from tests.browser.visits import Visiting

pytestmark = pytest.mark.browser


def _hang(fake: FakePerson) -> None:
    """Everything the page can draw, in one channel."""
    fake.channels[0]["app_is_member"] = True
    fake.post(user="U0KIM", text="Who can look at the plan for *storefront-prod*? :eyes:")
    parent = fake.post(text="card", blocks=gallery.CARD)
    fake.post(user="U0ANA", text="I will", thread_ts=parent["ts"])
    fake.post(text=gallery.WORDS, edited=True)
    fake.post(text="rich", blocks=[gallery.RICH])
    fake.post(text="tables", blocks=[gallery.TABLE, gallery.DATA_TABLE])
    fake.post(text="markdown", blocks=[gallery.MARKDOWN, gallery.CHOICES])
    fake.post(text="oddities", blocks=gallery.ODDITIES)
    fake.post(text="charts", blocks=gallery.CHARTS)
    fake.post(text="more charts", blocks=gallery.MORE_CHARTS)
    fake.post(text="tasks and cards", blocks=[*gallery.HOLDERS, *gallery.TASKS], edited=True)
    fake.post(text="inputs", blocks=gallery.INPUTS)
    fake.post(text="See below", attachments=gallery.ATTACHMENTS, files=gallery.FILES)
    fake.post(text="Only members may start runs.", only_for="U0ANA")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_gallery_is_drawn_without_a_complaint_and_fits_its_width(
    visit: Visiting, fake: FakePerson, width: int, scheme: str
) -> None:
    _hang(fake)
    async with visit(fake.address, width=width, scheme=scheme) as seen:
        await expect(seen.page.locator("#timeline article")).to_have_count(13)
        await seen.picture(f"gallery-end-{width}-{scheme}")
        for number in (1, 2, 4, 6, 7, 8, 9, 10):
            await seen.page.locator("#timeline article").nth(number).evaluate("node => node.scrollIntoView({block: 'start'})")
            await seen.picture(f"gallery-{number}-{width}-{scheme}")
        wide = await seen.page.evaluate("document.querySelector('.log').scrollWidth - document.querySelector('.log').clientWidth")
        assert wide == 0
        assert await serious(seen.page) == []
        assert seen.complaints == []
        assert all(address.startswith((fake.origin, "data:")) for address in seen.requests)


async def test_each_block_becomes_what_it_is(visit: Visiting, fake: FakePerson) -> None:
    _hang(fake)
    async with visit(fake.address) as seen:
        page = seen.page
        card = page.locator("#timeline article").nth(1)
        await expect(card.get_by_role("heading", name="Waiting for a decision")).to_be_visible()
        await expect(card.locator(".field")).to_have_count(4)
        await expect(card.get_by_role("button", name="Approve & apply")).to_have_class("button primary")
        await expect(card.get_by_role("button", name="Discard")).to_have_class("button danger")
        opened = card.get_by_role("link", name="Open in Terraform")
        await expect(opened).to_have_attribute("rel", "noopener noreferrer")
        await expect(opened).to_have_attribute("target", "_blank")
        await expect(card.locator("hr")).to_have_count(1)
        await expect(card.get_by_text("@platform decides in #prod-changes")).to_be_visible()
        await expect(page.get_by_role("region", name="Runs of this week").locator("tbody tr:visible")).to_have_count(2)
        await page.get_by_role("button", name="Show all 4 rows").click()
        await expect(page.get_by_role("region", name="Runs of this week").locator("tbody tr:visible")).to_have_count(4)
        await expect(page.locator(".image-large.image-missing")).to_have_text("a graph kept elsewhere")
        await expect(page.locator(".block-unknown summary")).to_have_text("A block of type “hologram” (not drawn here)")
        await expect(page.get_by_text("plain: *stays* <@U0ANA> &lt; 👋")).to_be_visible()
        bars = await page.locator(".attachment").evaluate_all("nodes => nodes.map(node => getComputedStyle(node).borderLeftColor)")
        assert bars == ["rgb(46, 184, 134)", "rgb(207, 58, 50)"]
        await expect(page.locator(".only-you")).to_contain_text("Only visible to you")


async def test_charts_are_drawn_to_scale_and_can_be_read_without_seeing(visit: Visiting, fake: FakePerson) -> None:
    fake.post(text="charts", blocks=gallery.CHARTS)
    fake.post(text="more charts", blocks=gallery.MORE_CHARTS)
    async with visit(fake.address) as seen:
        bars = seen.page.get_by_role("group", name="Runs a day, bar chart")
        await expect(bars.locator("rect")).to_have_count(10)
        heights = await bars.locator("rect.fill-0").evaluate_all("nodes => nodes.map(node => Number(node.getAttribute('height')))")
        assert [round(height / heights[0] * 4) for height in heights] == [4, 9, 7, 12, 3]
        await expect(bars.locator("table tr").nth(1)).to_have_text("applied497123")
        pie = seen.page.get_by_role("group", name="How they ended, pie chart")
        await expect(pie.locator(".slice title").first).to_have_text("applied: 35 (80 %)")
        await expect(pie.locator(".legend li")).to_have_text(["applied · 35", "discarded · 5", "failed · 4"])
        for kind in ("line", "area"):
            chart = seen.page.get_by_role("group", name=f"Resources that drifted, {kind} chart")
            await expect(chart.locator("path.line")).to_have_count(2)
            await expect(chart.locator("path.area")).to_have_count(2 if kind == "area" else 0)


async def test_inputs_of_a_message_show_what_they_begin_with_and_tell_their_choices(visit: Visiting, fake: FakePerson) -> None:
    fake.post(text="inputs", blocks=gallery.INPUTS)
    async with visit(fake.address) as seen:
        page = seen.page
        await expect(page.get_by_label("Notes")).to_have_value("two\nlines")
        await expect(page.get_by_label("Size", exact=True)).to_have_value("1")
        await expect(page.get_by_label("Place", exact=True)).to_have_value("Berlin")
        await expect(page.locator(".tag")).to_have_text(["Small", "Berlin", "Ana Ruiz", "Kim Berg", "#infra"])
        async with page.expect_response("**/_person/click"):
            await page.get_by_role("button", name="Remove Kim Berg").click()
        assert fake.calls[-1][1]["selected_users"] == ["U0ANA"]
        await page.get_by_label("Reason").fill("now")
        async with page.expect_response("**/_person/click"):
            await page.get_by_label("Notes").focus()
        assert fake.calls[-1][1]["value"] == "now"
        await expect(page.get_by_label("Reason")).to_have_value("now")


async def test_mrkdwn_marks_entities_and_emoji(visit: Visiting, fake: FakePerson) -> None:
    fake.post(text=gallery.WORDS, edited=True)
    async with visit(fake.address) as seen:
        text = seen.page.locator("#timeline .message-text")
        await expect(text).to_be_visible()
        marked = text.locator("strong, em, s, code, pre, blockquote, a, .mention, .emoji")
        markup = await marked.evaluate_all("nodes => nodes.map(node => node.tagName + ' ' + node.textContent)")
        assert markup == [
            "STRONG bold",
            "EM italic",
            "S strike",
            "CODE code",
            "STRONG bold with italic inside",
            "EM italic",
            "BLOCKQUOTE a quote with a link",
            "A a link",
            "PRE Plan: 2 to add, 1 to change, 1 to destroy.\n  + <computed>",
            "SPAN @Ana Ruiz",
            "SPAN @Kim Berg",
            "SPAN #infra",
            "SPAN @platform",
            "SPAN @channel",
            "SPAN 🚀",
            "A https://example.com/x",
        ]
        await expect(text).to_contain_text("2*3*4 snake_case_name")
        await expect(text).to_contain_text(":not_an_emoji: a & b <c> https://example.com/x. (edited)")


async def test_rich_text_is_never_parsed_and_lists_nest(visit: Visiting, fake: FakePerson) -> None:
    fake.post(text="rich", blocks=[gallery.RICH])
    async with visit(fake.address) as seen:
        rich = seen.page.locator("#timeline .rich-text")
        await expect(rich.locator("s em, em s")).to_have_text("*not parsed* <@U0ANA> ")
        await expect(rich.locator("ul > li")).to_have_count(2)
        await expect(rich.locator("ul > li").nth(1).locator("ol > li")).to_have_text("below the second")
        await expect(rich.locator("blockquote")).to_have_text("quoted words")
        await expect(rich.locator("pre")).to_contain_text("+ input = 3")


async def test_hostile_words_are_words(visit: Visiting, fake: FakePerson) -> None:
    evil = '<script>window.hit = 1</script> <img src=x onerror="window.hit = 1"> <javascript:window.hit=1|click me> <data:text/html,x|y>'
    fake.post(user="U0KIM", text=evil)
    link = {"type": "link", "url": "javascript:window.hit=1", "text": "rich link"}
    button = {"type": "button", "action_id": "x", "url": "javascript:window.hit=1", "text": gallery.plain("go")}
    blocks = [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link, {"type": "text", "text": evil}]}]},
        {"type": "markdown", "text": f"{evil} [md](javascript:window.hit=1)"},
        {"type": "actions", "elements": [button]},
        {"type": "image", "image_url": "javascript:window.hit=1", "alt_text": evil},
        {"type": "constructor"},
        {"type": "section", "text": 5, "accessory": {"type": "__proto__"}},
        None,
    ]
    fake.post(
        text="x", blocks=blocks, attachments=[{"color": "red;background:url(//evil.example)", "title": "t", "title_link": "javascript:1"}]
    )
    async with visit(fake.address) as seen:
        await expect(seen.page.locator("#timeline article")).to_have_count(2)
        assert await seen.page.locator("#timeline a").count() == 0
        assert await seen.page.locator("#timeline img, #timeline script").count() == 0
        await seen.page.get_by_role("button", name="go").click()
        assert await seen.page.evaluate("window.hit") is None
        assert seen.complaints == []
        assert all(address.startswith(fake.origin) for address in seen.requests)


async def test_endless_and_reversed_words_stay_in_their_place(visit: Visiting, fake: FakePerson) -> None:
    fake.post(text="W" * 5000)
    fake.post(text="*a" * 2500 + "_" * 500 + "`" * 500)
    fake.post(text="\u202egnp.exe\u202c \u200b \x07 :" + "x" * 3000, blocks=[{"type": "header", "text": gallery.plain("W" * 150)}])
    fake.post(text="see", blocks=[{"type": "section", "fields": [gallery.mrkdwn("W" * 400), gallery.mrkdwn("`" + "W" * 400 + "`")]}])
    async with visit(fake.address, width=390) as seen:
        await expect(seen.page.locator("#timeline article")).to_have_count(4)
        assert await seen.page.evaluate("document.querySelector('.log').scrollWidth - document.querySelector('.log').clientWidth") == 0
        assert seen.complaints == []
