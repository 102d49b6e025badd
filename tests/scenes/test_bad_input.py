"""What people type and may not do, answered in words, over the real wires."""

from __future__ import annotations

import httpx
import pytest

from tests.scenes.forms import run_with, upload
from tests.scenes.sights import modal
from tests.scenes.stage import Stage, buttons, whole_text

pytestmark = pytest.mark.terraform


@pytest.mark.parametrize(
    "typed, answer",
    [
        ("/tf", "What would you like?"),
        ("/tf help", "More about one"),
        ("/tf wokspaces", "workspaces"),
        ("/tf run storefrnt-dev", "storefront-dev"),
        ("/tf run storefront-dev --destory", "--destory"),
        ("/tf show run-0000000000000000", "run-0000000000000000"),
        ("/tf approve dns", "no current run"),
        ("/tf watch “nothere”", "nothere"),
        ("/tf unwatch dns", "dns"),
        ("/tf watch dns --measure loudly", "loudly"),
        ("/tf run dns --var region", "Variable 1 is not written as a name, = and a value"),
        ("/tf run dns --var region=", "The variable region has no value"),
        (
            '/tf run dns --var "zones=[\\"a\\""',
            "The value of the variable zones begins as a quoted text, a list or a map does, and is none",
        ),
        ("/tf run dns --var a=1 --var a=2", "The variable a is given twice"),
        ("/tf run dns --plan-only --auto-apply", "A plan-only run can never be applied, so auto-apply does not go with it"),
        ("/tf run dns --plan-only --save-plan", "A plan-only run can never be applied, so there is nothing to save its plan for"),
        ("/tf run dns --save-plan --auto-apply", "A saved plan waits until somebody confirms it"),
        ("/tf run dns --destroy --refresh-only", "choose destroy or refresh-only"),
        ("/tf run dns --destroy --replace a.b", "so replace does not go with destroy"),
        ("/tf run dns --refresh-only --replace a.b", "so replace does not go with refresh-only"),
        ("/tf run dns --target !", "“!” is no address of a resource or a module"),
        ("/tf run dns --replace module.a", "“module.a” is no address of a resource that can be made anew"),
        ("/tf run dns -destroy", "Options begin with two dashes"),
        ("/tf run dns --version", "--version needs a value"),
        ("/tf run dns --version cv-nowhere", "cv-nowhere"),
        ("/tf run dns --version 0123456789abcdef", "0123456789abcdef"),
        ("/tf promote dns dns", "both are acme/dns"),
    ],
)
async def test_what_cannot_be_done_is_said_in_words_to_the_person_alone(shared: Stage, typed: str, answer: str) -> None:
    assert (await shared.types("U0ANA", typed, "C0INFRA"))["ok"]

    said = await shared.expects(answer, channel="C0INFRA")

    assert said["ephemeral"]


async def changes(stage: Stage, workspace: str, **attributes: object) -> None:
    """Somebody has changed the workspace's settings in Terraform."""
    body = {"data": {"type": "workspaces", "attributes": {name.replace("_", "-"): value for name, value in attributes.items()}}}
    answer = await stage.terraform("PATCH", f"workspaces/{(await stage.workspace(workspace))['id']}", body=body)
    assert answer.status_code == httpx.codes.OK, answer.text


async def sent(stage: Stage) -> dict[str, int]:
    """How often the server was asked for a run or a configuration version."""
    counts: dict[str, int] = (await stage.control("GET", "requests"))["counts"]
    return {
        call: times for call, times in counts.items() if call.startswith("POST") and call.endswith(("/runs", "/configuration-versions"))
    }


async def test_what_the_workspace_would_refuse_is_said_and_nothing_is_sent(shared: Stage) -> None:
    empty = {"data": {"type": "workspaces", "attributes": {"name": "empty-one"}}}
    assert (await shared.terraform("POST", "organizations/acme/workspaces", body=empty)).status_code == httpx.codes.CREATED
    await changes(shared, "docs-site", allow_destroy_plan=False)
    await changes(shared, "search-index", execution_mode="local")
    await changes(shared, "billing", terraform_version="0.14.11")
    before = await sent(shared)
    for typed, answer in (
        ("run docs-site --destroy", "acme/docs-site does not allow destroy plans. An admin can change this"),
        ("run search-index", "acme/search-index runs Terraform on people's own machines (execution mode “local”)"),
        ("run empty-one", "acme/empty-one has no configuration yet, so there is nothing to run. Upload one"),
        ("run billing --refresh-only", "acme/billing runs Terraform 0.14.11, and refresh-only needs 0.15.4 or newer"),
        ("run billing --replace terraform_data.a", "and replace needs 0.15.2 or newer"),
    ):
        await shared.types("U0ANA", f"/tf {typed}", "C0INFRA")
        assert (await shared.expects(answer, channel="C0INFRA"))["ephemeral"]
    for workspace, answer in (
        ("payments", "payments takes its configuration from acme/payments"),
        ("search-index", "execution mode “local”"),
    ):
        await upload(shared, workspace, {"main.tf": b'output "a" { value = 1 }'}, "C0INFRA")
        await shared.expects(answer, channel="D0ANA")  # nothing was started in the channel, so we are not in it
    assert await sent(shared) == before


