"""What was applied in one stage goes to the next, and what has failed is tried again: over the real wires, with real terraform."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.demos import RULES
from tests.requirements import demand_terraform
from tests.scenes.stage import Message, NothingSeen, Stage, key_of, open_stage, whole_text

pytestmark = pytest.mark.terraform
CHAIN = '\n[[chains]]\nname = "storefront"\nstages = ["storefront-dev", "storefront-staging", "storefront-prod"]\n'
TO = "workspace.start"


@pytest.fixture(scope="module")
async def chained(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    demand_terraform()
    async with open_stage(tmp_path_factory.mktemp("chained"), rules=RULES + CHAIN) as stage:
        await stage.start_bot()
        yield stage


async def with_three_servers(stage: Stage, workspace: str) -> None:
    """Somebody has run it in Terraform itself, with two servers more than its configuration says; what is applied waits for nothing."""
    identity = (await stage.workspace(workspace))["id"]
    facts = {"message": "more servers", "auto-apply": True, "variables": [{"key": "replicas", "value": "3"}]}
    relations = {"workspace": {"data": {"type": "workspaces", "id": identity}}}
    answer = await stage.terraform("POST", "runs", body={"data": {"type": "runs", "attributes": facts, "relationships": relations}})
    assert answer.status_code == httpx.codes.CREATED, answer.text


def version_of(run: dict[str, Any]) -> str:
    return str(run["relationships"]["configuration-version"]["data"]["id"])


async def end_of(stage: Stage, workspace: str, action: str) -> Message:
    return await stage.until(
        lambda one: key_of(one).endswith("/end/") and f"`{workspace}`" in whole_text(one) and action in str(one["blocks"])
    )


async def form_of(stage: Stage) -> dict[str, Any]:
    """The form, as soon as it is open."""
    for _ in range(100):
        view: dict[str, Any] | None = (await stage.person("GET", "view", **{"as": "U0ANA"}))["view"]
        if view is not None:
            return view
        await asyncio.sleep(0.05)
    raise NothingSeen("no form was opened")


async def test_a_configuration_passes_the_chain_by_its_buttons_and_the_call_says_what_is_destroyed_besides(chained: Stage) -> None:
    stage = chained
    await with_three_servers(stage, "storefront-staging")
    await stage.types("U0ANA", "/tf run storefront-dev bump the image")
    await stage.clicks("U0ANA", await stage.expects("Decision needed", action="run.approve"), "run.approve")
    applied = await stage.until_run("storefront-dev", "applied")
    await stage.until_run("storefront-staging", "applied")

    answer = await stage.clicks("U0KIM", await end_of(stage, "storefront-dev", "Promote to storefront-staging"), "promote.next")
    assert answer["ok"], answer
    call = await stage.expects("Promotes", action="run.approve")
    assert "`storefront-staging`" in whole_text(call)
    assert "also destroys 2* (`terraform_data.web[1]`, `terraform_data.web[2]`)" in whole_text(call)
    assert f"runs/{applied['id']}|{applied['id']}>" in whole_text(call)
    assert "“bump the image” by `ana`, applied in `storefront-dev`" in whole_text(call)
    await stage.clicks("U0ANA", call, "run.approve")

    promoted = await stage.until(lambda one: "Promote to storefront-prod" in str(one["blocks"]) and key_of(one).endswith("/end/"))
    run = (await stage.terraform("GET", f"runs/{key_of(promoted).split('/')[0]}")).json()["data"]
    assert (run["attributes"]["status"], version_of(run)) == ("applied", version_of(applied))
    assert run["attributes"]["message"].startswith("bump the image (from storefront-dev) — asked for by kim")


async def test_the_form_promotes_between_any_two_and_a_source_that_never_applied_is_refused(chained: Stage) -> None:
    stage = chained
    await stage.types("U0ANA", "/tf promote storefront-staging")
    await form_of(stage)
    known = await stage.person("POST", "options", json_body={"as": "U0ANA", "surface": "modal", "action_id": TO, "value": "front-p"})
    assert [one["value"] for one in known["options"]] == ["acme/storefront-prod"]
    values = {TO: {TO: "acme/storefront-prod"}, "message": {"message": "by the form"}}
    await stage.person("POST", "fill", json_body={"as": "U0ANA", "surface": "modal", "values": values})
    answer = await stage.person("POST", "submit", json_body={"as": "U0ANA"})
    assert answer["ok"], answer
    call = await stage.expects("by the form", action="run.discard")
    assert "applied in `storefront-staging`" in whole_text(call)
    await stage.clicks("U0ANA", call, "run.discard")

    await stage.types("U0ANA", "/tf promote billing storefront-dev")
    await stage.expects("has never applied a configuration")


async def test_a_failed_run_is_tried_again_by_its_button(chained: Stage) -> None:
    stage = chained
    await stage.types("U0ANA", "/tf run billing --target terraform_data.invoices")
    failed = await stage.until_run("billing", "errored")
    answer = await stage.clicks("U0ANA", await end_of(stage, "billing", "retry.run"), "retry.run")
    assert answer["ok"], answer
    card = await stage.until(lambda one: "Tries" in whole_text(one) and bool(key_of(one)))
    again = (await stage.terraform("GET", f"runs/{key_of(card).split('/')[0]}")).json()["data"]
    assert again["id"] != failed["id"]
    assert version_of(again) == version_of(failed)
    assert (again["attributes"]["target-addrs"], again["attributes"]["auto-apply"]) == (["terraform_data.invoices"], False)
    assert f"(retry of {failed['id']})" in again["attributes"]["message"]
