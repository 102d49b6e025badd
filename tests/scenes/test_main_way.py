"""From a typed command to an applied change, and the other ends that a run can come to: over the real wires, with real terraform."""

from __future__ import annotations

import asyncio

import pytest

from tests.scenes.forms import discards
from tests.scenes.stage import Message, Stage, buttons, has, key_of, whole_text

pytestmark = pytest.mark.terraform

DECIDING = {"run.approve", "run.discard", "run.cancel"}


async def message_about(stage: Stage, text: str, workspace: str, action: str = "") -> Message:
    """Return the newest message about one workspace. On a shared stage, others have runs at the same time."""
    return await stage.until(lambda one: text in whole_text(one) and workspace in whole_text(one) and (not action or has(one, action)))


async def test_a_run_goes_from_a_typed_command_to_an_applied_change(stage: Stage) -> None:
    answer = await stage.types("U0ANA", "/tf run storefront-dev bump the image")
    assert answer["ok"], answer

    call = await stage.expects("Decision needed", action="run.approve")
    assert "add" in whole_text(call)
    await stage.clicks("U0ANA", call, "run.approve")

    run = await stage.until_run("storefront-dev", "applied")
    end = await stage.expects("Applied")
    card = (await stage.of_the_bot())[0]
    assert "<@U0ANA>" in whole_text(end)
    done = await stage.until(lambda one: one["ts"] == card["ts"] and "Applied" in whole_text(one))
    assert not DECIDING & set(buttons(done))
    assert run["attributes"]["auto-apply"] is False
    [comment] = (await stage.terraform("GET", f"runs/{run['id']}/comments")).json()["data"]
    assert "ana (U0ANA)" in comment["attributes"]["body"]
    assert "#deploys" in comment["attributes"]["body"]


async def test_a_run_is_discarded_with_a_reason(stage: Stage) -> None:
    await stage.types("U0ANA", "/tf run storefront-staging try it")
    await stage.expects("Decision needed", action="run.discard")

    await stage.types("U0ANA", "/tf discard storefront-staging not before the sale")
    await stage.confirms("U0ANA")

    await stage.until_run("storefront-staging", "discarded")
    end = await stage.until(lambda one: key_of(one).endswith("/end/"))
    assert "<@U0ANA>" in whole_text(end)
    assert ": `not before the sale`" in whole_text(end)


async def test_a_run_is_discarded_by_its_button_and_the_reason_is_told_to_all(stage: Stage) -> None:
    await stage.types("U0ANA", "/tf run storefront-staging try it again")
    call = await stage.until(lambda one: has(one, "run.discard") and "try it again" in whole_text(one))

    await discards(stage, "U0KIM", call, "not <before> the *sale*")

    run = await stage.until_run("storefront-staging", "discarded")
    end = await stage.until(lambda one: key_of(one).endswith("/end/") and run["id"] in key_of(one))
    assert "<@U0KIM>" in whole_text(end)
    assert ": `not &lt;before&gt; the *sale*`" in whole_text(end)
    card = await stage.until(lambda one: "/card/" in key_of(one) and run["id"] in key_of(one) and "Discarded" in whole_text(one))
    assert "sale" in whole_text(card)
    [comment] = (await stage.terraform("GET", f"runs/{run['id']}/comments")).json()["data"]
    assert comment["attributes"]["body"].startswith("discarded by kim (U0KIM) in ")
    assert comment["attributes"]["body"].endswith(": “not <before> the *sale*”")


async def test_a_run_is_canceled_while_it_plans(shared: Stage) -> None:
    await shared.types("U0ANA", "/tf run catalog-import")
    card = await message_about(shared, "lanning", "catalog-import", "run.cancel")

    await shared.clicks("U0KIM", card, "run.cancel")

    await shared.until_run("catalog-import", "canceled")
    await message_about(shared, "Canceled", "catalog-import")


async def test_of_two_people_who_click_at_once_one_applies_and_the_other_hears_who(stage: Stage) -> None:
    await stage.types("U0ANA", "/tf run storefront-dev race")
    call = await stage.expects("Decision needed", action="run.approve")

    await both(stage, call)

    await stage.until_run("storefront-dev", "applied")
    assert len(await stage.calls("/actions/apply")) == 1
    refusals = [await refused(stage, person) for person in ("U0ANA", "U0KIM")]
    assert sum(refusals) == 1


async def both(stage: Stage, call: dict[str, object]) -> None:
    await asyncio.gather(stage.clicks("U0ANA", call, "run.approve"), stage.clicks("U0KIM", call, "run.approve"))


async def refused(stage: Stage, person: str) -> bool:
    return any(message["ephemeral"] and "already" in whole_text(message) for message in await stage.sees(person))


async def test_the_bot_restarted_between_call_and_click_decides_all_the_same(stage: Stage) -> None:
    await stage.types("U0ANA", "/tf run storefront-dev before the restart")
    call = await stage.expects("Decision needed", action="run.approve")
    await stage.stop_bot()
    await stage.start_bot()

    await stage.clicks("U0ANA", call, "run.approve")

    await stage.until_run("storefront-dev", "applied")
    await stage.until(lambda one: "Applied" in whole_text(one) and key_of(one).endswith("/end/"))
    assert len(await stage.of_the_bot()) == 3


async def test_a_run_started_outside_of_slack_reaches_the_channel_that_watches(stage: Stage) -> None:
    await stage.types("U0KIM", "/tf watch storefront-*")
    await stage.expects("3 workspaces", person="U0KIM")

    await stage.start_outside("storefront-prod", "Approved by nobody <!channel>")
    card = await stage.expects("Decision needed", action="run.approve")
    await stage.clicks("U0ANA", card, "run.approve")

    await stage.until_run("storefront-prod", "applied")
    await stage.expects("Applied")
    assert not any(message.get("broadcasts") for message in await stage.sees("U0ANA"))


async def test_an_apply_that_fails_is_said_to_have_failed(shared: Stage) -> None:
    await shared.types("U0ANA", "/tf run search-index reindex")
    call = await message_about(shared, "Decision needed", "search-index", "run.approve")

    await shared.clicks("U0ANA", call, "run.approve")

    await shared.until_run("search-index", "errored")
    end = await message_about(shared, "provisioner error", "search-index")
    assert "main.tf:10" in whole_text(end)
    assert not DECIDING & set(buttons(end))


async def test_a_plan_that_fails_is_said_to_have_failed(shared: Stage) -> None:
    await shared.types("U0ANA", "/tf run billing")

    await shared.until_run("billing", "errored")
    assert "set the variable rates" in whole_text(await message_about(shared, "Resource precondition failed", "billing"))


async def test_an_auto_applying_workspace_waits_for_a_person_when_we_start_the_run(shared: Stage) -> None:
    await shared.types("U0ANA", "/tf run docs-site publish")

    await message_about(shared, "Decision needed", "docs-site", "run.approve")

    [run] = [one for one in await shared.runs_of("docs-site") if one["attributes"]["message"].endswith(": “publish”")]
    assert run["attributes"]["status"] == "planned"