async def test_what_the_token_may_not_start_is_said_and_nothing_is_sent(shared: Stage) -> None:
    issued = (await shared.control("POST", "tokens", json_body={"access": "plan"}))["token"]
    before = await sent(shared)
    await shared.stop_bot()
    usual, shared.settings["TFE_TOKEN"] = shared.card["terraform"]["token"], issued
    await shared.start_bot()
    await shared.types("U0ANA", "/tf run storefront-dev --destroy", "C0INFRA")
    await shared.expects("The Terraform token I use may not start destroy runs of acme/storefront-dev.", channel="C0INFRA")
    assert await sent(shared) == before
    await shared.stop_bot()
    shared.settings["TFE_TOKEN"] = usual
    await shared.start_bot()


async def test_a_lock_is_said_and_the_run_waits_for_its_end(shared: Stage) -> None:
    identity = (await shared.workspace("dns"))["id"]
    await shared.terraform("POST", f"workspaces/{identity}/actions/lock", body={"reason": "moving house"})
    await shared.types("U0ANA", "/tf run dns behind a lock", "C0INFRA")
    said = await shared.expects(
        "acme/dns is locked, so the run waits until it is unlocked. ana holds the lock: moving house.", channel="C0INFRA"
    )
    assert said["ephemeral"]
    run = await run_with(shared, "behind a lock", "pending", channel="C0INFRA")
    await shared.terraform("POST", f"workspaces/{identity}/actions/unlock")
    await run_with(shared, "behind a lock", "planned_and_finished", channel="C0INFRA")
    assert run["attributes"]["status"] == "pending"


async def test_a_plan_that_cannot_be_read_leaves_its_counts_and_says_why(shared: Stage) -> None:
    await shared.types("U0ANA", "/tf run docs-site half a plan", "C0INFRA")
    call = await shared.expects("Decision needed", action="run.review", channel="C0INFRA")
    await shared.fault("terraform", "GET /v1/object/*", "cut")
    await shared.clicks("U0ANA", call, "run.review")
    await modal(shared, lambda text: "+2 to add" in text and "JSON of this plan is of a kind that I do not know" in text)
    await shared.control("DELETE", "faults")
    await shared.types("U0ANA", "/tf discard docs-site", "C0INFRA")
    await shared.confirms("U0ANA", "C0INFRA")


async def test_a_guest_may_nothing(shared: Stage) -> None:
    for typed in ("/tf run storefront-dev", "/tf workspaces", "/tf watch dns", "/tf watches"):
        await shared.types("U0GUS", typed)
        said = await shared.until(lambda one: bool(one["ephemeral"]), person="U0GUS")
        assert "guest" in whole_text(said).lower()

    assert await shared.current_run("storefront-dev") is None


async def test_who_may_not_start_hears_who_may(shared: Stage) -> None:
    await shared.types("U0RAJ", "/tf run storefront-prod")

    said = await shared.expects("S0PLATFORM", person="U0RAJ")

    assert "runbell.toml" in whole_text(said)
    assert await shared.current_run("storefront-prod") is None


async def test_nothing_is_started_in_a_private_channel_that_we_are_not_in(shared: Stage) -> None:
    await shared.types("U0ANA", "/tf run storefront-staging", "C0SECRET")

    said = await shared.expects("invite", channel="C0SECRET")

    assert said["ephemeral"]
    assert await shared.current_run("storefront-staging") is None


async def test_a_hostile_message_reaches_nobody_and_passes_for_nothing(stage: Stage) -> None:
    hostile = "<!channel> @here `code` ```fence``` \u202edesrever\u202c \x07 *Approved* by <@U0KIM> " + "long " * 1000
    await stage.start_outside("storefront-dev", hostile)
    await stage.types("U0ANA", "/tf watch storefront-dev --measure all")

    card = await stage.expects("Decision needed", action="run.approve")
    await stage.types("U0ANA", "/tf runs storefront-dev")
    await stage.until(lambda one: one["ephemeral"] and "storefront-dev" in whole_text(one))

    assert set(buttons(card)) == {"run.approve", "run.discard"}
    for message in await stage.sees("U0ANA"):
        assert not message.get("broadcasts")
        assert "U0KIM" not in message.get("mentions", [])
        assert "\u202e" not in whole_text(message)
