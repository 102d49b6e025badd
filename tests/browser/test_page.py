from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page, expect

from tests.browser import gallery
from tests.browser.fake_person import PAGE, SECRET
from tests.browser.looking import serious

if TYPE_CHECKING:
    from tests.browser.fake_person import FakePerson
    from tests.browser.visits import Visiting

pytestmark = pytest.mark.browser


async def _become(page: Page, name: str) -> None:
    await page.locator("#acting-as").click()
    await page.get_by_role("menuitemradio", name=name).click()


async def test_a_page_without_its_secret_says_how_to_get_one(visit: Visiting, fake: FakePerson) -> None:
    async with visit(f"{fake.origin}/") as seen:
        await expect(seen.page.get_by_role("heading", name="This page needs its secret")).to_be_visible()
        await expect(seen.page.locator("#app")).to_be_hidden()


async def test_an_old_secret_is_told_and_a_new_one_in_the_same_tab_works(visit: Visiting, fake: FakePerson) -> None:
    async with visit(f"{fake.origin}/#secret=old") as seen:
        await expect(seen.page.get_by_role("heading", name="This secret is not the sandbox's")).to_be_visible()
        await seen.page.goto(fake.address)
        await expect(seen.page.locator("h1")).to_have_text("deploys")


async def test_the_secret_leaves_the_address_and_outlives_a_reload(visit: Visiting, fake: FakePerson) -> None:
    async with visit(fake.address) as seen:
        await expect(seen.page.locator("h1")).to_have_text("deploys")
        assert seen.page.url == f"{fake.origin}/"
        await seen.page.reload()
        await expect(seen.page.locator("h1")).to_have_text("deploys")
        assert not any(SECRET in address for address in seen.requests[1:])


async def test_a_page_finds_nothing_that_an_earlier_one_has_stored(visit: Visiting, fake: FakePerson) -> None:
    async with visit(fake.address) as seen:
        await seen.page.evaluate("sessionStorage.kept = localStorage.kept = 1; document.cookie = 'kept=1'")
    async with visit(f"{fake.origin}/") as seen:
        await expect(seen.page.get_by_role("heading", name="This page needs its secret")).to_be_visible()
        assert await seen.page.evaluate("[sessionStorage.kept, localStorage.kept, document.cookie]") == [None, None, ""]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_empty_channel_says_what_to_try_and_a_chip_fills_the_composer(
    visit: Visiting, fake: FakePerson, width: int, scheme: str
) -> None:
    async with visit(fake.address, width=width, scheme=scheme) as seen:
        page = seen.page
        await expect(page.get_by_role("heading", name="The start of #deploys")).to_be_visible()
        await seen.picture(f"empty-{width}-{scheme}")
        assert await serious(page) == []
        await page.get_by_role("button", name="/tf run storefront-dev").click()
        await expect(page.locator("#composer-input")).to_have_value("/tf run storefront-dev")
        await expect(page.locator("#composer-input")).to_be_focused()
        async with page.expect_response("**/_person/command"):
            await page.keyboard.press("Enter")
        await expect(page.locator("#composer-input")).to_have_value("")
        await expect(page.locator("#timeline")).to_be_visible()
        assert fake.calls == [("command", {"as": "U0ANA", "channel": "C0DEPLOYS", "text": "/tf run storefront-dev"})]


async def test_acting_as_somebody_changes_what_is_seen_and_who_speaks(visit: Visiting, fake: FakePerson) -> None:
    fake.post(text="for Kim alone", only_for="U0KIM")
    async with visit(fake.address) as seen:
        page = seen.page
        await expect(page.locator("#sidebar .channel")).to_have_text(["deploys", "infra", "prod-changes", "RRunbell"])
        await expect(page.locator("#timeline article")).to_have_count(0)
        await _become(page, "Kim Berg")
        await expect(page.locator("#timeline .only-you")).to_contain_text("for Kim alone")
        await _become(page, "Gus Ivey")
        await expect(page.locator("#sidebar .channel")).to_have_text(["deploys", "infra", "RRunbell"])
        await expect(page.locator("#timeline article")).to_have_count(0)
        await expect(page.locator("#acting-as")).to_be_focused()
        await page.locator("#composer-input").fill("hello *there*")
        await page.locator("#composer-input").press("Enter")
        await expect(page.locator("#timeline article")).to_contain_text("Gus Ivey")
        await expect(page.locator("#timeline article strong")).to_have_text("there")
        assert fake.calls[-1] == ("message", {"as": "U0GUS", "channel": "C0DEPLOYS", "text": "hello *there*"})


