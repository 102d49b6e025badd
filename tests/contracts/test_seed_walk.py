"""A walk through the API's page of 2017: its sample requests as they are written there, and every field of its sample answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.context import Context
from bot.sandbox.terraform.records import Script
from bot.sandbox.terraform.run_requests import uploaded_run_request
from bot.sandbox.terraform.samples import Sample
from bot.sandbox.terraform.server import RunsApi, open_runs_api
from tests.sandbox.terraform.calling import eventually

WORKSPACE, LISTED_WORKSPACE = "ws-LLGHCr4SWy28wyGN", "ws-yF7z4gyEQRhaCNG9"
CONFIGURATION = "cv-n4XQPBa2QnecZJ4G"
APPLIED_RUN, LISTED_RUN = "run-DQGdmrWMX8z9yWQB", "run-bWSq4YeYpfrW4mx7"
CREATE = """{
  "data": {
    "attributes": {
      "is-destroy":false
    },
    "type":"runs",
    "relationships": {
      "workspace": {
        "data": {
          "type": "workspaces",
          "id": "ws-LLGHCr4SWy28wyGN"
        }
      },
      "configuration-version": {
        "data": {
          "type": "configuration-versions",
          "id": "cv-n4XQPBa2QnecZJ4G"
        }
      }
    }
  }
}
"""
APPLY = """{
  "comment":"Looks good to me"
}
"""
PERMISSIONS = {"can-apply": True, "can-cancel": True, "can-discard": True, "can-force-execute": True}
ATTRIBUTES = {
    "auto-apply",
    "error-text",
    "is-destroy",
    "message",
    "metadata",
    "source",
    "status",
    "status-timestamps",
    "terraform-version",
    "created-at",
    "may-canceled",
    "may-confirm",
    "may-discarded",
    "has-changes",
    "permissions",
}
RELATIONSHIPS = {
    "apply",
    "canceled-by",
    "configuration-version",
    "confirmed-by",
    "created-by",
    "input-state-version",
    "plan",
    "run-events",
    "policy-checks",
    "workspace",
    "comments",
    "workspace-run-alerts",
}
SCRIPT = Script(additions=1, plan_seconds=0.2, apply_seconds=0.2)
SAMPLES = (
    Sample("elsewhere", "dns", "", SCRIPT, workspace_id=LISTED_WORKSPACE, configuration_id=CONFIGURATION),
    Sample("here", "dns", "", SCRIPT, workspace_id=WORKSPACE),
)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[RunsApi]:
    async with open_runs_api(Clock(20), Faults(), "s", tmp_path, engine="scripted", samples=SAMPLES, flavour="2017") as api:
        yield api


@pytest.fixture
async def session(api: RunsApi) -> AsyncIterator[aiohttp.ClientSession]:
    """The headers of the page's curl commands."""
    headers = {"Authorization": f"Bearer {api.team_token.secret}", "Content-Type": "application/vnd.api+json"}
    async with aiohttp.ClientSession(f"{api.address}/api/v2/", headers=headers) as session:
        yield session


def queue_by_upload(context: Context, run_id: str) -> None:
    """A run as an upload queues it, with an id of the page's."""
    workspace, configuration = context.store.workspace(LISTED_WORKSPACE), context.store.configuration(CONFIGURATION)
    wanted = uploaded_run_request(workspace, configuration)
    context.machine.create(workspace, configuration, wanted, "tfe-configuration-version", None, run_id)


async def planned(session: aiohttp.ClientSession, api: RunsApi, run_id: str) -> Any:
    async def rests() -> bool:
        return api.context.store.run(run_id).status == "planned"

    await eventually(rests)
    async with session.get(f"runs/{run_id}") as answer:
        return (await answer.json())["data"]


