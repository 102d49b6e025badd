"""Modals, the Home tab and shortcuts before the sandbox's own Slack server, with a Bolt app that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer, open_slack
from tests.browser.forms import MANIFEST, form_app
from tests.browser.looking import serious

if TYPE_CHECKING:
    from tests.browser.gallery import Document
    from tests.browser.visits import Visiting

pytestmark = pytest.mark.browser


@pytest.fixture
def submitted() -> list[Document]:
    return []


@pytest.fixture
async def slack(submitted: list[Document]) -> AsyncIterator[SlackServer]:
    async with open_slack(engine="scripted", manifest=MANIFEST) as server:
        token = server.card()["app_token"]
        handler = AsyncSocketModeHandler(form_app(server, submitted), token, web_client=AsyncWebClient(token=token, base_url=server.api))
        await handler.connect_async()  # type: ignore[no-untyped-call]
        yield server
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _open(page: Page) -> None:
    await page.locator("#composer-input").fill("/tf")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Start a run")).to_be_visible()


async def _pick(page: Page, label: str, typed: str, wanted: str) -> None:
    await page.get_by_role("combobox", name=label, exact=True).press_sequentially(typed)
    await page.locator(".combo-list").get_by_role("option", name=wanted).click()
    await expect(page.locator(".combo-list")).to_be_hidden()


async def test_every_input_is_filled_in_and_told(visit: Visiting, slack: SlackServer, submitted: list[Document]) -> None:
    async with visit(slack.page) as seen:
        page = seen.page
        await _open(page)
        await expect(page.get_by_label("Reason")).to_be_focused()
        await page.get_by_label("Reason").fill("rotate")
        await page.get_by_label("Notes").fill("two\nlines")
        await page.get_by_label("How many").fill("3")
        await page.get_by_label("Whom to write to").fill("ana@acme.example")
        await page.get_by_label("Ticket").fill("https://acme.example/1")
        await page.get_by_label("Description").fill("as plain words")
        await page.get_by_label("Size", exact=False).first.select_option(label="Large")
        await _pick(page, "Sizes (optional)", "sm", "Small")
        await _pick(page, "Workspace", "store", "storefront-prod")
        await _pick(page, "More workspaces (optional)", "b", "billing")
        await page.get_by_label("Who (optional)").select_option(label="Kim Berg")
        await _pick(page, "For whom (optional)", "raj", "Raj Patel")
        await _pick(page, "Also in (optional)", "inf", "#infra")
        await page.get_by_label("Plan only").check()
        await page.get_by_label("Later").check()
        await page.get_by_label("Day (optional)").fill("2026-12-01")
        await page.get_by_label("Hour (optional)").fill("09:30")
        await page.get_by_label("Moment (optional)").fill("2026-12-01T09:30")
        await page.get_by_label("Files (optional)").set_input_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": b"no changes"})
        await expect(page.locator(".picked-files li")).to_contain_text("plan.txt")
        await seen.picture("modal-filled")
        assert await serious(page) == []
        await page.get_by_role("button", name="Start", exact=True).click()
        await expect(page.get_by_role("dialog", name="Are you sure?")).to_be_visible()
        assert seen.complaints == []
    assert _plain(submitted[0]) == {
        "reason": "rotate",
        "notes": "two\nlines",
        "count": "3",
        "mail": "ana@acme.example",
        "link": "https://acme.example/1",
        "rich": "as plain words",
        "size": "l",
        "sizes": ["s"],
        "workspace": "storefront-prod",
        "workspaces": ["billing"],
        "who": "U0KIM",
        "whom": ["U0RAJ"],
        "where": "C0DEPLOYS",
        "wheres": ["C0INFRA"],
        "flags": ["plan"],
        "speed": "later",
        "day": "2026-12-01",
        "hour": "09:30",
        "moment": submitted[0]["moment"]["moment"]["selected_date_time"],
        "files": ["plan.txt"],
    }


def _plain(values: Document) -> Document:
    return {key: _simple(next(value for name, value in row[key].items() if name != "type")) for key, row in values.items()}


def _simple(value: object) -> object:
    if isinstance(value, list):
        return [_simple(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "rich_text":
        return value["elements"][0]["elements"][0]["text"]
    return value["name"] if "name" in value else value["value"]


@pytest.mark.parametrize("width", [1280, 390])
async def test_fields_that_are_wrong_say_so_and_the_stack_goes_back_and_ends(
    visit: Visiting, slack: SlackServer, submitted: list[Document], width: int
) -> None:
    async with visit(slack.page, width=width) as seen:
        page = seen.page
        await _open(page)
        await page.get_by_role("button", name="Start", exact=True).click()
        await expect(page.locator(".field-error")).to_have_count(2)
        await expect(page.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
        assert submitted == []
        await page.get_by_label("Reason").fill("no")
        await _pick(page, "Workspace", "bil", "billing")
        await page.get_by_role("button", name="Start", exact=True).click()
        await expect(page.locator(".field-error")).to_have_count(1)
        await expect(page.locator(".field-error")).to_have_text("“no” is no reason")
        await expect(page.get_by_label("Reason")).to_have_value("no")
        await seen.picture(f"modal-errors-{width}")
        await page.get_by_label("Reason").fill("yes")
        await page.keyboard.press("Enter")
        sure = page.get_by_role("dialog", name="Are you sure?")
        await expect(sure).to_contain_text("It goes to #deploys")
        await seen.picture(f"modal-stacked-{width}")
        await page.get_by_role("button", name="Back").click()
        await expect(page.get_by_label("Reason")).to_have_value("yes")
        await page.get_by_role("button", name="Start", exact=True).click()
        await sure.get_by_label("Type the name").fill("billing")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        assert submitted[-1]["word"]["word"]["value"] == "billing"
        assert seen.complaints == []


async def test_type_ahead_waits_for_letters_and_is_used_by_keyboard(visit: Visiting, slack: SlackServer) -> None:
    async with visit(slack.page) as seen:
        page = seen.page
        await _open(page)
        box = page.get_by_role("combobox", name="Workspace", exact=True)
        await box.press_sequentially("s")
        await expect(page.locator(".combo-list")).to_have_text("Type 2 letters or more")
        await box.press_sequentially("to")
        await expect(page.locator(".combo-list").get_by_role("option")).to_have_count(2)
        await seen.picture("modal-type-ahead")
        await box.press("ArrowDown")
        await box.press("Enter")
        await expect(box).to_have_value("storefront-prod")
        await box.fill("zzz")
        await expect(page.locator(".combo-list")).to_have_text("Nothing fits")
        await box.press("Escape")
        await expect(page.get_by_role("dialog", name="Start a run")).to_be_visible()
        await box.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_home_tab_is_drawn_when_it_is_opened_and_redrawn_by_its_buttons(visit: Visiting, slack: SlackServer, width: int) -> None:
    async with visit(slack.page, width=width) as seen:
        page = seen.page
        if width < 600:
            await page.get_by_role("button", name="Channels").click()
        await page.locator('#sidebar [data-channel="D0ANA"]').click()
        await page.get_by_role("tab", name="Home").click()
        await expect(page.locator("#home")).to_contain_text("Nothing waits for you.")
        await expect(page.locator("#timeline")).to_be_hidden()
        await seen.picture(f"home-{width}")
        assert await serious(page) == []
        await page.get_by_role("button", name="Refresh").click()
        await expect(page.locator("#home")).to_contain_text("Looked again.")
        await page.get_by_role("tab", name="Messages").click()
        await expect(page.locator("#timeline")).to_be_visible()
        assert seen.complaints == []


async def test_shortcuts_open_from_the_composer_and_from_a_message(visit: Visiting, slack: SlackServer) -> None:
    async with visit(slack.page) as seen:
        page = seen.page
        await page.get_by_role("button", name="Shortcuts").click()
        await page.get_by_role("menuitem", name="Start a run").click()
        dialog = page.get_by_role("dialog", name="Start a run")
        await dialog.get_by_role("button", name="Cancel").click()
        await expect(dialog).to_have_count(0)
        await page.locator("#composer-input").fill("the queue is long")
        await page.keyboard.press("Enter")
        message = page.locator("#timeline article")
        await message.hover()
        await message.get_by_role("button", name="More for this message").click()
        await seen.picture("message-menu")
        await page.get_by_role("menuitem", name="Start a run about this").click()
        await expect(dialog).to_be_visible()
        await page.keyboard.press("Escape")
        await message.hover()
        await message.get_by_role("button", name="More for this message").click()
        await page.get_by_role("menuitem", name="Delete").click()
        await expect(message).to_have_count(0)
