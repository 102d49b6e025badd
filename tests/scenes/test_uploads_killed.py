"""The bot is killed in the middle of uploads, and what is found after it was started anew: each has ended in one way, and said so."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.requirements import demand_terraform
from tests.scenes.forms import run_with, upload, version_of
from tests.scenes.stage import PATIENCE, Message, Stage, key_of, open_stage, run_of, whole_text
from tests.services.archives import tar_of

TF = b'resource "terraform_data" "uploaded" {\n  input = "x"\n}\n'
CREATION, RUN = "POST /api/v2/workspaces/*/configuration-versions", "POST /api/v2/runs"
LONG = 60.0
HELD = ("uploads", "until"), ("intents", "lease_until")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    demand_terraform()
    async with open_stage(tmp_path) as stage:
        (tmp_path / "tmp").mkdir()
        stage.settings["TMPDIR"] = str(tmp_path / "tmp")
        await stage.start_bot()
        await stage.person("POST", "clock", json_body={"speed": 20})  # a channel takes a message a second
        yield stage


def left(stage: Stage) -> list[str]:
    """The names of the folders of files on their way."""
    return sorted(path.name for path in (stage.folder / "tmp").iterdir())


async def starts_again_after_minutes(stage: Stage) -> None:
    """What was held for some minutes by the process that was killed is held no more."""
    with closing(sqlite3.connect(stage.folder / "runbell.db")) as database, database:
        for table, column in HELD:
            database.execute(f'UPDATE "{table}" SET "{column}" = \'2020-01-01 00:00:00.000000\' WHERE "{column}" IS NOT NULL')  # noqa: S608 - of HELD
    await stage.start_bot()


async def card_of(stage: Stage, file: str, head: str) -> Message:
    return await stage.until(lambda one: key_of(one).endswith("/upload/") and f"`{file}`" in whole_text(one) and head in whole_text(one))


async def runs_of(stage: Stage, workspace: str, message: str) -> list[str]:
    return [run["id"] for run in await stage.runs_of(workspace) if f": “{message}" in run["attributes"]["message"]]


@pytest.mark.terraform
async def test_uploads_whose_process_is_killed_are_finished_or_say_where_they_ended_and_nothing_is_done_twice(stage: Stage) -> None:
    await stage.fault("slack", "_files/fetched.tf", "slow", seconds=LONG)
    await stage.fault("terraform", RUN, "slow", seconds=LONG, times=1)
    await upload(stage, "storefront-dev", {"fetched.tf": TF}, message="was being fetched")
    await card_of(stage, "fetched.tf", "Upload received")
    await upload(stage, "storefront-dev", {"started.tf": TF}, message="was being started")
    await card_of(stage, "started.tf", "Starting the run")
    async with asyncio.timeout(PATIENCE):
        while not (made := await runs_of(stage, "storefront-dev", "was being started")):
            await asyncio.sleep(0.3)
    assert len(left(stage)) == 1, "of the files that are being fetched"
    await stage.stop_bot(signal.SIGKILL)
    assert len(left(stage)) == 1, "nobody was there to take them away"
    await starts_again_after_minutes(stage)

    done = await card_of(stage, "started.tf", "Uploaded, and the run is started")
    assert made[0] in whole_text(done)
    run = await run_with(stage, "was being started", "planned")
    assert (run["id"], await runs_of(stage, "storefront-dev", "was being")) == (made[0], made)
    stopped = await card_of(stage, "fetched.tf", "Upload stopped")
    assert "It ended while I got the files from Slack. The process that did it has ended. Please upload it again." in whole_text(stopped)
    await stage.until(lambda one: "<@U0ANA>" in whole_text(one) and "has ended while I got the files from Slack" in whole_text(one))
    assert left(stage) == []
    assert [run_of(one) for one in await stage.of_the_bot() if key_of(one).endswith("/card/")] == made


@pytest.mark.terraform
async def test_an_upload_whose_process_is_killed_while_it_is_sent_starts_no_run(stage: Stage) -> None:
    await stage.fault("terraform", CREATION, "slow", seconds=LONG, times=1)
    await upload(stage, "dns", {"sent.tf": TF}, message="was being sent")
    await card_of(stage, "sent.tf", "Sending the configuration")
    await stage.stop_bot(signal.SIGKILL)
    await starts_again_after_minutes(stage)
    stopped = await card_of(stage, "sent.tf", "Upload stopped")
    assert "It ended while I sent the configuration to the server." in whole_text(stopped)
    assert await stage.runs_of("dns") == []
    assert left(stage) == []
    identity = (await stage.workspace("dns"))["id"]
    [empty, usual] = (await stage.terraform("GET", f"workspaces/{identity}/configuration-versions")).json()["data"]
    assert (empty["attributes"]["status"], empty["attributes"]["provisional"]) == ("pending", True)
    outside = (await stage.terraform("GET", f"runs/{await stage.start_outside('dns')}")).json()["data"]
    assert version_of(outside) == usual["id"], "what was made and never filled is in nobody's way"

    made = {"data": {"type": "workspaces", "attributes": {"name": "empty-one"}}}
    assert (await stage.terraform("POST", "organizations/acme/workspaces", body=made)).status_code == httpx.codes.CREATED
    site = tar_of({"site/main.tf": TF, "site/modules/one/main.tf": b"", "site/.terraform/x": b""})
    await upload(stage, "empty-one", {"site.tar.gz": site}, message="by itself", upload_kind="auto-apply")
    await run_with(stage, "by itself", "applied")