async def test_the_composer_suggests_commands_with_their_usage(visit: Visiting, fake: FakePerson) -> None:
    async with visit(fake.address) as seen:
        page = seen.page
        await page.locator("#composer-input").press_sequentially("/t")
        options = page.get_by_role("option")
        await expect(options).to_have_count(2)
        await expect(options.first).to_contain_text("run <workspace>")
        await page.keyboard.press("ArrowDown")
        await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
        await seen.picture("suggestions")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Tab")
        await expect(page.locator("#composer-input")).to_have_value("/tf ")
        await expect(page.locator("#composer-input-usage")).to_contain_text("/tf run <workspace> | approve <run> | help")
        await page.keyboard.type("help")
        async with page.expect_response("**/_person/command"):
            await page.keyboard.press("Enter")
        await expect(page.locator("#composer-input")).to_have_value("")
        assert fake.calls[-1][1]["text"] == "/tf help"


async def test_the_arrow_up_brings_back_what_was_typed(visit: Visiting, fake: FakePerson) -> None:
    async with visit(fake.address) as seen:
        composer = seen.page.locator("#composer-input")
        for line in ("/tf help", "/tf runs billing"):
            await composer.fill(line)
            await composer.press("Enter")
            await expect(composer).to_have_value("")
        for key, shown in (
            ("ArrowUp", "/tf runs billing"),
            ("ArrowUp", "/tf help"),
            ("ArrowUp", "/tf help"),
            ("ArrowDown", "/tf runs billing"),
            ("ArrowDown", ""),
        ):
            await composer.press(key)
            await expect(composer).to_have_value(shown)
        await composer.fill("unsent")
        await composer.press("ArrowUp")
        await expect(composer).to_have_value("unsent")


async def test_a_failed_command_is_told_to_its_person_alone(visit: Visiting, fake: FakePerson) -> None:
    fake.answers["command"] = {"ok": False, "error": "operation_timeout"}
    async with visit(fake.address) as seen:
        page = seen.page
        await page.locator("#composer-input").fill("/tf help")
        await page.keyboard.press("Enter")
        await expect(page.locator("#timeline .only-you")).to_contain_text('/tf failed with the error "operation_timeout"')
        await page.locator("#composer-input").fill("/nothing here")
        await page.keyboard.press("Enter")
        await expect(page.locator("#timeline .only-you").last).to_contain_text("/nothing is not a valid command")
        await expect(page.locator("#composer-input")).to_have_value("/nothing here")
        assert len(fake.calls) == 1


async def test_a_denied_confirm_sends_nothing_and_an_accepted_one_clicks(visit: Visiting, fake: FakePerson) -> None:
    card = fake.post(text="card", blocks=gallery.CARD)
    async with visit(fake.address) as seen:
        page = seen.page
        discard = page.get_by_role("button", name="Discard")
        dialog = page.get_by_role("dialog", name="Apply to storefront-prod?")
        await discard.click()
        await expect(dialog.get_by_role("button", name="Back")).to_be_focused()
        await expect(dialog.get_by_role("button", name="Approve & apply")).to_have_class("button danger")
        await seen.picture("confirm")
        for leave in ("Escape", "Back"):
            await (page.keyboard.press("Escape") if leave == "Escape" else dialog.get_by_role("button", name="Back").click())
            await expect(dialog).to_have_count(0)
            await expect(discard).to_be_focused()
            await discard.click()
        assert fake.calls == []
        async with page.expect_response("**/_person/click"):
            await dialog.get_by_role("button", name="Approve & apply").click()
        await expect(dialog).to_have_count(0)
        clicked = {
            "as": "U0ANA",
            "channel": "C0DEPLOYS",
            "ts": card["ts"],
            "action_id": "run.discard",
            "block_id": "decide",
            "ephemeral": False,
        }
        assert fake.calls == [("click", clicked)]


