"""Configuration versions: created, uploaded once, checked, and used by runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.terraform import blobs
from bot.sandbox.terraform.archives import pack_archive
from tests.sandbox.terraform.calling import CONFIGURATION, Caller, eventually

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi


async def runs_of(caller: Caller, name: str) -> list[Any]:
    path = f"/api/v2/workspaces/{(await caller.workspace(name))['id']}/runs"
    return list((await caller.get(path)).data)


async def test_an_upload_queues_a_run_by_itself(caller: Caller) -> None:
    configuration = await caller.upload("app-dev")
    (run,) = await runs_of(caller, "app-dev")
    assert run["attributes"]["source"] == "tfe-configuration-version"
    assert run["attributes"]["message"] == ""
    assert run["relationships"]["configuration-version"]["data"]["id"] == configuration
    assert run["relationships"]["created-by"]["data"]["type"] == "users"


async def test_an_upload_may_queue_nothing_and_is_used_by_the_next_run(caller: Caller) -> None:
    configuration = await caller.upload("app-dev", auto_queue_runs=False)
    assert await runs_of(caller, "app-dev") == []
    run = await caller.run(await caller.start("app-dev"))
    assert run["relationships"]["configuration-version"]["data"]["id"] == configuration


async def test_a_run_used_configuration_becomes_the_latest_again(caller: Caller) -> None:
    first = await caller.upload("app-dev", auto_queue_runs=False)
    await caller.upload("app-dev", auto_queue_runs=False)
    await caller.act(await caller.planned("app-dev", configuration=first), "discard")
    run = await caller.run(await caller.start("app-dev"))
    assert run["relationships"]["configuration-version"]["data"]["id"] == first


async def test_the_upload_url_stands_only_in_the_answer_to_the_creation(caller: Caller) -> None:
    created = await caller.create_configuration("app-dev")
    assert (created["attributes"]["status"], created["attributes"]["auto-queue-runs"]) == ("pending", True)
    read = (await caller.get(f"/api/v2/configuration-versions/{created['id']}")).data
    assert "upload-url" not in read["attributes"]
    workspace = (await caller.workspace("app-dev"))["id"]
    listed = (await caller.get(f"/api/v2/workspaces/{workspace}/configuration-versions")).data
    assert created["id"] in [each["id"] for each in listed]


async def test_a_configuration_is_uploaded_once(caller: Caller) -> None:
    url = (await caller.create_configuration("app-dev", auto_queue_runs=False))["attributes"]["upload-url"]
    assert await caller.put(url, pack_archive(CONFIGURATION)) == 200
    assert await caller.put(url, pack_archive(CONFIGURATION)) == 404


async def test_an_upload_with_a_token_is_refused_and_may_be_repeated_without(caller: Caller) -> None:
    url = (await caller.create_configuration("app-dev"))["attributes"]["upload-url"]
    assert not url.startswith(caller.api.address)
    assert await caller.put(url, pack_archive(CONFIGURATION), {"Authorization": f"Bearer {caller.token}"}) == 400
    assert await caller.put(url, pack_archive(CONFIGURATION)) == 200


async def test_an_upload_url_ends_after_a_day(caller: Caller, api: RunsApi) -> None:
    url = (await caller.create_configuration("app-dev"))["attributes"]["upload-url"]
    api.context.clock.speed = 100_000
    await api.context.clock.sleep(26 * 3600)
    assert await caller.put(url, pack_archive(CONFIGURATION)) == 404


async def test_too_large_an_upload_is_refused_and_may_be_repeated(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "LARGEST_UPLOAD", 1000)
    url = (await caller.create_configuration("app-dev"))["attributes"]["upload-url"]
    assert await caller.put(url, b"\0" * 1001) == 413
    assert await caller.put(url, pack_archive(CONFIGURATION)) == 200


async def test_an_unreadable_upload_is_told_and_cannot_be_run(caller: Caller) -> None:
    created = await caller.create_configuration("app-dev")
    await caller.put(created["attributes"]["upload-url"], b"no archive")
    path = f"/api/v2/configuration-versions/{created['id']}"

    async def is_processed() -> bool:
        return bool((await caller.get(path)).data["attributes"]["status"] != "pending")

    await eventually(is_processed)
    read = (await caller.get(path)).data["attributes"]
    assert (read["status"], read["error-message"]) == ("errored", "the upload is not a readable gzip tar")
    assert await runs_of(caller, "app-dev") == []
    assert (await caller.create_run("app-dev", configuration=created["id"])).status == 422


async def test_a_run_before_the_upload_is_told_to_wait(caller: Caller) -> None:
    created = await caller.create_configuration("app-dev")
    answer = await caller.create_run("app-dev", configuration=created["id"])
    assert (answer.status, answer.title) == (422, "Invalid Attribute")
    assert answer.detail == "Invalid run parameters: Configuration version is still being processed."
    assert (await caller.create_run("app-dev")).status == 201


async def test_a_workspace_that_never_had_a_configuration_cannot_run(caller: Caller, api: RunsApi) -> None:
    api.context.store.names["app-dev"].used_configurations.clear()
    answer = await caller.create_run("app-dev")
    assert (answer.status, answer.title, answer.detail) == (422, "unprocessable entity", "Configuration version is missing")
    assert (await caller.create_run("app-dev", configuration="cv-none")).status == 404


async def test_a_speculative_configuration_makes_plan_only_runs_and_is_never_current(caller: Caller) -> None:
    configuration = await caller.upload("app-dev", speculative=True, auto_queue_runs=False)
    run = await caller.run(await caller.start("app-dev", configuration=configuration))
    assert run["attributes"]["plan-only"] is True
    refused = await caller.create_run("app-dev", configuration=configuration, plan_only=False)
    assert (refused.status, refused.title) == (422, "Invalid Attribute")
    later = await caller.run(await caller.start("app-dev"))
    assert later["relationships"]["configuration-version"]["data"]["id"] != configuration


async def test_a_provisional_configuration_becomes_current_when_its_run_is_applied(caller: Caller) -> None:
    configuration = await caller.upload("app-dev", provisional=True, auto_queue_runs=False)

    async def current() -> str:
        relationships = (await caller.workspace("app-dev"))["relationships"]
        return str(relationships["current-configuration-version"]["data"]["id"])

    run = await caller.planned("app-dev", configuration=configuration)
    assert await current() != configuration
    await caller.act(run, "apply")
    await caller.until(run, "applied")
    assert await current() == configuration


async def test_a_configuration_is_downloaded_by_a_redirect_without_a_token(caller: Caller) -> None:
    configuration = await caller.upload("idle", auto_queue_runs=False)
    url, headers = (
        f"{caller.api.address}/api/v2/configuration-versions/{configuration}/download",
        {"Authorization": f"Bearer {caller.token}"},
    )
    async with caller.session.get(url, headers=headers, allow_redirects=False) as redirect:
        assert redirect.status == 302
        place = redirect.headers["Location"]
    async with caller.session.get(place) as answer:
        assert await answer.read() == pack_archive(CONFIGURATION)
    pending = await caller.create_configuration("idle", auto_queue_runs=False)
    assert (await caller.get(f"/api/v2/configuration-versions/{pending['id']}/download")).status == 404


async def test_a_configuration_that_nobody_needs_is_archived_for_good(caller: Caller) -> None:
    old = await caller.upload("idle", auto_queue_runs=False)
    path = f"/api/v2/configuration-versions/{old}/actions/archive"
    assert (await caller.post(path)).status == 409
    await caller.upload("idle", auto_queue_runs=False)
    assert (await caller.post(path)).status == 202
    assert (await caller.get(f"/api/v2/configuration-versions/{old}")).data["attributes"]["status"] == "archived"
    refused = await caller.create_run("idle", old)
    assert (refused.status, "archived" in refused.detail) == (422, True)
    assert (await caller.get(f"/api/v2/configuration-versions/{old}/ingress-attributes")).status == 404


async def test_a_push_starts_a_run_of_one_commit_in_each_workspace(caller: Caller) -> None:
    answer = await caller.control("POST", "pushes", {"workspaces": ["app-dev", "app-prod"], "message": "Bump", "author": "raj"})
    assert answer.status == 200
    for run_id in answer.document["runs"]:
        found = (await caller.get(f"/api/v2/runs/{run_id}?include=configuration_version.ingress_attributes")).document
        [ingress] = [one["attributes"] for one in found["included"] if one["type"] == "ingress-attributes"]
        assert found["data"]["attributes"]["source"] == "tfe-configuration-version"
        assert found["data"]["attributes"]["message"] == "Bump"
        assert (ingress["commit-sha"], ingress["sender-username"]) == (answer.document["commit"], "raj")


@pytest.mark.parametrize(
    "body, status",
    [({}, 400), ({"workspaces": []}, 400), ({"workspaces": ["nothere"]}, 404), ({"workspaces": ["app-dev"], "message": " "}, 400)],
)
async def test_a_push_that_cannot_be_is_refused(caller: Caller, body: dict[str, object], status: int) -> None:
    assert (await caller.control("POST", "pushes", body)).status == status
