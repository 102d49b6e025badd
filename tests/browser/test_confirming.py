"""Asking before acting, at the page: a private answer with one button, a form for what destroys, and messages to the app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.test_freezes import enters
from tests.browser.test_main_scene import types
from tests.browser.visits import Visiting
from tests.scenes.stage import Stage, open_stage

pytestmark = pytest.mark.browser
SPEED = 20


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", str(SPEED)) as stage:
        await stage.start_bot()
        yield stage


async def planned(page: Page, command: str, message: str) -> None:
    await types(page, f"{command} {message}")
    card = page.locator("#timeline article").filter(has_text=message)
    await expect(card.get_by_role("button", name="Approve & apply").last).to_be_visible()


async def asked(page: Page, words: str, question: str) -> Locator:
    """The newest answer with the question, once it is there."""
    await types(page, words)
    answer = page.locator("#timeline article").filter(has_text=question).last
    await expect(answer).to_be_visible()
    return answer


async def started(stage: Stage) -> int:
    return len([call for call in await stage.calls("/runs") if call["method"] == "POST"])


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_mention_is_answered_with_one_button_and_what_destroys_with_a_form(visit: Visiting, stage: Stage, width: int) -> None:
    async with visit(stage.card["page"], width=width) as seen:
        page, timeline = seen.page, seen.page.locator("#timeline")
        await planned(page, "/tf run storefront-dev", "a release")
        answer = await asked(page, "@runbell approve storefront-dev", "Approve this run?")
        await expect(answer).to_contain_text("Only visible to you")
        await seen.picture(f"confirming-mention-{width}")
        assert await stage.calls("/actions/apply") == []
        await answer.get_by_role("button", name="Approve").click()
        await expect(timeline.get_by_text("Applied by @Ana Ruiz").last).to_be_visible()

        await planned(page, "/tf run storefront-dev --destroy", "all of it goes")
        answer = await asked(page, "/tf approve storefront-dev", "Approve this run?")
        await seen.picture(f"confirming-destroy-{width}")
        await answer.get_by_role("button", name="Approve…").click()
        form = page.get_by_role("dialog", name="Approve & apply")
        await expect(form).to_contain_text("Destroy run")
        await expect(form.get_by_text("Destroys").first).to_be_visible()
        await seen.picture(f"confirming-form-{width}")
        assert len(await stage.calls("/actions/apply")) == 1
        await form.get_by_role("button", name="Approve & apply").click()
        await expect(form).to_have_count(0)
        await stage.until_run("storefront-dev", "applied")
        assert seen.complaints == []
    assert len(await stage.calls("/actions/apply")) == 2


@pytest.mark.parametrize("width", [1280, 390])
async def test_messages_to_the_app_become_their_results(visit: Visiting, stage: Stage, width: int) -> None:
    async with visit(stage.card["page"], width=width) as seen:
        page, timeline = seen.page, seen.page.locator("#timeline")
        await enters(page, "D0ANA")
        answer = await asked(page, "run storefront-dev it goes --destroy", "Do this?")
        assert await started(stage) == 0
        await answer.get_by_role("button", name="Run").click()
        await expect(timeline.get_by_text("Started a destroy run of").last).to_be_visible()
        await expect(timeline.get_by_text("Do this?")).to_have_count(0)
        await stage.until_run("storefront-dev", "planned")

        answer = await asked(page, "approve storefront-dev", "Approve this run?")
        await answer.get_by_role("button", name="Approve…").click()
        form = page.get_by_role("dialog", name="Approve & apply")
        await form.get_by_role("button", name="Approve & apply").click()
        await expect(form).to_have_count(0)
        await expect(timeline.get_by_text("Approved run-").last).to_be_visible()
        await expect(timeline.get_by_text("Nothing is done until you submit it")).to_have_count(0)
        await expect(timeline.get_by_text("Approve this run?")).to_have_count(0)
        await seen.picture(f"confirming-direct-{width}")
        await stage.until_run("storefront-dev", "applied")
        assert seen.complaints == []
    assert len(await stage.calls("/actions/apply")) == 1
