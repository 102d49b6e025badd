"""Files dropped into Slack become runs, over the real wires and with real terraform: by the form, and from a message that has them.

A canary is what is in the files: it reaches the server, and nothing that is ours.
"""

from __future__ import annotations

import re
import tarfile

import pytest

from tests.scenes.forms import choose_workspace, discards, put, run_with, submit, upload, version_of, version_status
from tests.scenes.sights import modal
from tests.scenes.spills import Tapped, spilled
from tests.scenes.stage import Message, Stage, key_of, whole_text
from tests.services.archives import entry, tar_bomb, tar_of, tarred, zip_bomb, zip_of

pytestmark = pytest.mark.terraform
CANARY = "canary-6Zk2Qp"
TF = f'resource "terraform_data" "uploaded" {{\n  input = "{CANARY}"\n}}\n'.encode()
HEADS = ["Upload received", "Sending the configuration", "Starting the run", "Uploaded, and the run is started"]
CREATION, SENDING, RUN = "POST /api/v2/workspaces/*/configuration-versions", "PUT /v1/object/*", "POST /api/v2/runs"


async def test_several_files_in_the_form_become_a_run_and_one_message_tells_each_step(tapped: Tapped) -> None:
    stage, tap = tapped
    before = len(tap.heard)
    await stage.fault("slack", "_files/main.tf", "slow", seconds=0.3, times=1)
    await stage.fault("terraform", CREATION, "slow", seconds=0.3, times=1)
    await stage.fault("terraform", SENDING, "lost", times=1)  # it has arrived all the same
    await stage.fault("terraform", RUN, "slow", seconds=0.3, times=1)
    more = {"variables.tf": b'variable "more" { type = string }\n', "my.auto.tfvars": b'more = "x"\n'}
    await upload(stage, "storefront-dev", {"main.tf": TF, **more}, message="from my disk")

    uploaded = await stage.expects("Uploaded, and the run is started")
    call = await stage.expects("Decision needed", action="run.discard")
    run = await run_with(stage, "from my disk", "planned")
    assert run["id"] in whole_text(uploaded)
    assert "1 to add" in whole_text(call)
    made = (await stage.terraform("GET", f"configuration-versions/{version_of(run)}")).json()["data"]["attributes"]
    assert (made["status"], made["provisional"], made["auto-queue-runs"]) == ("uploaded", True, False)
    assert len([one for one in await stage.of_the_bot() if key_of(one).endswith("/upload/")]) == 1
    said = [text for method, text in tap.heard[before:] if method in {"chat.postMessage", "chat.update"}]
    told = [head for text in said for head in HEADS if f"*{head}*" in text]
    assert list(dict.fromkeys(told)) == HEADS, "each in its turn"
    await discards(stage, "U0ANA", call)
    assert await spilled(tapped, CANARY) == []


async def test_the_shortcut_on_a_message_with_an_archive_plans_what_is_in_it(tapped: Tapped) -> None:
    stage, _ = tapped
    sent = await put(stage, "site.zip", zip_of({"site-main/main.tf": TF, "site-main/.git/config": b"x"}), channel="C0DEPLOYS", text="look")
    used = {"as": "U0ANA", "channel": "C0DEPLOYS", "ts": sent["ts"], "callback_id": "upload.message"}
    assert (await stage.person("POST", "shortcut", json_body=used))["ok"]
    assert "site.zip" in str(await modal(stage, lambda text: "site.zip" in text))
    await choose_workspace(stage, "storefront-st")
    assert (await submit(stage, upload_kind="plan-only", message="from a message"))["ok"]

    await stage.expects("Plan finished")
    uploaded = await stage.until(lambda one: "Left out: 1" in whole_text(one) and "run is started" in whole_text(one))
    assert "Taken from the folder “site-main”." in whole_text(uploaded)

    found = re.search(r"run-\w+", whole_text(uploaded))
    assert found
    run = (await stage.terraform("GET", f"runs/{found[0]}")).json()["data"]["attributes"]
    assert (run["plan-only"], run["message"].partition(": “")[2].startswith("from a message")) == (True, True)