async def test_the_dialog_keeps_the_focus(visit: Visiting, fake: FakePerson) -> None:
    fake.post(text="card", blocks=gallery.CARD)
    async with visit(fake.address) as seen:
        await seen.page.get_by_role("button", name="Approve & apply").click()
        for _ in range(5):
            await seen.page.keyboard.press("Tab")
            assert await seen.page.evaluate("document.activeElement === document.body || document.activeElement.closest('dialog') !== null")


async def test_menus_and_selects_send_the_chosen_option(visit: Visiting, fake: FakePerson) -> None:
    fake.post(text="card", blocks=gallery.CARD)
    fake.answers["click"] = {"ok": False, "error": "operation_timeout"}
    async with visit(fake.address) as seen:
        page = seen.page
        await page.get_by_role("button", name="More actions").press("Enter")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.locator(".failure")).to_contain_text("Runbell did not take the click (operation_timeout)")
        assert fake.calls[-1][1]["selected_option"] == gallery.option("Copy the reference", "copy")
        async with page.expect_response("**/_person/click"):
            await page.get_by_role("combobox", name="Pick one").select_option(label="Two")
        assert fake.calls[-1][1]["selected_option"] == gallery.option("Two", "2")


async def test_messages_arrive_change_and_go(visit: Visiting, fake: FakePerson) -> None:
    async with visit(fake.address) as seen:
        page = seen.page
        await expect(page.locator("h1")).to_have_text("deploys")
        await _connected(page, fake)
        message = fake.post(text="planning", blocks=gallery.CARD)
        other = fake.post("C0INFRA", text="look here")
        await expect(page.locator("#sidebar .unread")).to_have_text("infra1")
        await page.get_by_role("button", name="Discard").focus()
        fake.change(message, blocks=[*gallery.CARD, {"type": "context", "elements": [gallery.mrkdwn("still here")]}])
        await expect(page.get_by_text("still here")).to_be_visible()
        await expect(page.get_by_role("button", name="Discard")).to_be_focused()
        fake.change(message, text="Applied", blocks=[])
        await expect(page.locator("#timeline .message-text")).to_have_text("Applied")
        await expect(page.locator("#timeline article")).to_be_focused()
        fake.tell({"type": "message_deleted", "channel": "C0DEPLOYS", "ts": message["ts"]})
        await expect(page.locator("#timeline article")).to_have_count(0)
        await page.locator("#sidebar .unread").click()
        await expect(page.locator("#timeline .divider-new")).to_be_visible()
        await expect(page.locator("#timeline article")).to_contain_text(other["text"])
        await expect(page.locator("#sidebar .unread")).to_have_count(0)


async def _connected(page: Page, fake: FakePerson) -> None:
    """Wait until the page's stream is open, so that it is told of what comes."""
    for _ in range(100):
        if fake.streams:
            return
        await page.wait_for_timeout(20)
    pytest.fail("the page did not open its stream")


async def test_a_thread_opens_beside_and_takes_replies(visit: Visiting, fake: FakePerson) -> None:
    parent = fake.post(text="planned")
    fake.post(text="first reply", thread_ts=parent["ts"])
    async with visit(fake.address) as seen:
        page = seen.page
        await page.get_by_role("button", name="1 reply").click()
        await expect(page.locator("#thread article")).to_have_count(2)
        await expect(page.locator("#reply-input")).to_be_focused()
        await page.keyboard.type("second reply")
        await page.keyboard.press("Enter")
        await expect(page.locator("#thread article")).to_have_count(3)
        await expect(page.get_by_role("button", name="2 replies")).to_be_visible()
        await seen.picture("thread")
        await page.keyboard.type("/tf help")
        await page.keyboard.press("Enter")
        await expect(page.locator("#thread .only-you")).to_contain_text("/tf is not supported in threads")
        await page.keyboard.press("Escape")
        await expect(page.locator("#thread")).to_be_hidden()
        await expect(page.locator("#timeline article").first).to_be_focused()


