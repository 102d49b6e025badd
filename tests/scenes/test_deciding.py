"""Failed checks, runs that do not end, saved plans, retries, comments and locks over the real wires, on one stage."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bot.demos import RULES
from tests.scenes.sights import modal, posted
from tests.scenes.stage import PATIENCE, Message, Stage, buttons, has, is_confirming, key_of, open_stage, run_of, whole_text

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
    assert await stage.calls(f"{run_of(asked)}/actions/apply") == []
    await stage.clicks("U0ANA", asked, "run.approve")
    run = await stage.until_run(workspace, "applied")
    said = (await stage.terraform("GET", f"runs/{run['id']}/comments")).json()["data"]
    bodies = [one["attributes"]["body"] for one in said]
    assert [body.partition(" (")[0] for body in bodies] == ["overridden by ana", "applied by ana"]
    assert bodies[0].endswith(f": “{WHY}”")


async def asked_to_override(stage: Stage, workspace: str, text: str) -> Message:
    """The message with the button, once it was judged and says so."""
    return await stage.until(lambda one: has(one, "run.override") and workspace in whole_text(one) and text in whole_text(one))


async def passes_a_stage_and_is_discarded(stage: Stage, workspace: str) -> None:
    """What policies of the other kind have stopped is overridden as the task stage that it is; and the run is thrown away all the same."""
    await stage.types("U0KIM", f"/tf run {workspace} without an owner")
    call = await asked_to_override(stage, workspace, "failed (mandatory)")
    await stage.clicks("U0KIM", call, "run.override")
    await submits(stage, "U0KIM", WHY)
    asked = await stage.until(lambda one: "/call/confirm" in key_of(one) and has(one, "run.approve") and workspace in whole_text(one))
    assert len([one for one in await stage.calls("/actions/override") if "/task-stages/" in one["path"]]) == 1
    await stage.types("U0KIM", f"/tf discard {workspace} not before the sale")
    await stage.confirms("U0KIM")
    await stage.until(lambda one: key_of(one) == key_of(asked) and ": `not before the sale`" in whole_text(one))
    await stage.until_run(workspace, "discarded")


async def is_applied_by_its_override(stage: Stage, workspace: str) -> None:
    """The workspace applies by itself: the dialog says so, and a freeze holds the override as it would hold an apply."""
    await stage.types("U0ANA", f"/tf watch {workspace}")
    await stage.types("U0ANA", f"/tf freeze {workspace} hands off")
    await stage.expects(f"froze “{workspace}”: hands off")
    run_id = await stage.start_outside(workspace)
    call = await asked_to_override(stage, workspace, f"{workspace} is frozen")
    await stage.clicks("U0RAJ", call, "run.override")
    shown = await modal(stage, lambda text: "*Overriding it applies the run*: nobody is asked again." in text, "U0RAJ")
    assert shown["submit"]["text"] == "Override & apply"
    assert f"⏳ {workspace} is frozen, by @ana" in str(shown["blocks"])
    await submits(stage, "U0RAJ", WHY)
    await stage.expects("You may not", person="U0RAJ")
    await stage.types("U0ANA", f"/tf override {workspace} {WHY}")
    await stage.confirms("U0ANA")
    await stage.until(lambda one: one["ephemeral"] and not is_confirming(one) and f"{workspace} is frozen" in whole_text(one))
    assert [one for one in await stage.calls("/actions/override") if run_id in one["path"]] == []
    await stage.types("U0ANA", f"/tf unfreeze {workspace}")
    await stage.expects(f"ended the freeze of “{workspace}”.")
    await stage.types("U0ANA", f"/tf override {workspace} {WHY}")
    await stage.confirms("U0ANA")
    await stage.until_run(workspace, "applied")
    await stage.until(lambda one: run_of(one) == run_id and f"`{WHY}`" in whole_text(one))
    assert await stage.calls(f"{run_id}/actions/apply") == []


async def is_saved_and_confirmed(stage: Stage, workspace: str) -> None:
    await stage.types("U0ANA", f"/tf run {workspace} for tonight --save-plan")
    call = await stage.until(lambda one: has(one, "run.approve") and workspace in whole_text(one))
    assert "Saved plan: it can be applied as long as the state does not change" in whole_text(call)
    await stage.clicks("U0ANA", call, "run.approve")
    run = await stage.until_run(workspace, "applied")
    assert (run["id"], run["attributes"]["save-plan"]) == (run_of(call), True)


async def is_tried_again_with_debugging(stage: Stage, workspace: str) -> None:
    await stage.types("U0KIM", f"/tf run {workspace}")
    failed = await stage.until_run(workspace, "errored")
    await stage.types("U0KIM", f"/tf retry {workspace} --debug")
    card = await stage.until(lambda one: "Tries" in whole_text(one) and workspace in whole_text(one) and bool(key_of(one)))
    again = (await stage.terraform("GET", f"runs/{run_of(card)}")).json()["data"]
    versions = [one["relationships"]["configuration-version"]["data"]["id"] for one in (failed, again)]
    assert again["id"] != failed["id"]
    assert again["attributes"]["debugging-mode"] is True
    assert versions[0] == versions[1]


async def is_killed(stage: Stage, workspace: str) -> None:
    """A run that a cancel does not end: the card says from when on it can be killed, and then how."""
    await stage.types("U0ANA", f"/tf run {workspace} for ever")
    card = await stage.until(lambda one: "/card/" in key_of(one) and workspace in whole_text(one) and "Planning" in whole_text(one))
    assert "Planning... (0 %)" in await posted(stage, "log", workspace, card), "as far as it has come"
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
    await stage.expects("kim locked it from Slack, ")
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
    assert comment["attributes"]["body"].startswith("kim (U0KIM) in #deploys (ref rb-")
    assert comment["attributes"]["body"].endswith(": “waits for the DNS change”")


async def test_a_run_that_does_not_end_is_killed_once_the_server_allows_it(tmp_path: Path) -> None:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "4", rules=RULES) as stage:
        stage.settings["TFE_TOKEN"] = stage.card["terraform"]["user_token"]
        await stage.control("POST", "scripts/storefront-staging", json_body={"stubborn": True, "plan_seconds": 3000})
        await stage.start_bot()
        await is_killed(stage, "storefront-staging")


async def test_a_check_is_overridden_a_workspace_locked_and_a_run_commented(tmp_path: Path) -> None:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "10", rules=RULES) as stage:
        stage.settings["TFE_TOKEN"] = stage.card["terraform"]["user_token"]
        await stage.control("POST", "stages/storefront-dev", json_body={"policy_check": "soft_failed", "seconds": 0.2})
        await stage.start_bot()
        await asyncio.gather(
            overrides(stage, "storefront-dev"),
            is_locked_and_let_go(stage, "search-index"),
            is_commented(stage, "dns"),
        )


async def test_a_stage_and_an_apply_are_overridden_a_saved_plan_confirmed_and_a_failed_run_tried_again(tmp_path: Path) -> None:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "10", rules=RULES) as stage:
        stage.settings["TFE_TOKEN"] = stage.card["terraform"]["user_token"]
        await stage.control("POST", "stages/catalog-import", json_body={"policy_evaluation": "failed", "seconds": 0.2})
        await stage.control("POST", "scripts/catalog-import", json_body={"additions": 3, "plan_seconds": 1})
        await stage.control("POST", "stages/docs-site", json_body={"policy_check": "soft_failed", "seconds": 0.2})
        await stage.start_bot()
        await asyncio.gather(
            passes_a_stage_and_is_discarded(stage, "catalog-import"),
            is_applied_by_its_override(stage, "docs-site"),
            is_saved_and_confirmed(stage, "storefront-prod"),
            is_tried_again_with_debugging(stage, "billing"),
        )
