"""Pictures of the guides: messages and forms of a channel by themselves, cut out of the running page on a stage of their own."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.async_api import Browser, Locator, Page

from tests.browser.shots import PLANNED_MS, closed, kept, opened, types
from tests.scenes.stage import Stage

WIDTH, HEIGHT, FORM_HEIGHT = 640, 1500, 540
MARGIN = 6
RULES = """
[[rules]]
name = "search wants two"
workspaces = ["search-index"]
votes = 2

[[chains]]
name = "storefront"
stages = ["storefront-dev", "storefront-staging", "storefront-prod"]
"""


async def take_guides(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage, WIDTH, HEIGHT, scale=2)
    await take_lock(page)
    await take_promotion(page, stage)
    await take_looking(page)
    await take_deciding(page)
    await take_votes(page)
    await take_mention(page, stage)


async def enters(page: Page, channel: str) -> None:
    await page.get_by_role("button", name="Channels").click()
    await page.locator(f'#sidebar [data-channel="{channel}"]').click()


def message(page: Page, *words: str, button: str = "") -> Locator:
    """The newest message that says all of these, with a button where one is named."""
    found = page.locator("#timeline article")
    for word in words:
        found = found.filter(has_text=word)
    return found.filter(has=page.get_by_role("button", name=button)).last if button else found.last


async def cut(page: Page, name: str, messages: Sequence[Locator]) -> None:
    """From the first of the messages to the last."""
    for one in messages:
        await one.wait_for(timeout=PLANNED_MS)
    await page.mouse.move(0, 0)
    await page.wait_for_timeout(1200)
    boxes = [box for one in messages if (box := await one.bounding_box()) is not None]
    top, bottom = min(box["y"] for box in boxes) - MARGIN, max(box["y"] + box["height"] for box in boxes) + MARGIN
    await kept(page, name, clip={"x": 0, "y": max(top, 0), "width": WIDTH, "height": bottom - max(top, 0)})


async def cut_form(page: Page, name: str, form: Locator) -> None:
    await page.set_viewport_size({"width": WIDTH, "height": FORM_HEIGHT})
    await page.wait_for_timeout(600)
    await kept(page, name)
    await page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    await closed(form)


async def take_lock(page: Page) -> None:
    await enters(page, "C0INFRA")
    await types(page, "/tf lock dns moving its state")
    note = message(page, "locked acme/dns")
    await note.wait_for(timeout=PLANNED_MS)
    await types(page, "/tf run dns a new record")
    await message(page, "Waits for its turn").wait_for(timeout=PLANNED_MS)
    await types(page, "/tf queue dns")
    await cut(page, "lock", [note, message(page, "Queue of")])
    await types(page, "/tf unlock dns")


async def take_promotion(page: Page, stage: Stage) -> None:
    """The next stage has two servers more, which somebody has started outside of Slack."""
    identity = (await stage.workspace("storefront-staging"))["id"]
    facts = {"message": "more servers", "auto-apply": True, "variables": [{"key": "replicas", "value": "3"}]}
    relations = {"workspace": {"data": {"type": "workspaces", "id": identity}}}
    await stage.terraform("POST", "runs", body={"data": {"type": "runs", "attributes": facts, "relationships": relations}})
    await enters(page, "C0DEPLOYS")
    await types(page, "/tf run storefront-dev bump the image to 4.2.1")
    await message(page, "storefront-dev", button="Approve & apply").get_by_role("button", name="Approve & apply").click(timeout=PLANNED_MS)
    await page.get_by_role("dialog").locator("button[data-answer=yes]").click()
    await stage.until_run("storefront-staging", "applied")
    end = message(page, "Applied", button="Promote to storefront-staging")
    await end.get_by_role("button", name="Promote to storefront-staging").click(timeout=PLANNED_MS)
    await page.get_by_role("dialog").locator("button[data-answer=yes]").click()
    await cut(page, "promote", [message(page, "also destroys 2", button="Approve & apply")])
    await types(page, "/tf promote storefront-dev")
    form = page.get_by_role("dialog", name="Promote")
    await form.get_by_role("combobox", name="To", exact=True).press_sequentially("front-p")
    await page.locator(".combo-list").get_by_role("option", name="storefront-prod").wait_for(timeout=PLANNED_MS)
    await cut_form(page, "promote-form", form)


async def take_looking(page: Page) -> None:
    await types(page, "/tf")
    offers = message(page, "These wait for you here")
    await offers.wait_for(timeout=PLANNED_MS)
    await types(page, "/tf runs storefront-*")
    await cut(page, "looking", [offers, message(page, "Runs of")])
    await types(page, "/tf pending")
    await cut(page, "pending", [message(page, "Waits for people")])
    await types(page, "/tf watch storefront-* --mention")
    watch = message(page, "This channel hears of")
    await watch.wait_for(timeout=PLANNED_MS)
    await types(page, "/tf watches")
    await cut(page, "watches", [watch, message(page, "This channel watches")])


async def take_deciding(page: Page) -> None:
    await enters(page, "C0PROD")
    await types(page, "/tf run payments raise the limit")
    await cut(page, "card", [message(page, "Override needed", button="Override…")])
    await message(page, "Override needed", button="Override…").get_by_role("button", name="Override…").click()
    form = page.get_by_role("dialog", name="Override a failed check")
    await form.locator("textarea").first.fill("The bucket is public on purpose; agreed with security")
    await cut_form(page, "override", form)
    await types(page, "/tf run billing the rates of next year")
    await cut(page, "failed", [message(page, "Plan failed", button="Retry")])


async def take_votes(page: Page) -> None:
    await enters(page, "C0GENERAL")
    await types(page, "/tf run search-index a larger index")
    call = message(page, "search-index", button="Approve & apply")
    await call.wait_for(timeout=PLANNED_MS)
    await types(page, "/tf approve search-index looked at with Kim")
    await page.get_by_role("button", name="Approve", exact=True).last.click(timeout=PLANNED_MS)
    await message(page, "1 of 2 votes").wait_for(timeout=PLANNED_MS)
    await cut(page, "votes", [call, message(page, "1 of 2 votes")])
    await types(page, "/tf why search-index")
    await cut(page, "why", [message(page, "It cannot be applied yet")])
    await types(page, "/tf audit search-index")
    await cut(page, "audit", [message(page, "Audit of")])
    await types(page, "/tf freeze storefront-prod until fri 18:00 the sale is on")
    await message(page, "froze “storefront-prod”").wait_for(timeout=PLANNED_MS)
    await types(page, "/tf run storefront-prod rotate the certificates")
    await cut(page, "freeze", [message(page, "the sale is on", button="Approve & apply")])


async def take_mention(page: Page, stage: Stage) -> None:
    """A link that unfolds, and below it a question in its thread."""
    await enters(page, "C0DEPLOYS")
    run = await stage.current_run("storefront-staging")
    assert run is not None
    url = f"{stage.card['terraform']['address']}/app/acme/workspaces/storefront-staging/runs/{run['id']}".replace("127.0.0.1", "localhost")
    await types(page, f"is this one safe? {url}")
    said = message(page, "is this one safe?", "Decision needed")
    await said.wait_for(timeout=PLANNED_MS)
    await said.hover()
    await said.get_by_role("button", name="Reply in thread").click()
    await page.locator("#reply-input").fill("@runbell show storefront-staging")
    await page.locator("#reply-input").press("Enter")
    await page.locator("#thread").get_by_text("also destroys 2").wait_for(timeout=PLANNED_MS)
    await page.set_viewport_size({"width": WIDTH, "height": 900})
    await page.wait_for_timeout(1200)
    await kept(page, "thread")
