"""A plan reviewed, and its text and its log in the thread of the card, with real terraform: and none of its secrets anywhere."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.scenes.stage import Stage, health_port, whole_text

pytestmark = pytest.mark.terraform
CANARY = "canary7f3a"
TOKEN = "AKIA" + "CANARY0123456789"
CONFIGURATION = f"""
variable "pass" {{
  type      = string
  default   = "{CANARY}-variable"
  sensitive = true
}}
resource "terraform_data" "secret" {{
  input = {{ "shown" = "to everybody", "hidden" = var.pass }}
}}
resource "terraform_data" "loud" {{
  count = 12
  input = "number ${{count.index}}"
  provisioner "local-exec" {{
    command = "echo the key is {TOKEN} && echo db_password={CANARY}-echoed"
  }}
}}
output "pass" {{
  value     = var.pass
  sensitive = true
}}
output "db_password" {{
  value = "{CANARY}-unmarked"
}}
"""


async def upload(stage: Stage, workspace: str) -> None:
    identity = (await stage.workspace(workspace))["id"]
    wish = {"data": {"type": "configuration-versions", "attributes": {"auto-queue-runs": False}}}
    made = (await stage.terraform("POST", f"workspaces/{identity}/configuration-versions", body=wish)).json()["data"]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("main.tf")
        entry.size = len(CONFIGURATION.encode())
        archive.addfile(entry, io.BytesIO(CONFIGURATION.encode()))
    answer = await stage.client.put(made["attributes"]["upload-url"], content=packed.getvalue())
    assert answer.is_success


async def modal(stage: Stage, wanted: Callable[[str], bool], person: str = "U0ANA") -> dict[str, Any]:
    """The modal on top, as soon as it shows what is wanted."""
    view = None
    async with asyncio.timeout(20):
        while view is None or not wanted(json.dumps(view, ensure_ascii=False)):
            view = (await stage.person("GET", "view", **{"as": person}))["view"]
            await asyncio.sleep(0.05)
    return dict(view)


async def clicks_inside(stage: Stage, action: str, **more: Any) -> None:
    await stage.person("POST", "click", json_body={"as": "U0ANA", "surface": "modal", "action_id": action, **more})


async def file_of(stage: Stage, message: dict[str, Any]) -> str:
    [file] = message["files"]
    found = await stage.person("GET", "file", **{"as": "U0ANA", "file": file["id"]})
    return base64.b64decode(found["content_base64"]).decode()


async def thread(stage: Stage, card: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        await stage.person("GET", "messages", **{"as": "U0ANA", "channel": card["channel"], "thread_ts": card["ts"]})
    )["messages"]
    return found


async def posted(stage: Stage, what: str, card: dict[str, Any], number: int) -> str:
    """What is in the newest of so many files in the thread of the card, once it is there."""
    await stage.types("U0ANA", f"/tf {what} storefront-dev")
    async with asyncio.timeout(20):
        while len(found := [one for one in await thread(stage, card) if one.get("files")]) < number:
            await asyncio.sleep(0.05)
    return await file_of(stage, found[-1])


def assert_secret(*texts: str) -> None:
    for text in texts:
        assert CANARY not in text
        assert TOKEN not in text


async def reviews(stage: Stage, call: dict[str, Any]) -> list[str]:
    """What the modal shows on its pages, and of one address; a guest sees nothing."""
    await stage.clicks("U0GUS", call, "run.review")
    refused = await modal(stage, lambda text: "guest" in text.lower(), "U0GUS")
    await stage.clicks("U0ANA", call, "run.review")
    pages = [await modal(stage, lambda text: "Page 1 of 2" in text)]
    await clicks_inside(stage, "review.on")
    pages.append(await modal(stage, lambda text: "Page 2 of 2" in text))
    await stage.person("POST", "fill", json_body={"as": "U0ANA", "values": {"review.query": {"review.query": "data.secret"}}})
    await clicks_inside(stage, "review.search")
    pages.append(await modal(stage, lambda text: "1 of 15" in text))
    return [json.dumps(page, ensure_ascii=False) for page in (refused, *pages)]


async def test_a_plan_is_reviewed_and_its_texts_are_posted_without_its_secrets(stage: Stage) -> None:
    await upload(stage, "storefront-dev")
    await stage.types("U0ANA", "/tf run storefront-dev with secrets")
    call = await stage.expects("Decision needed", action="run.review")

    refused, first, second, secret = await reviews(stage, call)
    card = (await stage.of_the_bot())[0]
    plan, planned = await posted(stage, "plan", card, 1), await posted(stage, "log", card, 2)
    await stage.clicks("U0ANA", call, "run.approve")
    await stage.until_run("storefront-dev", "applied")
    applied = await posted(stage, "log", card, 3)
    await stage.expects("Applied")

    assert "number 0" in first
    assert "terraform_data" not in refused
    assert "output.db_password" in second
    assert "input.hidden: (sensitive value)" in secret
    assert 'input.shown: \\"to everybody\\"' in secret
    assert "create terraform_data.secret" in plan
    assert "(sensitive value)" in planned
    assert "the key is [redacted]" in applied
    assert "db_password=[redacted]" in applied
    assert "\x1b" not in planned + applied
    said = [whole_text(one) for one in [*await stage.sees("U0ANA"), *await thread(stage, card)]]
    assert stage.bot is not None
    metrics = (await stage.client.get(f"http://127.0.0.1:{health_port(stage.bot.log)}/metrics")).text
    assert_secret(first, second, secret, plan, planned, applied, metrics, *said)
    await stage.stop_bot()
    kept = [path for path in stage.folder.glob("*") if path.is_file() and not path.name.startswith("sandbox.")]
    assert {"runbell.db", "bot-0.log"} <= {path.name for path in kept}
    assert_secret(*(path.read_bytes().decode("latin-1") for path in kept))