async def test_a_lost_stream_is_told_and_what_was_missed_is_read(visit: Visiting, fake: FakePerson) -> None:
    async with visit(fake.address) as seen:
        page = seen.page
        await _connected(page, fake)
        fake.is_down = True
        fake.cut_streams()
        await expect(page.locator(".banner-bad")).to_contain_text("The connection to the sandbox is lost")
        await seen.picture("lost")
        fake.post(text="while you were away")
        fake.is_down = False
        await expect(page.locator("#timeline article")).to_contain_text("while you were away")
        await expect(page.locator(".banner-bad")).to_have_count(0)


async def test_an_app_that_is_away_or_outside_is_told_and_can_be_added(visit: Visiting, fake: FakePerson) -> None:
    fake.connected = 0
    async with visit(fake.address) as seen:
        page = seen.page
        await expect(page.locator(".banner-warn")).to_contain_text("Runbell is not connected")
        fake.connected = 1
        await _connected(page, fake)
        fake.tell({"type": "connected", "connected": 1})
        async with page.expect_response("**/_person/invite"):
            await page.get_by_role("button", name="Add Runbell").click()
        assert fake.calls == [("invite", {"as": "U0ANA", "channel": "C0DEPLOYS", "user": "U0RUNBELL"})]
        fake.channels[0]["app_is_member"] = True
        fake.tell({"type": "channel", "channel": fake.channels[0]})
        await expect(page.locator(".banner")).to_have_count(0)


async def test_on_a_phone_the_channels_are_in_a_drawer(visit: Visiting, fake: FakePerson) -> None:
    async with visit(fake.address, width=390, height=780) as seen:
        page = seen.page
        opener = page.get_by_role("button", name="Channels")
        await expect(page.locator("#sidebar")).not_to_be_in_viewport()
        await opener.click()
        await expect(page.locator('#sidebar [data-channel="C0DEPLOYS"]')).to_be_focused()
        await expect(page.locator("#sidebar")).to_be_in_viewport(ratio=0.99)
        await seen.picture("drawer")
        assert await serious(page) == []
        await page.keyboard.press("Escape")
        await expect(opener).to_be_focused()
        await opener.click()
        await page.locator('#sidebar [data-channel="C0INFRA"]').click()
        await expect(page.locator("h1")).to_have_text("infra")
        await expect(page.locator("#sidebar")).not_to_be_in_viewport()


async def test_the_colours_follow_the_switch_and_are_remembered(visit: Visiting, fake: FakePerson) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    async with visit(fake.address) as seen:
        page = seen.page
        light = await page.evaluate(background)
        await page.locator("#theme").click()
        await page.get_by_role("menuitemradio", name="Dark").click()
        dark = await page.evaluate(background)
        assert dark != light
        await page.reload()
        await expect(page.locator("h1")).to_have_text("deploys")
        assert await page.evaluate(background) == dark


async def test_a_long_channel_keeps_few_nodes_wherever_one_scrolls(visit: Visiting, fake: FakePerson) -> None:
    for number in range(450):
        fake.post(text=f"message {number}")
    async with visit(fake.address) as seen:
        page, articles = seen.page, seen.page.locator("#timeline article")
        await expect(articles).to_have_count(80)
        await expect(page.get_by_text("message 449", exact=True)).to_be_in_viewport()
        for _ in range(200):
            await page.locator("#timeline .log").evaluate("log => { log.scrollTop = 0; }")
            assert await articles.count() <= 120
            if await page.get_by_text("message 0", exact=True).count():
                break
            await page.wait_for_timeout(20)
        await page.locator("#timeline .log").evaluate("log => { log.scrollTop = 0; }")
        await expect(page.get_by_role("heading", name="The start of #deploys")).to_be_in_viewport()
        late = fake.post(text="a late one")
        await page.get_by_role("button", name="New messages").click()
        await expect(page.get_by_text(late["text"], exact=True)).to_be_in_viewport()
        assert await articles.count() <= 120


def test_no_file_of_the_page_makes_markup_of_words_or_asks_anybody_else() -> None:
    names = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "importScripts", "@import", "url(")
    for file in PAGE.iterdir():
        text = file.read_text()
        assert [name for name in names if name in text] == [], file.name
        assert {word for word in ("http://www.w3.org/2000/svg",) if word in text} or "://" not in text.replace("?://", ""), file.name
