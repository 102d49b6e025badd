"""Four eyes over the real wires: whoever wrote a configuration approves no run of it, whoever has started that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenes.forms import discards, run_with, sent_version, upload, version_of
from tests.scenes.stage import Message, Stage, has, open_stage, run_of, whole_text
from tests.services.archives import tar_of

RULES = """\
[[rights]]
may = ["start", "decide"]
members = true

[[rules]]
name = "four eyes"
workspaces = ["storefront-dev"]
four_eyes = true
members = true
"""
TF = b'resource "terraform_data" "uploaded" {}\n'


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "10", rules=RULES) as stage:
        await stage.start_bot()
        yield stage


async def asked(stage: Stage, run_id: str) -> Message:
    return await stage.until(lambda one: has(one, "run.approve") and run_of(one) == run_id and "four eyes" in whole_text(one))


async def is_approved_by_another_alone(stage: Stage, version: str, because: str) -> None:
    """Kim has it run once more; ana, who made it, is not enough, and raj is."""
    await stage.types("U0KIM", f"/tf run storefront-dev once more --version {version}")
    run = await run_with(stage, "once more", "planned")
    assert version_of(run) == version
    call = await asked(stage, run["id"])
    await stage.clicks("U0ANA", call, "run.approve")
    await stage.expects(because, person="U0ANA")
    assert await stage.calls("/actions/apply") == []
    await stage.clicks("U0RAJ", await asked(stage, run["id"]), "run.approve")
    await stage.until_run("storefront-dev", "applied")
    assert len(await stage.calls(f"{run['id']}/actions/apply")) == 1


async def test_whoever_uploaded_elsewhere_does_not_approve_a_run_that_another_started_of_it(stage: Stage) -> None:
    await stage.types("U0ANA", "/tf watch storefront-dev")
    version = await sent_version(stage, "storefront-dev", tar_of({"main.tf": TF}))
    related = {
        "workspace": {"data": {"type": "workspaces", "id": (await stage.workspace("storefront-dev"))["id"]}},
        "configuration-version": {"data": {"type": "configuration-versions", "id": version}},
    }
    wish = {"data": {"type": "runs", "attributes": {"message": "the first of it"}, "relationships": related}}
    first = (await stage.terraform("POST", "runs", body=wish)).json()["data"]["id"]
    await run_with(stage, "the first of it", "planned")
    await stage.terraform("POST", f"runs/{first}/actions/discard", body={"comment": "not yet"})
    await is_approved_by_another_alone(stage, version, "they started the first run of its configuration")


async def test_whoever_uploaded_from_slack_does_not_approve_a_run_that_another_started_of_it(stage: Stage) -> None:
    await upload(stage, "storefront-dev", {"main.tf": TF}, message="from my disk")
    run = await run_with(stage, "from my disk", "planned")
    await discards(stage, "U0ANA", await asked(stage, run["id"]))
    await run_with(stage, "from my disk", "discarded")
    await is_approved_by_another_alone(stage, version_of(run), "they uploaded its configuration")
