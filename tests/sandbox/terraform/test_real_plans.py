"""Real plans: their JSON is redacted, saved ones are applied later, and runs of every kind do what terraform does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.samples import SAMPLES
from bot.sandbox.terraform.server import open_runs_api
from tests.sandbox.terraform.calling import SECRET, Caller, calling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.terraform
GATEWAY_KEY = "not-a-real-key"
EMPTY = {"main.tf": "# nothing\n"}


@pytest.fixture
async def caller(terraform_program: str, tmp_path: Path) -> AsyncIterator[Caller]:
    assert terraform_program
    async with open_runs_api(Clock(), Faults(), SECRET, tmp_path, engine="terraform", samples=SAMPLES) as api, calling(api) as caller:
        api.context.limits.per_second = None
        yield caller


async def plan_text(caller: Caller, run: str, kind: str, token: str) -> str:
    url = f"{caller.api.address}/api/v2/runs/{run}/plan/{kind}"
    async with caller.session.get(url, headers={"Authorization": f"Bearer {token}"}, allow_redirects=False) as redirect:
        assert redirect.status == 307
        place = redirect.headers["Location"]
    async with caller.session.get(place) as answer:
        return await answer.text()


async def test_terraforms_own_plan_is_shown_without_its_secrets(caller: Caller) -> None:
    run = await caller.start("payments")
    await caller.until(run, "policy_override")
    shown = await plan_text(caller, run, "json-output-redacted", caller.token)
    whole = await plan_text(caller, run, "json-output", caller.api.user_token.secret)
    assert (GATEWAY_KEY in whole, GATEWAY_KEY in shown) == (True, False)
    assert "acme-receipts" in shown


async def test_a_saved_plan_is_applied_later_and_a_second_one_is_stale(caller: Caller) -> None:
    saved = [await caller.start("storefront-dev", save_plan=True) for _ in range(2)]
    for run in saved:
        await caller.until(run, "planned_and_saved")
    await caller.act(saved[0], "apply")
    await caller.until(saved[0], "applied")
    await caller.until(saved[1], "discarded")
    assert (await caller.workspace("storefront-dev"))["attributes"]["resource-count"] > 0


async def test_a_replacement_and_a_refresh_are_what_terraform_makes_of_them(caller: Caller) -> None:
    first = await caller.planned("storefront-dev")
    await caller.act(first, "apply")
    await caller.until(first, "applied")
    replaced = await caller.planned("storefront-dev", replace_addrs=["terraform_data.network"])
    plan = (await caller.get(f"/api/v2/runs/{replaced}/plan")).data["attributes"]
    assert (plan["resource-additions"], plan["resource-destructions"]) == (1, 1)
    await caller.act(replaced, "discard")
    await caller.until(await caller.start("storefront-dev", refresh_only=True), "planned_and_finished")
    await caller.until(await caller.start("storefront-dev", plan_only=True), "planned_and_finished")


async def test_an_empty_plan_is_applied_where_that_is_allowed(caller: Caller) -> None:
    configuration = await caller.upload("dns", EMPTY, auto_queue_runs=False)
    await caller.until(await caller.start("dns", configuration), "planned_and_finished")
    await caller.until(await caller.start("dns", configuration, allow_empty_apply=True), "applied")


async def test_the_debugging_mode_traces(caller: Caller) -> None:
    configuration = await caller.upload("dns", EMPTY, auto_queue_runs=False)
    run = await caller.start("dns", configuration, debugging_mode=True)
    await caller.until(run, "planned_and_finished")
    assert "[TRACE]" in await caller.log(f"/api/v2/runs/{run}/plan")