def refused() -> dict[str, tuple[bytes, str]]:
    """Archives by their names, and why each is not taken."""
    return {
        "paths.zip": (zip_of({"../../etc/cron.d/x": b"x", "main.tf": TF}), "leads out of the archive"),
        "root.tar.gz": (tar_of({"/etc/cron.d/x": b"x", "main.tf": TF}), "begins at the root of a machine"),
        "link.tgz": (tarred(entry("main.tf", TF), entry("x", kind=tarfile.SYMTYPE, link="/etc/passwd")), "“x” is a link"),
        "hard.tgz": (tarred(entry("main.tf", TF), entry("x", kind=tarfile.LNKTYPE, link="main.tf")), "“x” is a link"),
        "device.tgz": (tarred(entry("main.tf", TF), entry("x", kind=tarfile.CHRTYPE)), "“x” is a device"),
        "bomb.tgz": (tar_bomb(20), "200 times as large as packed"),
        "bomb.zip": (zip_bomb(20), "200 times as large as packed"),
        "lying.zip": (zip_bomb(20, said=100), "is damaged"),
        "other.zip": (b"certainly no archive", "I do not take this configuration"),
        "empty.zip": (zip_of({}), "it holds no files"),
        "nothing.tar.gz": (b"", "I do not take this configuration"),
        "readme.zip": (zip_of({"README.md": b"x"}), "no .tf file at its root"),
    }


async def failed(stage: Stage, name: str, step: str) -> Message:
    """The message of an upload that has failed in such a step."""
    return await stage.until(
        lambda one: f"`{name}`" in whole_text(one) and "Upload failed" in whole_text(one) and f"It ended {step}." in whole_text(one),
        channel="C0INFRA",
    )


async def test_no_hostile_or_useless_archive_leaves_us(tapped: Tapped) -> None:
    stage, _ = tapped
    before = len(await stage.calls("/configuration-versions"))
    await stage.person("POST", "clock", json_body={"speed": 20})  # a channel takes a message a second
    archives = refused()
    for name, (content, why) in archives.items():
        await upload(stage, "storefront-dev", {name: content}, "C0INFRA")
        assert why in whole_text(await failed(stage, name, "while I checked the files")), name
    told = [whole_text(one) for one in await stage.sees("U0ANA", "C0INFRA") if one["ephemeral"]]
    assert len([text for text in told if "while I checked the files" in text and "No run was started." in text]) == len(archives)
    assert len(await stage.calls("/configuration-versions")) == before
    assert list(stage.folder.joinpath("tmp").iterdir()) == []


async def test_whatever_fails_on_the_way_is_named_with_its_step_and_leaves_nothing_half_done(tapped: Tapped) -> None:
    stage, _ = tapped
    await stage.person("POST", "clock", json_body={"speed": 20})
    await stage.fault("slack", "_files/login.tf", "refused", times=1)
    await upload(stage, "storefront-staging", {"login.tf": TF}, "C0INFRA")
    card = await failed(stage, "login.tf", "while I got the files from Slack")
    assert "Slack shows me a page to sign in instead" in whole_text(card)
    await upload(stage, "storefront-staging", {"page.zip": b"<!DOCTYPE html><title>Sign in</title>"}, "C0INFRA")
    assert "Slack shows me a page to sign in instead" in whole_text(await failed(stage, "page.zip", "while I got the files from Slack"))

    await stage.fault("terraform", CREATION, "refused", status=422, error="no more uploads today", times=1)
    await upload(stage, "storefront-staging", {"refused.tf": TF}, "C0INFRA")
    card = await failed(stage, "refused.tf", "while I sent the configuration to the server")
    assert "no more uploads today" in whole_text(card)

    await stage.fault("terraform", SENDING, "down", times=1)
    await upload(stage, "storefront-staging", {"halfway.tf": TF}, "C0INFRA")
    card = await failed(stage, "halfway.tf", "while I sent the configuration to the server")
    assert re.search(r"cv-\w+ stays on the server, where no run uses it", whole_text(card))

    await stage.fault("terraform", RUN, "refused", status=422, error="no more runs today", times=1)
    await upload(stage, "storefront-staging", {"late.tf": TF}, "C0INFRA")
    card = await failed(stage, "late.tf", "while I started the run")
    assert "no more runs today" in whole_text(card)
    version = re.search(r"cv-\w+", whole_text(card))
    assert version is not None
    assert await version_status(stage, version[0]) == "archived"
    assert await stage.runs_of("storefront-staging") == []
    assert list(stage.folder.joinpath("tmp").iterdir()) == []
    assert await spilled(tapped, CANARY) == []
