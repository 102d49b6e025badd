"""Files dropped into Slack become runs, over the real wires and with real terraform: by the form, and from a message that has them.

A canary is what is in the files: it reaches the server, and nothing that is ours.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from tests.scenes.stage import PATIENCE, NothingSeen, Stage, key_of, whole_text
from tests.services.archives import zip_of

pytestmark = pytest.mark.terraform
CANARY = "canary-6Zk2Qp"
TF = f'resource "terraform_data" "uploaded" {{\n  input = "{CANARY}"\n}}\n'.encode()


async def put(stage: Stage, name: str, content: bytes, **where: str) -> dict[str, Any]:
    """Upload a file, into a channel or for a form."""
    body = {"as": "U0ANA", "name": name, "content_base64": base64.b64encode(content).decode(), **where}
    return await stage.person("POST", "upload", json_body=body)


async def form(stage: Stage) -> dict[str, Any]:
    """The modal that stands before Ana."""
    for _ in range(int(PATIENCE / 0.1)):
        view: dict[str, Any] | None = (await stage.person("GET", "view", **{"as": "U0ANA"}))["view"]
        if view is not None:
            return view
    raise NothingSeen("no form was opened")


async def choose_workspace(stage: Stage, typed: str) -> None:
    asked = {"as": "U0ANA", "surface": "modal", "action_id": "workspace.start"}
    offered = (await stage.person("POST", "options", json_body={**asked, "value": typed}))["options"]
    answer = await stage.person("POST", "click", json_body={**asked, "value": offered[0]["value"]})
    assert answer["ok"] or answer["kept"], answer


async def submit(stage: Stage, **values: Any) -> dict[str, Any]:
    body = {"as": "U0ANA", "values": {name.replace("_", "."): {name.replace("_", "."): value} for name, value in values.items()}}
    return await stage.person("POST", "submit", json_body=body)


async def test_a_file_in_the_form_becomes_a_run_that_waits_for_a_decision(shared: Stage) -> None:
    assert (await shared.types("U0ANA", "/tf upload storefront-dev"))["ok"]
    await form(shared)
    file = (await put(shared, "main.tf", TF))["file"]
    assert (await submit(shared, files=[file["id"]], message="from my disk"))["ok"]

    uploaded = await shared.expects("Uploaded, and the run is started")
    call = await shared.expects("Decision needed", action="run.discard")

    [run] = [one for one in await shared.runs_of("storefront-dev") if "from my disk" in one["attributes"]["message"]]
    assert run["id"] in whole_text(uploaded)
    assert "1 to add" in whole_text(call) or "add" in whole_text(call)
    version = run["relationships"]["configuration-version"]["data"]["id"]
    made = (await shared.terraform("GET", f"configuration-versions/{version}")).json()["data"]["attributes"]
    assert (made["status"], made["provisional"], made["auto-queue-runs"]) == ("uploaded", True, False)
    assert len([one for one in await shared.of_the_bot() if key_of(one).endswith("/upload/")]) == 1
    await shared.clicks("U0ANA", call, "run.discard")
    assert await spilled(shared) == []


async def spilled(stage: Stage) -> list[str]:
    """Where the canary is, of all that is ours: messages, logs and the database's files."""
    files = [file for file in stage.folder.rglob("*") if file.is_file() and "sandbox" not in file.name]
    assert any(file.suffix == ".db" for file in files)
    found = [file.name for file in files if CANARY.encode() in file.read_bytes()]
    return found + [str(one["ts"]) for one in await stage.sees("U0ANA") if CANARY in json.dumps(one)]


async def test_the_shortcut_on_a_message_with_an_archive_plans_what_is_in_it(shared: Stage) -> None:
    sent = await put(shared, "site.zip", zip_of({"site-main/main.tf": TF, "site-main/.git/config": b"x"}), channel="C0DEPLOYS", text="look")
    used = {"as": "U0ANA", "channel": "C0DEPLOYS", "ts": sent["ts"], "callback_id": "upload.message"}
    assert (await shared.person("POST", "shortcut", json_body=used))["ok"]
    assert "site.zip" in json.dumps(await form(shared))
    await choose_workspace(shared, "storefront-st")
    assert (await submit(shared, upload_kind="plan-only", message="from a message"))["ok"]

    await shared.expects("Plan finished")
    uploaded = await shared.until(lambda one: "Left out: 1" in whole_text(one) and "run is started" in whole_text(one))
    assert "Taken from the folder “site-main”." in whole_text(uploaded)

    found = re.search(r"run-\w+", whole_text(uploaded))
    assert found
    run = (await shared.terraform("GET", f"runs/{found[0]}")).json()["data"]["attributes"]
    assert (run["plan-only"], run["message"].startswith("from a message")) == (True, True)


async def test_a_hostile_archive_is_refused_in_words_and_leaves_nothing(shared: Stage) -> None:
    before = len(await shared.calls("/configuration-versions"))
    sent = await put(shared, "evil.zip", zip_of({"../../etc/cron.d/x": b"x", "main.tf": TF}), channel="C0INFRA")
    used = {"as": "U0ANA", "channel": "C0INFRA", "ts": sent["ts"], "callback_id": "upload.message"}
    assert (await shared.person("POST", "shortcut", json_body=used))["ok"]
    await form(shared)
    await choose_workspace(shared, "storefront-dev")
    assert (await submit(shared))["ok"]

    told = await shared.until(lambda one: bool(one["ephemeral"]) and "leads out of the archive" in whole_text(one), channel="C0INFRA")
    assert "while I checked the files" in whole_text(told)
    await shared.expects("Upload failed", channel="C0INFRA")
    assert len(await shared.calls("/configuration-versions")) == before
