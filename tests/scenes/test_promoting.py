"""What was applied in one stage goes to the next, and what has failed is tried again: over the real wires, with real terraform."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.demos import RULES
from tests.requirements import demand_terraform
from tests.scenes.forms import approves_in_a_form, discards, run_with, sent_version, version_of, version_status
from tests.scenes.sights import modal
from tests.scenes.stage import Message, Stage, key_of, open_stage, whole_text
from tests.services.archives import tar_of

pytestmark = pytest.mark.terraform
CHAIN = '\n[[chains]]\nname = "storefront"\nstages = ["storefront-dev", "storefront-staging", "storefront-prod"]\n'
TO = "workspace.start"
CLICKERS = ("U0KIM", "U0KIM", "U0ANA")


@pytest.fixture(scope="module")
async def chained(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    demand_terraform()
    async with open_stage(tmp_path_factory.mktemp("chained"), rules=RULES + CHAIN) as stage:
        await stage.start_bot()
        await stage.person("POST", "clock", json_body={"speed": 20})  # a channel takes a message a second
        yield stage


async def with_three_servers(stage: Stage, workspace: str) -> None:
    """Somebody has run it in Terraform itself, with two servers more than its configuration says; what is applied waits for nothing."""
    identity = (await stage.workspace(workspace))["id"]
    facts = {"message": "more servers", "auto-apply": True, "variables": [{"key": "replicas", "value": "3"}]}
    relations = {"workspace": {"data": {"type": "workspaces", "id": identity}}}
    answer = await stage.terraform("POST", "runs", body={"data": {"type": "runs", "attributes": facts, "relationships": relations}})
    assert answer.status_code == httpx.codes.CREATED, answer.text


async def end_of(stage: Stage, workspace: str, action: str) -> Message:
    """What tells how a run ended: a message of its own, or the card where the run was over before we first saw it."""
    return await stage.until(lambda one: bool(key_of(one)) and f"`{workspace}`" in whole_text(one) and action in str(one["blocks"]))


async def test_a_configuration_passes_the_chain_by_its_buttons_and_the_call_says_what_is_destroyed_besides(chained: Stage) -> None:
    stage = chained
    await with_three_servers(stage, "storefront-staging")
    await stage.types("U0ANA", "/tf run storefront-dev bump the image")
    await stage.clicks("U0ANA", await stage.expects("Decision needed", action="run.approve"), "run.approve")
    applied = await stage.until_run("storefront-dev", "applied")
    await stage.until_run("storefront-staging", "applied")

    end = await end_of(stage, "storefront-dev", "Promote to storefront-staging")
    assert "storefront-prod" not in str(end["blocks"]), "only the next stage is offered"
    answers = await asyncio.gather(*(stage.clicks(person, end, "promote.next") for person in CLICKERS))
    assert all(answer["ok"] for answer in answers), answers
    call = await stage.expects("Promotes", action="run.approve")
    assert "`storefront-staging`" in whole_text(call)
    assert "also destroys 2* (`terraform_data.web[1]`, `terraform_data.web[2]`)" in whole_text(call)
    assert f"runs/{applied['id']}|{applied['id']}>" in whole_text(call)
    assert "“bump the image” by `ana`, applied in `storefront-dev`" in whole_text(call)
    await approves_in_a_form(stage, "U0ANA", call)

    promoted = await stage.until(lambda one: "Promote to storefront-prod" in str(one["blocks"]) and key_of(one).endswith("/end/"))
    run = (await stage.terraform("GET", f"runs/{key_of(promoted).split('/')[0]}")).json()["data"]
    assert (run["attributes"]["status"], version_of(run)) == ("applied", version_of(applied))
    assert run["attributes"]["message"].startswith("asked for by ")
    assert run["attributes"]["message"].endswith(": “bump the image (from storefront-dev)”")
    told = [whole_text(one) for person in set(CLICKERS) for one in await stage.sees(person) if one["ephemeral"]]
    assert (
        len([text for text in told if "has asked for this already: " in text and "Nothing more was started." in text]) == len(CLICKERS) - 1
    )
    made = [one["attributes"]["message"] for one in await stage.runs_of("storefront-staging")]
    assert len([message for message in made if "(from storefront-dev)" in message]) == 1


async def test_the_form_promotes_between_any_two_and_a_source_that_never_applied_is_refused(chained: Stage) -> None:
    stage = chained
    await stage.types("U0ANA", "/tf promote storefront-staging")
    await modal(stage, lambda text: "acme/storefront-staging" in text)
    known = await stage.person("POST", "options", json_body={"as": "U0ANA", "surface": "modal", "action_id": TO, "value": "front-p"})
    assert [one["value"] for one in known["options"]] == ["acme/storefront-prod"]
    values = {TO: {TO: "acme/storefront-prod"}, "message": {"message": "by the form"}}
    await stage.person("POST", "fill", json_body={"as": "U0ANA", "surface": "modal", "values": values})
    answer = await stage.person("POST", "submit", json_body={"as": "U0ANA"})
    assert answer["ok"], answer
    call = await stage.expects("by the form", action="run.discard")
    assert "applied in `storefront-staging`" in whole_text(call)
    await discards(stage, "U0ANA", call, "staging first")

    await stage.types("U0ANA", "/tf promote billing storefront-dev")
    await stage.expects("has never applied a configuration")


async def test_a_failed_run_is_tried_again_by_its_button(chained: Stage) -> None:
    stage = chained
    await stage.types("U0ANA", "/tf run billing --target terraform_data.invoices")
    failed = await stage.until_run("billing", "errored")
    end = await end_of(stage, "billing", "retry.run")
    answers = await asyncio.gather(*(stage.clicks(person, end, "retry.run") for person in ("U0ANA", "U0ANA")))
    assert all(answer["ok"] for answer in answers), answers
    card = await stage.until(lambda one: "Tries" in whole_text(one) and bool(key_of(one)))
    again = (await stage.terraform("GET", f"runs/{key_of(card).split('/')[0]}")).json()["data"]
    assert again["id"] != failed["id"]
    assert version_of(again) == version_of(failed)
    assert (again["attributes"]["target-addrs"], again["attributes"]["auto-apply"]) == (["terraform_data.invoices"], False)
    assert f"(retry of {failed['id']})" in again["attributes"]["message"]
    assert len(await stage.runs_of("billing")) == 2, "however often it is clicked"


FIRST, SECOND = ({"main.tf": f'resource "terraform_data" "it" {{ input = {number} }}\n'.encode()} for number in (1, 2))


async def applied_with(stage: Stage, workspace: str, version: str) -> None:
    identity = (await stage.workspace(workspace))["id"]
    relations = {
        "workspace": {"data": {"type": "workspaces", "id": identity}},
        "configuration-version": {"data": {"type": "configuration-versions", "id": version}},
    }
    body = {"data": {"type": "runs", "attributes": {"auto-apply": True}, "relationships": relations}}
    run = (await stage.terraform("POST", "runs", body=body)).json()["data"]
    async with asyncio.timeout(40):
        while (await stage.terraform("GET", f"runs/{run['id']}")).json()["data"]["attributes"]["status"] != "applied":
            await asyncio.sleep(0.1)


async def test_what_was_archived_or_is_only_for_plans_is_not_promoted_and_a_commit_is_told(chained: Stage) -> None:
    stage = chained
    pushed = await stage.start_outside("docs-site")  # it has come from a repository, and is applied by itself
    first = await sent_version(stage, "dns", tar_of(FIRST))
    await applied_with(stage, "dns", first)
    await sent_version(stage, "dns", tar_of(SECOND))
    speculative = await sent_version(stage, "dns", tar_of(SECOND), speculative=True)
    assert (await stage.terraform("POST", f"configuration-versions/{first}/actions/archive")).status_code == httpx.codes.ACCEPTED
    assert await version_status(stage, first) == "archived"

    await stage.types("U0ANA", "/tf promote dns search-index", "C0INFRA")
    await stage.expects(f"No run can use {first}: it was archived, and its files are gone.", channel="C0INFRA")
    await stage.types("U0ANA", f"/tf run dns only looking --version {speculative}", "C0INFRA")
    await stage.expects(f"No run can use {speculative}: it is speculative, so it is good for plan-only runs alone.", channel="C0INFRA")
    await stage.types("U0ANA", f"/tf run dns only looking --version {speculative} --plan-only", "C0INFRA")
    assert version_of(await run_with(stage, "only looking", "planned_and_finished", channel="C0INFRA")) == speculative

    async with asyncio.timeout(40):
        while (await stage.terraform("GET", f"runs/{pushed}")).json()["data"]["attributes"]["status"] != "applied":
            await asyncio.sleep(0.1)
    await stage.types("U0ANA", "/tf promote docs-site dns", "C0INFRA")
    call = await stage.until(lambda one: "Promotes" in whole_text(one) and bool(key_of(one)), channel="C0INFRA")
    told = r"Promotes <https://[^|>]+\|[0-9a-f]{8}> “Correct the opening hours” by `kim`, applied in `docs-site` · "
    assert re.search(told, whole_text(call))
    await stage.types("U0ANA", f"/tf discard {key_of(call).split('/')[0]}", "C0INFRA")
