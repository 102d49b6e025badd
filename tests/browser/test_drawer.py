"""One scene for each fault, by hand of the drawer “What if…”, with the real bot in between: what it makes of it stands in the drawer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.looking import serious
from tests.browser.visits import Visit, Visiting
from tests.scenes.stage import Stage, open_stage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("drawer"), "--engine", "scripted", "--speed", "20") as stage:
        await stage.start_bot()
        yield stage


@asynccontextmanager
async def drawer(visit: Visiting, address: str) -> AsyncIterator[Visit]:
    async with visit(address) as seen:
        await seen.page.locator('[data-pane="whatif"]').click()
        yield seen


async def types(page: Page, text: str) -> None:
    await page.locator("#composer-input").fill(text)
    await page.locator("#composer-input").press("Enter")


async def pulls(page: Page, experiment: str) -> Locator:
    """Press the button; what came of it."""
    card = page.locator(f'[data-experiment="{experiment}"]')
    await card.get_by_role("button").click()
    return card.locator(".findings")


async def plans(page: Page, workspace: str) -> Locator:
    """Start a run; the newest button that approves, once this run has it."""
    approve = page.locator("#timeline article").filter(has_text=workspace).get_by_role("button", name="Approve & apply")
    before = await approve.count()
    await types(page, f"/tf run {workspace}")
    await expect(approve.nth(before)).to_be_visible()
    return approve.nth(before)


async def approves(page: Page, button: Locator) -> None:
    await button.click()
    await page.get_by_role("dialog").locator("button[data-answer=yes]").click()


async def test_slack_goes_and_comes_back(visit: Visiting, stage: Stage) -> None:
    async with drawer(visit, stage.card["page"]) as seen:
        page = seen.page
        findings = await pulls(page, "slack-down")
        await expect(page.locator(".banner")).to_contain_text("What if: Slack is down")
        await expect(findings).to_contain_text("The app is not connected")
        await types(page, "/tf help")
        await expect(page.locator("#timeline .only-you").last).to_contain_text('failed with the error "dispatch_failed"')
        await seen.picture("drawer-slack-down")
        await page.get_by_role("button", name="End it", exact=True).click()
        await expect(findings).to_contain_text("The app is connected (1)")
        await types(page, "/tf help")
        await expect(page.locator("#timeline .only-you").last).to_contain_text("/tf run")
        await seen.picture("drawer-slack-back")


async def test_terraform_goes_and_comes_back(visit: Visiting, stage: Stage) -> None:
    async with drawer(visit, stage.card["page"]) as seen:
        page = seen.page
        findings = await pulls(page, "terraform-down")
        await types(page, "/tf runs storefront-dev")
        await expect(findings).to_contain_text("503")
        await expect(findings).to_contain_text("tells you alone")
        await seen.picture("drawer-terraform-down")
        await page.locator('[data-experiment="terraform-down"]').get_by_role("button").click()
        await expect(findings).to_contain_text("It is over")
        await expect(await plans(page, "storefront-dev")).to_be_visible()


async def test_too_many_requests_only_take_time(visit: Visiting, stage: Stage) -> None:
    async with drawer(visit, stage.card["page"]) as seen:
        findings = await pulls(seen.page, "rate-limits")
        await types(seen.page, "/tf run storefront-staging")
        await expect(findings).to_contain_text("429")
        await expect(findings).to_contain_text("asks me to wait")
        await stage.control("DELETE", "faults")
        await expect(await plans(seen.page, "storefront-staging")).to_be_visible()
        await seen.picture("drawer-rate-limits")


async def test_a_lost_answer_to_an_apply_is_found_out(visit: Visiting, stage: Stage) -> None:
    before = len(await stage.calls("/actions/apply"))
    async with drawer(visit, stage.card["page"]) as seen:
        approve = await plans(seen.page, "storefront-prod")
        findings = await pulls(seen.page, "lost-answer")
        await expect(findings).to_contain_text("Armed")
        await approves(seen.page, approve)
        await expect(findings).to_contain_text("/actions/apply: no answer")
        await expect(seen.page.locator("#timeline").get_by_text("Applied by @Ana Ruiz").last).to_be_visible()
        await seen.picture("drawer-lost-answer")
    assert len(await stage.calls("/actions/apply")) == before + 1


async def test_a_lost_answer_to_a_post_says_nothing_twice(visit: Visiting, stage: Stage) -> None:
    async with drawer(visit, stage.card["page"]) as seen:
        findings = await pulls(seen.page, "lost-post")
        await plans(seen.page, "search-index")
        await expect(findings).to_contain_text("Runbell calls chat.postMessage")
        await seen.picture("drawer-lost-post")
        cards = [one for one in await stage.of_the_bot() if "search-index" in str(one["blocks"])]
        assert len({one["metadata"]["event_payload"]["key"] for one in cards}) == len(cards)


async def test_a_cut_socket_is_opened_again(visit: Visiting, stage: Stage) -> None:
    async with drawer(visit, stage.card["page"]) as seen:
        findings = await pulls(seen.page, "socket-cut")
        for words in ("1 connection cut", "The app is not connected", "The app is connected (1)"):
            await expect(findings).to_contain_text(words)
        await seen.picture("drawer-socket-cut")


async def test_a_guest_is_refused_and_of_two_who_click_at_once_one_decides(visit: Visiting, stage: Stage) -> None:
    before = len(await stage.calls("/actions/apply"))
    async with drawer(visit, stage.card["page"]) as seen:
        page = seen.page
        approve = await plans(page, "docs-site")
        findings = await pulls(page, "guest")
        await expect(findings).to_contain_text("Gus Ivey alone is told")
        await expect(findings).to_contain_text("Guests")
        await expect(page.locator("#timeline .only-you").filter(has_text="Guests")).to_have_count(0)
        assert len(await stage.calls("/actions/apply")) == before
        findings = await pulls(page, "two-clicks")
        await expect(findings).to_contain_text("Ana Ruiz and Kim Berg click together")
        await expect(approve).to_have_count(0)
        await stage.until_run("docs-site", "applied")
        await expect(findings).to_contain_text("alone is told")
        await seen.picture("drawer-two-clicks")
    assert len(await stage.calls("/actions/apply")) == before + 1


async def test_the_panes_beside_the_chat_can_be_read_by_everybody(visit: Visiting, stage: Stage) -> None:
    async with drawer(visit, stage.card["page"]) as seen:
        for pane in ("whatif", "traffic", "terraform"):
            if pane != "whatif":
                await seen.page.locator(f'[data-pane="{pane}"]').click()
            await seen.page.wait_for_timeout(300)
            assert await serious(seen.page) == []
        assert seen.complaints == []


async def test_what_cannot_be_done_here_says_why(visit: Visiting, stage: Stage) -> None:
    async with drawer(visit, stage.card["page"]) as seen:
        restart = seen.page.locator('[data-experiment="restart"]')
        await expect(restart.get_by_role("button")).to_be_disabled()
        await expect(restart).to_contain_text("not started by `runbell demo`")
        await seen.page.locator('#sidebar [data-channel="C0GENERAL"]').click()
        await expect(seen.page.locator('[data-experiment="guest"]').get_by_role("button")).to_be_disabled()


async def test_a_bot_that_was_killed_goes_on_where_it_stood(visit: Visiting, demo: str) -> None:
    async with drawer(visit, demo) as seen:
        page = seen.page
        await expect(page.locator("#sidebar .dot-on")).to_be_visible()
        approve = await plans(page, "storefront-dev")
        findings = await pulls(page, "restart")
        await expect(findings).to_contain_text("The app is not connected")
        await expect(findings).to_contain_text("The app is connected (1)")
        await approves(page, approve)
        await expect(page.locator("#timeline").get_by_text("Applied by @Ana Ruiz").last).to_be_visible()
        await seen.picture("drawer-restart")
