"""Makes the pictures of the README and the guides from the running page: `make pictures` (needs terraform, Chromium, a font with emoji)."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, FilePayload, Page, async_playwright

from bot.demos import RULES
from tests.browser import guides
from tests.browser.conftest import ARGUMENTS, chromium_path
from tests.browser.shots import PICTURES, PLANNED_MS, closed, kept, opened, types
from tests.scenes.stage import Stage, open_stage

ASKING = """
[[rules]]                        # who approves in production says why, and types where
name = "careful"
workspaces = ["storefront-prod"]
risk = "high"
"""


async def decide(page: Page, workspace: str, message: str) -> None:
    """From a typed command to the moment before the click."""
    await types(page, f"/tf run {workspace} {message}")
    card = page.locator("#timeline article").filter(has_text=workspace)
    await card.get_by_role("button", name="Approve & apply").last.wait_for(timeout=PLANNED_MS)


async def take(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage, 1280, 800)
    await decide(page, "storefront-dev", "bump the image to 4.2.1")
    await kept(page, "page")
    phone = await opened(browser, stage, 390, 780, scale=2)
    await phone.locator("#timeline").get_by_text("Decision needed").last.wait_for(timeout=PLANNED_MS)
    await kept(phone, "phone")
    await decide(page, "storefront-prod", "rotate the certificates")
    await page.get_by_role("button", name="Approve & apply").last.click()
    await page.get_by_role("dialog").locator("textarea, input").first.wait_for(timeout=PLANNED_MS)
    await kept(page, "modal")
    await closed(page.get_by_role("dialog"))
    await take_form(await opened(browser, stage, 640, 1020, scale=2))
    await take_upload(await opened(browser, stage, 640, 720, scale=2))
    await take_review(await opened(browser, stage, 640, 860, scale=2), stage)
    await take_drawer(await opened(browser, stage, 1280, 800, "dark"))
    await take_home(page, await stage.person("GET", "world"))


async def take_pending(page: Page) -> None:
    await types(page, "/tf pending")
    await page.locator("#timeline").get_by_text("Waits for people").last.wait_for(timeout=PLANNED_MS)
    await kept(page, "pending")


async def take_form(page: Page) -> None:
    await types(page, "/tf run")
    form = page.get_by_role("dialog", name="Start a run")
    await form.get_by_role("combobox", name="Workspace", exact=True).press_sequentially("front-de")
    await page.locator(".combo-list").get_by_role("option", name="storefront-dev").click()
    await form.get_by_label("Set variables").check()
    await form.get_by_label("Variables", exact=True).fill("region=eu-west-1\nreplicas=3")
    await kept(page, "start")
    await closed(form)


async def take_upload(page: Page) -> None:
    await types(page, "/tf upload storefront-staging")
    form = page.get_by_role("dialog", name="Run a configuration")
    files = [FilePayload(name=name, mimeType="text/plain", buffer=b"# ...\n") for name in ("main.tf", "staging.auto.tfvars")]
    await form.get_by_label("Configuration", exact=True).set_input_files(files)
    await form.locator(".picked-files li").nth(1).wait_for(timeout=PLANNED_MS)
    await kept(page, "upload")
    await closed(form)


async def take_review(page: Page, stage: Stage) -> None:
    """Of a run that replaces something of what was applied before."""
    await stage.types("U0ANA", "/tf approve storefront-dev")
    await stage.confirms("U0ANA")
    await stage.until_run("storefront-dev", "applied")
    await stage.types("U0ANA", "/tf run storefront-dev a new network --replace terraform_data.network", "C0INFRA")
    await stage.until_run("storefront-dev", "planned")
    await stage.types("U0ANA", "/tf review storefront-dev", "C0INFRA")
    review = page.get_by_role("dialog", name="Plan")
    await review.get_by_text("to replace").wait_for(timeout=PLANNED_MS)
    await kept(page, "review")
    await closed(review)


async def take_drawer(page: Page) -> None:
    await page.get_by_role("button", name="What if…").click()
    await page.get_by_role("button", name="Try it: The socket is cut").click()
    findings = page.locator('[data-experiment="socket-cut"] .findings')
    await findings.get_by_text("The app is connected").wait_for(timeout=PLANNED_MS)
    await kept(page, "dark")


async def take_home(page: Page, world: dict[str, Any]) -> None:
    """Only where the app has a Home tab."""
    if not world["app"]["has_home"]:
        return
    await types(page, "/tf watch storefront-*")
    await page.locator('#sidebar [data-channel="D0ANA"]').click()
    await page.get_by_role("tab", name="Home").click()
    await page.locator("#home .block-header").first.wait_for(timeout=PLANNED_MS)
    await kept(page, "home")


async def staged(rules: str, takes: Callable[[Browser, Stage], Awaitable[None]]) -> None:
    with tempfile.TemporaryDirectory(prefix="runbell-pictures-") as folder:
        async with open_stage(Path(folder), rules=RULES + rules) as stage, async_playwright() as playwright:
            stage.settings["RUNBELL_RULES"] = "runbell.toml"  # as answers name it, without a folder of this machine
            await stage.start_bot()
            browser = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            await takes(browser, stage)
            await browser.close()


async def main() -> None:
    """Of both stages; of one of them where its name is given."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    if sys.argv[1:] != ["guides"]:
        await staged(ASKING, take)
    if sys.argv[1:] != ["page"]:
        await staged(guides.RULES, guides.take_guides)
    print(f"The pictures are in {PICTURES}.")  # noqa: T201 - a command says what it has done


if __name__ == "__main__":
    asyncio.run(main())
