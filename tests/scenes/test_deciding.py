"""Failed checks, runs that do not end, comments and locks over the real wires, on one stage."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bot.demos import RULES
from tests.scenes.stage import PATIENCE, Stage, buttons, has, key_of, open_stage, whole_text

WHY = "the tag comes with the next release"


async def submits(stage: Stage, person: str, reason: str) -> dict[str, Any]:
    """Once the modal stands before them."""
    async with asyncio.timeout(PATIENCE):
        while (await stage.person("GET", "view", **{"as": person}))["view"] is None:
            await asyncio.sleep(0.05)
    return await stage.person("POST", "submit", json_body={"as": person, "values": {"reason": {"reason": reason}}})


async def overrides(stage: Stage, workspace: str) -> None:
    """People are called to the check, one of them says why it shall go on, and the run waits to be approved as any other."""
    await stage.types("U0ANA", f"/tf run {workspace} without a tag")
    call = await stage.until(lambda one: "/call/override:" in key_of(one) and has(one, "run.override") and "failed (" in whole_text(one))
    assert buttons(call)[:2] == ["run.override", "run.discard"]
    await asyncio.gather(*(stage.clicks(person, call, "run.override") for person in ("U0ANA", "U0ANA")))
    assert (await submits(stage, "U0ANA", " "))["errors"] == {"reason": "Please give a reason."}
    await submits(stage, "U0ANA", WHY)

    asked = await stage.until(lambda one: "/call/confirm" in key_of(one) and has(one, "run.approve") and workspace in whole_text(one))
    assert not has(asked, "run.override")
    await stage.until(
        lambda one: key_of(one) == key_of(call) and "Overridden by <@U0ANA>" in whole_text(one) and not has(one, "run.override")
    )
    assert await stage.calls("/actions/apply") == []
    await stage.clicks("U0ANA", asked, "run.approve")
    run = await stage.until_run(workspace, "applied")
    said = (await stage.terraform("GET", f"runs/{run['id']}/comments")).json()["data"]
    assert [one["attributes"]["body"].partition(" (")[0] for one in said] == [f"{WHY} — overridden by ana", "applied by ana"]


async def is_killed(stage: Stage, workspace: str) -> None:
    """A run that a cancel does not end: the card says from when on it can be killed, and then how."""
    await stage.types("U0ANA", f"/tf run {workspace} for ever")
    card = await stage.until(lambda one: "/card/" in key_of(one) and workspace in whole_text(one) and "Planning" in whole_text(one))
    await stage.clicks("U0ANA", card, "run.cancel")
    counting = await stage.expects("an admin can cancel it by force from")
    assert not has(counting, "run.force_cancel")
    await stage.control("POST", "clock", json_body={"advance": 11})
    ready = await stage.until(lambda one: key_of(one) == key_of(card) and has(one, "run.force_cancel"))
    await stage.clicks("U0KIM", ready, "run.force_cancel")
    await stage.expects("You may not do what takes an admin in", person="U0KIM")
    await stage.clicks("U0ANA", ready, "run.force_cancel")
    await stage.until_run(workspace, "canceled")
    assert len(await stage.calls("/actions/force-cancel")) == 1


async def is_locked_and_let_go(stage: Stage, workspace: str) -> None:
    await stage.types("U0KIM", f"/tf lock {workspace} moving its state")
    await stage.expects(f"locked acme/{workspace}, so new runs wait there: moving its state")
    held = (await stage.workspace(workspace))["attributes"]
    assert held["locked"] is True
    await stage.types("U0ANA", f"/tf lock {workspace}")
    await stage.expects("It was locked from Slack: moving its state — asked for by kim (U0KIM) in #deploys")
    await stage.types("U0ANA", f"/tf unlock {workspace}")
    await stage.expects(f"unlocked acme/{workspace}.")

    identity = (await stage.workspace(workspace))["id"]
    await stage.terraform("POST", f"workspaces/{identity}/actions/lock", body={"reason": "by hand"}, token="token")
    await stage.types("U0ANA", f"/tf unlock {workspace}")
    await stage.expects("Whoever holds it unlocks it in Terraform")
    await stage.types("U0ANA", f"/tf force-unlock {workspace}")
    await stage.expects(f"broke the lock of acme/{workspace}")
    assert (await stage.workspace(workspace))["attributes"]["locked"] is False


async def is_commented(stage: Stage, workspace: str) -> None:
    run_id = await stage.start_outside(workspace)
    await stage.types("U0KIM", f"/tf comment {run_id} waits for the DNS change")
    await stage.expects("Your comment is on", person="U0KIM")
    [comment] = (await stage.terraform("GET", f"runs/{run_id}/comments")).json()["data"]
    assert comment["attributes"]["body"].startswith("waits for the DNS change — kim (U0KIM) in #deploys (ref rb-")


async def test_a_check_is_overridden_a_run_killed_a_workspace_locked_and_a_run_commented(tmp_path: Path) -> None:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "10", rules=RULES) as stage:
        stage.settings["TFE_TOKEN"] = stage.card["terraform"]["user_token"]
        await stage.control("POST", "stages/storefront-dev", json_body={"policy_check": "soft_failed", "seconds": 0.2})
        await stage.control("POST", "scripts/storefront-staging", json_body={"stubborn": True, "plan_seconds": 3000})
        await stage.start_bot()
        await asyncio.gather(
            overrides(stage, "storefront-dev"),
            is_killed(stage, "storefront-staging"),
            is_locked_and_let_go(stage, "search-index"),
            is_commented(stage, "dns"),
        )
