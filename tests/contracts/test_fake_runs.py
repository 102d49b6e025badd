"""What the fake can do beyond the port: failures on order, a record of calls, a world that moves when told."""

from __future__ import annotations

import pytest

from bot.core.errors import NotVisible, RequestRefused, TerraformUnreachable
from bot.core.readings import NewRun
from bot.core.runs import Action
from tests.fakes.runs import FakeRuns


async def test_failures_come_in_order_do_nothing_and_end() -> None:
    fake = FakeRuns()
    run = fake.add_run(fake.add_workspace("net"), "planned")
    fake.fail("act", TerraformUnreachable("tfe.test"), NotVisible("x"))
    for error in (TerraformUnreachable, NotVisible):
        with pytest.raises(error):
            await fake.act(Action.APPLY, run.id, "")
    assert fake.run(run.id).status_word == "planned"
    await fake.act(Action.APPLY, run.id, "now")
    assert fake.run(run.id).status_word == "confirmed"
    assert fake.said_about(run.id) == ("now",)


async def test_calls_are_recorded_with_what_was_given() -> None:
    fake = FakeRuns()
    run = fake.add_run(fake.add_workspace("net"))
    await fake.read_run(run.id, hurry=False)
    (call,) = fake.calls_of("read_run")
    assert call.given == {"run_id": run.id, "hurry": False}
    assert fake.calls_of("act") == []


async def test_what_is_awaited_before_a_deed_may_change_the_world() -> None:
    fake = FakeRuns()
    run = fake.add_run(fake.add_workspace("net"), "planned")

    async def meanwhile() -> None:
        fake.move(run.id, "discarded")

    fake.before["read_run"] = meanwhile
    assert (await fake.read_run(run.id)).run.status_word == "discarded"


async def test_a_lesser_server_has_no_organization_list_ignores_filters_and_keeps_no_comments() -> None:
    fake = FakeRuns("acme", "beta")
    fake.has_organization_runs = fake.heeds_filters = fake.keeps_comments = False
    workspace = fake.add_workspace("net", "beta")
    fake.add_workspace("dns", "beta")
    run = fake.add_run(workspace, "planned")
    await fake.act(Action.DISCARD, run.id, "no")
    with pytest.raises(NotVisible):
        await fake.list_organization_runs("beta")
    page = await fake.list_workspaces("beta", live_only=True, newest_first=True)
    assert [known.name for known, _ in page.rows] == ["dns", "net"]
    assert await fake.comments(run.id) == ()
    assert (await fake.list_workspaces("acme")).rows == ()


async def test_a_token_without_rights_and_a_refusing_server_are_to_be_had() -> None:
    fake = FakeRuns()
    fake.permitted = frozenset()
    workspace = fake.add_workspace("net")
    run = fake.add_run(workspace, "planned")
    with pytest.raises(NotVisible):
        await fake.act(Action.APPLY, run.id, "")
    fake.refusal = "Configuration version is missing"
    with pytest.raises(RequestRefused, match="missing"):
        await fake.create_run(NewRun(workspace_id=workspace.id, message=""))


async def test_workspaces_can_be_renamed_and_removed_with_their_runs() -> None:
    fake = FakeRuns()
    workspace = fake.add_workspace("net")
    run = fake.add_run(workspace, auto_apply=True)
    assert fake.finish_plan(run.id).status_word == "confirmed"
    fake.rename_workspace(workspace.id, "network")
    assert (await fake.read_workspace("acme", "network")).current_run_id == run.id
    fake.put(fake.move(run.id, "holding_breath", has_changes=None))
    assert (await fake.read_run(run.id)).run.status_word == "holding_breath"
    fake.remove_workspace(workspace.id)
    with pytest.raises(NotVisible):
        await fake.read_run(run.id)
