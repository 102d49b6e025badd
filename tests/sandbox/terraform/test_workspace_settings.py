"""Workspaces made and changed by an admin, and what runs and uploads then meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi
    from tests.sandbox.terraform.calling import Answer, Caller

WORKSPACES = "/api/v2/organizations/acme/workspaces"


@pytest.fixture
def admin(caller: Caller, api: RunsApi) -> Caller:
    return caller.holding(api.user_token.secret)


def body(**attributes: Any) -> dict[str, Any]:
    return {"data": {"type": "workspaces", "attributes": {name.replace("_", "-"): value for name, value in attributes.items()}}}


async def changed(admin: Caller, name: str, **attributes: Any) -> Answer:
    return await admin.call("PATCH", f"/api/v2/workspaces/{(await admin.workspace(name))['id']}", body(**attributes))


async def test_a_new_workspace_is_empty_until_something_is_uploaded(admin: Caller, caller: Caller) -> None:
    made = await admin.post(WORKSPACES, body(name="new-one", description="for now"))
    assert (made.status, made.data["attributes"]["description"]) == (201, "for now")
    assert made.data["relationships"]["current-configuration-version"] == {"data": None}
    assert (await caller.create_run("new-one")).detail == "Configuration version is missing"
    assert "new-one" in {each["attributes"]["name"] for each in (await caller.get(WORKSPACES)).data}
    await caller.upload("new-one", auto_queue_runs=False)
    assert (await caller.create_run("new-one")).status == 201


@pytest.mark.parametrize("name", ["app-dev", "two words", "", None, "x" * 91])
async def test_a_name_that_is_taken_or_none_is_refused(admin: Caller, name: object) -> None:
    assert (await admin.post(WORKSPACES, body(name=name))).status == 422


async def test_only_an_admin_makes_and_changes_them(caller: Caller) -> None:
    assert (await caller.post(WORKSPACES, body(name="new-one"))).status == 404
    assert (await changed(caller, "app-dev", auto_apply=True)).status == 404


async def test_what_is_changed_is_shown_at_once_and_the_rest_stays(admin: Caller, caller: Caller) -> None:
    before = (await caller.get(f"{WORKSPACES}?include=current_run&search%5Bname%5D=idle")).data[0]["attributes"]
    answer = await changed(admin, "idle", terraform_version="0.14.11", execution_mode="agent", allow_destroy_plan=False)
    assert answer.status == 200
    after = (await caller.get(f"{WORKSPACES}?include=current_run&search%5Bname%5D=idle")).data[0]["attributes"]
    wanted = {"terraform-version": "0.14.11", "execution-mode": "agent", "allow-destroy-plan": False}
    times = ("updated-at", "latest-change-at")
    assert {name: value for name, value in after.items() if name not in times} == {
        **{name: value for name, value in before.items() if name not in times},
        **wanted,
    }


@pytest.mark.parametrize(
    "attributes",
    [{"execution_mode": "elsewhere"}, {"auto_apply": "yes"}, {"terraform_version": 1}, {"vcs_repo": "acme/shop"}, {"vcs_repo": {}}],
)
async def test_what_is_not_as_it_should_be_changes_nothing(admin: Caller, attributes: dict[str, Any]) -> None:
    before = await admin.workspace("idle")
    answer = await changed(admin, "idle", description="other", **attributes)
    assert (answer.status, answer.detail) == (422, f"{next(iter(attributes)).replace('_', '-')} is invalid")
    assert await admin.workspace("idle") == before


async def test_runs_are_refused_by_what_is_set(admin: Caller, caller: Caller) -> None:
    await changed(admin, "idle", allow_destroy_plan=False)
    assert "does not allow destroy plans" in (await caller.create_run("idle", is_destroy=True)).detail
    await changed(admin, "idle", execution_mode="local")
    assert "execution mode is local" in (await caller.create_run("idle")).detail


async def test_a_workspace_of_a_repository_takes_uploads_only_to_plan(admin: Caller, caller: Caller) -> None:
    bound = await changed(admin, "idle", vcs_repo={"identifier": "acme/shop"})
    assert bound.data["attributes"]["vcs-repo-identifier"] == "acme/shop"
    path = f"/api/v2/workspaces/{bound.data['id']}/configuration-versions"
    made = {"data": {"type": "configuration-versions", "attributes": {"speculative": True}}}
    assert (await caller.post(path, made)).status == 201
    made["data"]["attributes"] = {}
    assert "uploads have to be speculative" in (await caller.post(path, made)).detail
    await changed(admin, "idle", vcs_repo=None)
    assert (await caller.post(path, made)).status == 201
