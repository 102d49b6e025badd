"""A run with all that may be said of it, by typing and by the form, over the real wires and with real terraform.

A canary is what a variable is set to: it reaches the server and the plan, and nothing that is ours.
"""

from __future__ import annotations

import pytest

from tests.scenes.forms import WORKSPACE, choose_workspace, chooses, on_form
from tests.scenes.sights import modal
from tests.scenes.spills import Tapped, spilled
from tests.scenes.stage import Stage, key_of, whole_text

pytestmark = pytest.mark.terraform
CANARY = "hunter2-canary-9f3c"
MORE = "start.more"
HOUR = 3600


async def fields(stage: Stage, wanted: str, person: str = "U0ANA") -> list[str]:
    """The labels of the form, as soon as it has the one that is wanted."""
    view = await modal(stage, lambda text: f'"{wanted}"' in text, person)
    return [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]


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
    assert run["attributes"]["message"].startswith("asked for by ana (U0ANA) in #deploys")
    assert run["attributes"]["message"].endswith(": “by the form”")
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


async def test_a_form_that_was_left_open_for_an_hour_is_judged_by_what_holds_when_it_is_sent(tapped: Tapped) -> None:
    """Meanwhile the bot was started anew, and somebody has lost a right."""
    stage, _ = tapped
    for person in ("U0ANA", "U0KIM"):
        await stage.types(person, "/tf run", "C0INFRA")
        await fields(stage, "Workspace", person)
        await choose_workspace(stage, "front-st", person)
        await on_form(stage, "fill", person, values={"message": {"message": f"an hour later, {person}"}})
    await stage.stop_bot()
    await stage.person("POST", "clock", json_body={"advance": HOUR + 60})
    await stage.start_bot()
    await stage.person("POST", "admin/group", json_body={"as": "U0ANA", "group": "S0PLATFORM", "users": ["U0ANA"]})
    for person in ("U0ANA", "U0KIM"):
        assert (await on_form(stage, "submit", person))["ok"]
        said = "Started a run of `storefront-staging`" if person == "U0ANA" else "You may not start runs of acme/storefront-staging"
        await stage.expects(said, person=person, channel="C0INFRA")
    card = await stage.expects("an hour later, U0ANA", channel="C0INFRA", with_key="/card/")
    assert "an hour later, U0KIM" not in str(await stage.of_the_bot("C0INFRA"))
    await stage.types("U0ANA", f"/tf cancel {key_of(card).split('/')[0]}", "C0INFRA")
    await stage.person("POST", "admin/group", json_body={"as": "U0ANA", "group": "S0PLATFORM", "users": ["U0ANA", "U0KIM"]})
