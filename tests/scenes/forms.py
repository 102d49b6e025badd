"""What people do with forms and files, and what a run's plan then holds."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import httpx

from tests.scenes.sights import modal
from tests.scenes.stage import PATIENCE, Message, NothingSeen, Stage, run_of

WORKSPACE = "workspace.start"


async def put(stage: Stage, name: str, content: bytes, **where: str) -> dict[str, Any]:
    """Upload a file, into a channel or for a form."""
    body = {"as": "U0ANA", "name": name, "content_base64": base64.b64encode(content).decode(), **where}
    return await stage.person("POST", "upload", json_body=body)


async def on_form(stage: Stage, path: str, person: str = "U0ANA", **body: Any) -> dict[str, Any]:
    """The form has to be open."""
    return await stage.person("POST", path, json_body={"as": person, "surface": "modal", **body})


async def chooses(stage: Stage, action_id: str, value: object, person: str = "U0ANA") -> None:
    answer = await on_form(stage, "click", person, action_id=action_id, value=value)
    assert answer["ok"] or answer.get("kept"), answer


async def choose_workspace(stage: Stage, typed: str, person: str = "U0ANA", action_id: str = WORKSPACE) -> None:
    """The first one that is offered for what was typed."""
    offered = (await on_form(stage, "options", person, action_id=action_id, value=typed))["options"]
    await chooses(stage, action_id, offered[0]["value"], person)


async def submit(stage: Stage, person: str = "U0ANA", **values: Any) -> dict[str, Any]:
    """Fields by their names, with _ for a dot."""
    body = {name.replace("_", "."): {name.replace("_", "."): value} for name, value in values.items()}
    return await stage.person("POST", "submit", json_body={"as": person, "values": body})


async def discards(stage: Stage, person: str, message: Message, why: str = "") -> None:
    """By the button and its form; a reason may be left out."""
    await stage.clicks(person, message, "run.discard")
    await modal(stage, lambda text: '"run.discarding"' in text and run_of(message) in text, person)
    answer = await stage.person("POST", "submit", json_body={"as": person, "values": {"reason": {"reason": why}}})
    assert answer["ok"], answer


async def approves_in_a_form(stage: Stage, person: str, message: Message) -> None:
    """Of a plan that destroys or replaces something: the form says what, and nothing is applied before it is submitted."""
    await stage.clicks(person, message, "run.approve")
    await modal(stage, lambda text: '"run.approval"' in text and run_of(message) in text, person)
    answer = await stage.person("POST", "submit", json_body={"as": person, "values": {}})
    assert answer["ok"], answer


async def upload(stage: Stage, workspace: str, files: dict[str, bytes], channel: str = "C0DEPLOYS", **values: Any) -> None:
    """By the form, from the command to the click on the last button."""
    assert (await stage.types("U0ANA", f"/tf upload {workspace}", channel))["ok"]
    await modal(stage, lambda text: "file_input" in text and f"acme/{workspace}" in text)
    chosen = [(await put(stage, name, content))["file"]["id"] for name, content in files.items()]
    answer = await submit(stage, files=chosen, **values)
    assert answer["ok"], answer


async def sent_version(stage: Stage, workspace: str, archive: bytes, **attributes: object) -> str:
    """A configuration version that somebody has uploaded in Terraform itself, once it can be used."""
    identity = (await stage.workspace(workspace))["id"]
    body = {"data": {"type": "configuration-versions", "attributes": {"auto-queue-runs": False, **attributes}}}
    made = (await stage.terraform("POST", f"workspaces/{identity}/configuration-versions", body=body)).json()["data"]
    assert (await stage.client.put(made["attributes"]["upload-url"], content=archive)).status_code == httpx.codes.OK
    async with asyncio.timeout(PATIENCE):
        while (await version_status(stage, made["id"])) != "uploaded":
            await asyncio.sleep(0.05)
    return str(made["id"])


async def version_status(stage: Stage, version_id: str) -> str:
    found = (await stage.terraform("GET", f"configuration-versions/{version_id}")).json()["data"]
    return str(found["attributes"]["status"])


def version_of(run: dict[str, Any]) -> str:
    return str(run["relationships"]["configuration-version"]["data"]["id"])


async def run_with(stage: Stage, message: str, *statuses: str, channel: str = "C0DEPLOYS") -> dict[str, Any]:
    """The run whose card says this, once it has one of these statuses: read by its id, since lists of runs are few."""
    card = await stage.expects(message, with_key="/card/", channel=channel)
    run: dict[str, Any] = {}
    for _ in range(int(PATIENCE / 0.1)):
        run = (await stage.terraform("GET", f"runs/{run_of(card)}")).json()["data"]
        if run["attributes"]["status"] in statuses:
            return run
        await asyncio.sleep(0.1)
    raise NothingSeen(f"the run “{message}” never became {statuses}, but {run['attributes']['status']}")


async def plan_of(stage: Stage, run: dict[str, Any]) -> dict[str, Any]:
    """The JSON of the run's plan, as terraform wrote it."""
    answer = await stage.terraform("GET", f"plans/{run['relationships']['plan']['data']['id']}/json-output")
    document: dict[str, Any] = (await stage.client.get(answer.headers["location"])).json()
    return document


async def effects_of(stage: Stage, run: dict[str, Any]) -> dict[str, list[str]]:
    """What terraform would do to each resource that does not stay as it is."""
    changes = (await plan_of(stage, run)).get("resource_changes", [])
    return {one["address"]: one["change"]["actions"] for one in changes if one["change"]["actions"] != ["no-op"]}


async def log_of(stage: Stage, run: dict[str, Any]) -> str:
    plan = (await stage.terraform("GET", f"plans/{run['relationships']['plan']['data']['id']}")).json()["data"]
    return (await stage.client.get(plan["attributes"]["log-read-url"])).text
