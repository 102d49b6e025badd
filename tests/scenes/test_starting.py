"""A run with all that may be said of it, by typing and by the form, over the real wires and with real terraform.

A canary is what a variable is set to: it reaches the server and the plan, and nothing that is ours.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenes.spills import Tapped, spilled
from tests.scenes.stage import Stage, key_of, whole_text

pytestmark = pytest.mark.terraform
CANARY = "hunter2-canary-9f3c"
WORKSPACE, KIND, MORE = "workspace.start", "start.kind", "start.more"


async def on_form(stage: Stage, path: str, **body: Any) -> dict[str, Any]:
    return await stage.person("POST", path, json_body={"as": "U0ANA", "surface": "modal", **body})


async def chooses(stage: Stage, action_id: str, value: object) -> None:
    answer = await on_form(stage, "click", action_id=action_id, value=value)
    assert answer["ok"], answer


async def fields(stage: Stage, *wanted: str) -> list[str]:
    """The labels of the form, as soon as it has the ones that are wanted."""
    found: list[str] = []
    for _ in range(50):
        view = (await stage.person("GET", "view", **{"as": "U0ANA"}))["view"]
        found = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"] if view else []
        if set(wanted) <= set(found):
            break
    return found


async def test_a_run_with_variables_and_a_target_plans_just_that_and_no_value_is_kept(tapped: Tapped) -> None:
    stage, _ = tapped
    typed = f"/tf run storefront-dev try it --plan-only --target terraform_data.database --var database_size={CANARY} --debug"
    assert (await stage.types("U0ANA", typed))["ok"]
    card = await stage.expects("Limited to `terraform_data.database`")
    assert "Sets `database_size` for this run alone" in whole_text(card)
    run_id = key_of(card).split("/")[0]
    done = await stage.until(lambda one: one["ts"] == card["ts"] and "Plan finished" in whole_text(one))
    facts = (await stage.terraform("GET", f"runs/{run_id}")).json()["data"]["attributes"]
    assert (facts["status"], facts["plan-only"], facts["target-addrs"]) == ("planned_and_finished", True, ["terraform_data.database"])
    assert facts["variables"] == [{"key": "database_size", "value": f'"{CANARY}"'}]
    assert "2 to add" in whole_text(done), "the database, and the network that it needs"
    refused = f"/tf run storefront-dev again --var database_size --var x={CANARY}"
    await stage.types("U0ANA", refused)
    await stage.expects("Variable 1 is not written as a name")
    assert await spilled(tapped, CANARY) == []


async def test_the_form_starts_what_was_filled_into_it(tapped: Tapped) -> None:
    stage, _ = tapped
    await stage.types("U0ANA", "/tf run")
    assert await fields(stage, "Workspace") == ["Workspace", "What for", "Message", "Report in", "More", "Options"]
    offered = await on_form(stage, "options", action_id=WORKSPACE, value="front-st")
    assert [one["value"] for one in offered["options"]] == ["acme/storefront-staging"]
    await on_form(stage, "fill", values={WORKSPACE: {WORKSPACE: "acme/storefront-staging"}, "message": {"message": "by the form"}})
    await chooses(stage, MORE, ["variables"])
    assert "Variables" in await fields(stage, "Variables")
    wrong = await on_form(stage, "submit", values={"variables": {"variables": "database_size"}})
    assert list(wrong["errors"]) == ["variables"]
    await on_form(stage, "submit", values={"variables": {"variables": f"database_size={CANARY}"}})
    await stage.expects("Sets `database_size` for this run alone")
    await stage.expects("Started a run of `storefront-staging`")
    [run] = await stage.runs_of("storefront-staging")
    assert run["attributes"]["message"].startswith("by the form — asked for by ana (U0ANA) in #deploys")
    assert await spilled(tapped, CANARY) == []


async def test_a_value_that_terraform_complains_of_is_not_repeated(tapped: Tapped) -> None:
    stage, _ = tapped
    await stage.fault("terraform", "POST /api/v2/runs", "refused", times=1, status=422, error=f'Value "{CANARY}" of a variable is invalid')
    await stage.types("U0ANA", f"/tf run storefront-prod --var database_size={CANARY}")
    await stage.expects("of a variable is invalid")
    await stage.types("U0ANA", f"/tf run storefront-prod --var environment={CANARY}")
    failed = await stage.expects("Invalid value for variable")
    assert "variables.tf" in whole_text(failed)
    assert await spilled(tapped, CANARY) == []