async def test_a_run_is_created_as_the_page_shows(session: aiohttp.ClientSession) -> None:
    async with session.post("runs", data=CREATE) as answer:
        assert answer.status == 201
        document = await answer.json()
    run = document["data"]
    assert (run["type"], run["links"]) == ("runs", {"self": f"/api/v2/runs/{run['id']}"})
    attributes = run["attributes"]
    assert set(attributes) == ATTRIBUTES
    created_at = attributes.pop("created-at")
    assert (len(created_at), created_at[-1]) == (len("2017-11-29T19:56:15.205Z"), "Z")
    assert attributes.pop("terraform-version").count(".") == 2
    assert attributes == {
        "auto-apply": False,
        "error-text": None,
        "is-destroy": False,
        "message": "Queued manually in Terraform Enterprise",
        "metadata": {},
        "source": "tfe-ui",
        "status": "pending",
        "status-timestamps": {},
        "may-canceled": True,
        "may-confirm": False,
        "may-discarded": False,
        "has-changes": False,
        "permissions": PERMISSIONS,
    }
    assert set(run["relationships"]) == RELATIONSHIPS
    assert run["relationships"]["workspace"]["data"]["id"] == WORKSPACE
    assert run["relationships"]["configuration-version"]["data"]["id"] == CONFIGURATION


async def test_a_run_without_a_configuration_takes_the_workspaces_latest(session: aiohttp.ClientSession, api: RunsApi) -> None:
    body = {"data": {"type": "runs", "relationships": {"workspace": {"data": {"type": "workspaces", "id": WORKSPACE}}}}}
    async with session.post("runs", json=body, headers={"Content-Type": "application/vnd.api+json"}) as answer:
        run = (await answer.json())["data"]
    latest = api.context.store.latest_configuration(api.context.store.workspace(WORKSPACE))
    assert latest is not None
    assert run["relationships"]["configuration-version"]["data"]["id"] == latest.id != CONFIGURATION


@pytest.mark.parametrize("payload", [APPLY, None])
async def test_a_run_is_applied_as_the_page_shows(session: aiohttp.ClientSession, api: RunsApi, payload: str | None) -> None:
    """“This payload is optional, so the curl command will work without”; the answer has no object in it."""
    queue_by_upload(api.context, APPLIED_RUN)
    await planned(session, api, APPLIED_RUN)
    async with session.post(f"runs/{APPLIED_RUN}/actions/apply", data=payload) as answer:
        assert (answer.status, await answer.read()) == (202, b"")

    async def is_applied() -> bool:
        return api.context.store.run(APPLIED_RUN).status == "applied"

    await eventually(is_applied)
    async with session.get(f"runs/{APPLIED_RUN}/comments") as answer:
        comments = [each["attributes"]["body"] for each in (await answer.json())["data"]]
    assert comments == (["Looks good to me"] if payload else [])


async def test_runs_are_listed_as_the_page_shows(session: aiohttp.ClientSession, api: RunsApi) -> None:
    queue_by_upload(api.context, LISTED_RUN)
    await planned(session, api, LISTED_RUN)
    async with session.get(f"workspaces/{LISTED_WORKSPACE}/runs") as answer:
        assert answer.status == 200
        document = await answer.json()
    (run,) = document["data"]
    assert (run["id"], run["links"]) == (LISTED_RUN, {"self": f"/api/v2/runs/{LISTED_RUN}"})
    attributes = run["attributes"]
    assert set(attributes) == ATTRIBUTES
    assert "planned-at" in attributes["status-timestamps"]
    wanted = {
        "auto-apply": False,
        "error-text": None,
        "is-destroy": False,
        "message": "",
        "metadata": {},
        "source": "tfe-configuration-version",
        "status": "planned",
        "may-canceled": False,
        "may-confirm": True,
        "may-discarded": True,
        "has-changes": True,
        "permissions": PERMISSIONS,
    }
    assert {name: attributes[name] for name in wanted} == wanted
    assert set(run["relationships"]) == RELATIONSHIPS


async def test_a_run_that_may_not_be_confirmed_is_not_applied(session: aiohttp.ClientSession, api: RunsApi) -> None:
    queue_by_upload(api.context, APPLIED_RUN)
    async with session.post(f"runs/{APPLIED_RUN}/actions/apply", data=APPLY) as answer:
        assert answer.status == 409
