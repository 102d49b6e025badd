"""What goes wrong between us and the two outside worlds, over the real wires: exactly one apply, and everybody is told the truth."""

from __future__ import annotations

import asyncio

import pytest

from tests.scenes.stage import Stage, buttons, key_of, whole_text

pytestmark = pytest.mark.terraform
APPLY = "POST /api/v2/runs/*/actions/apply"


async def waiting(stage: Stage, workspace: str = "storefront-dev") -> dict[str, object]:
    await stage.types("U0ANA", f"/tf run {workspace} careful")
    return await stage.expects("Decision needed", action="run.approve")


async def test_an_apply_whose_answer_is_lost_is_found_out_and_not_sent_again(stage: Stage) -> None:
    call = await waiting(stage)
    await stage.fault("terraform", APPLY, "lost", times=1)

    await stage.clicks("U0ANA", call, "run.approve")

    await stage.until_run("storefront-dev", "applied")
    end = await stage.expects("Applied")
    assert "<@U0ANA>" in whole_text(end)
    assert len(await stage.calls("/actions/apply")) == 1


async def test_an_apply_that_the_server_refuses_leaves_the_buttons_and_says_so(stage: Stage) -> None:
    call = await waiting(stage)
    await stage.fault("terraform", APPLY, "refused", times=1)

    await stage.clicks("U0ANA", call, "run.approve")
    await stage.until(lambda one: one["ephemeral"] and "no longer" in whole_text(one))
    call = await stage.expects("did not go through", action="run.approve")
    await stage.clicks("U0ANA", call, "run.approve")

    await stage.until_run("storefront-dev", "applied")


async def test_a_stale_card_decides_nothing_and_says_what_the_run_is(stage: Stage) -> None:
    call = await waiting(stage)
    run = await stage.until_run("storefront-dev", "planned")
    await stage.stop_bot()
    await stage.terraform("POST", f"runs/{run['id']}/actions/discard", body={"comment": "by hand"})
    await stage.until_run("storefront-dev", "discarded")
    await stage.start_bot()

    await stage.clicks("U0ANA", call, "run.approve")

    await stage.until(lambda one: one["ephemeral"] and "discarded" in whole_text(one))
    assert await stage.calls("/actions/apply") == []


async def test_a_run_decided_elsewhere_loses_its_buttons_and_claims_no_name(stage: Stage) -> None:
    call = await waiting(stage)
    run = await stage.until_run("storefront-dev", "planned")

    await stage.terraform("POST", f"runs/{run['id']}/actions/apply", body={"comment": "by hand"})

    answered = await stage.until(lambda one: one["ts"] == call["ts"] and "Decided" in whole_text(one))
    assert buttons(answered) == []
    assert "outside of Slack" in whole_text(answered)


async def test_a_card_whose_answer_was_lost_is_not_posted_twice(stage: Stage) -> None:
    await stage.fault("slack", "chat.postMessage", "lost", times=1)

    await waiting(stage)

    cards = [one for one in await stage.of_the_bot() if key_of(one).endswith("/card/")]
    assert len(cards) == 1


async def test_a_call_comes_when_slack_is_back(stage: Stage) -> None:
    await stage.types("U0ANA", "/tf run storefront-dev careful")
    await stage.expects("storefront-dev", action="run.cancel")
    await stage.fault("slack", "chat.*", "down", times=6)

    call = await stage.expects("Decision needed", action="run.approve")

    assert len([one for one in await stage.of_the_bot() if one["ts"] == call["ts"]]) == 1


async def test_a_socket_that_is_cut_comes_back_by_itself(stage: Stage) -> None:
    await stage.person("POST", "sockets", json_body={})
    async with asyncio.timeout(20):
        while not (await stage.types("U0ANA", "/tf help"))["ok"]:
            await asyncio.sleep(0.2)

    await stage.expects("Terraform runs in Slack")


async def test_a_server_that_is_down_is_said_to_be_and_is_looked_at_again(stage: Stage) -> None:
    await stage.types("U0KIM", "/tf watch storefront-*")
    await stage.expects("3 workspaces", person="U0KIM")
    await stage.fault("terraform", "* /api/v2/*", "down", times=30)

    await stage.types("U0ANA", "/tf show storefront-dev")
    await stage.until(lambda one: one["ephemeral"] and "problem of its own" in whole_text(one))
    await stage.control("DELETE", "faults")
    await stage.start_outside("storefront-prod")

    await stage.expects("Decision needed", action="run.approve")


async def test_an_answer_that_is_cut_short_is_no_answer(stage: Stage) -> None:
    await stage.fault("terraform", "GET /api/v2/organizations/acme/workspaces/dns", "cut", times=20)

    await stage.types("U0ANA", "/tf show dns")

    await stage.until(lambda one: one["ephemeral"] and ("not what the Runs API gives" in whole_text(one) or "reached" in whole_text(one)))
