"""HashiCorp's own Python SDK against the sandbox: everything that it can do with runs."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest
from pydantic import BaseModel
from pytfe import TFEClient, TFEConfig
from pytfe.errors import NotFound, TFEError
from pytfe.models import (
    CommentCreateOptions,
    ConfigurationStatus,
    ConfigurationVersion,
    ConfigurationVersionCreateOptions,
    NotificationConfigurationCreateOptions,
    NotificationConfigurationUpdateOptions,
    NotificationDestinationType,
    NotificationTriggerType,
    Run,
    RunApplyOptions,
    RunCreateOptions,
    RunEventIncludeOpt,
    RunEventListOptions,
    RunIncludeOpt,
    RunListForOrganizationOptions,
    RunListOptions,
    RunReadOptions,
    RunVariable,
    Workspace,
    WorkspaceIncludeOpt,
    WorkspaceListOptions,
    WorkspaceLockOptions,
    WorkspaceReadOptions,
)

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.archives import pack_archive
from bot.sandbox.terraform.records import Script
from bot.sandbox.terraform.samples import Sample
from bot.sandbox.terraform.server import RunsApi, open_runs_api
from bot.sandbox.terraform.stages import Stages
from tests.sandbox.terraform.hooks import open_hook

QUICK = Script(additions=2, changes=1, plan_seconds=0.1, apply_seconds=0.1)
JUDGED = Stages(pre_plan="passed", policy_evaluation="failed", cost_estimate="finished", policy_check="soft_failed", seconds=0.1)
SAMPLES = (
    Sample("shop", "dns", "", QUICK, tags=("shop",), commit=("Correct a typo", "kim")),
    Sample("slow", "dns", "", Script(plan_seconds=1e6, stubborn=True)),
    Sample("judged", "dns", "", QUICK, stages=JUDGED),
)
FILES = {"main.tf": 'output "greeting" {\n  value = "hello"\n}\n'}
P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[RunsApi]:
    async with open_runs_api(Clock(20), Faults(), "s", tmp_path / "world", engine="scripted", samples=SAMPLES) as api:
        api.context.limits.per_second = api.context.limits.lists_per_minute = None
        yield api


@pytest.fixture
async def tfe(api: RunsApi) -> AsyncIterator[TFEClient]:
    """With a person's token, who may do everything."""
    client = TFEClient(TFEConfig(address=api.address, token=api.user_token.secret, max_retries=0, ca_bundle=None))
    yield client
    client.close()


def made(model: type[M], **fields: Any) -> M:
    """An object of the SDK's, its fields by their Python names."""
    return model.model_validate(fields)


async def sdk(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The SDK is synchronous: its calls wait in a thread."""
    return await asyncio.to_thread(call, *args, **kwargs)


async def all_of(call: Callable[P, Iterable[T]], *args: P.args, **kwargs: P.kwargs) -> list[T]:
    return await asyncio.to_thread(lambda: list(call(*args, **kwargs)))


async def until(tfe: TFEClient, run_id: str, *statuses: str) -> Run:
    """The run once the SDK reads one of the statuses."""

    def look() -> Run:
        for _ in range(400):
            run = tfe.runs.read(run_id)
            if run.status is not None and run.status.value in statuses:
                return run
            time.sleep(0.02)
        raise AssertionError(f"{run_id} is {run.status}")

    return await asyncio.to_thread(look)


async def start(tfe: TFEClient, name: str, *, message: str = "by the SDK", save_plan: bool | None = None) -> Run:
    workspace = await sdk(tfe.workspaces.read, name, organization="acme")
    return await sdk(
        tfe.runs.create, made(RunCreateOptions, workspace=Workspace.model_construct(id=workspace.id), message=message, save_plan=save_plan)
    )


async def test_workspaces_are_listed_and_read(tfe: TFEClient) -> None:
    run = await until(tfe, (await start(tfe, "shop")).id, "planned")
    assert [each.name for each in await all_of(tfe.workspaces.list, "acme")] == ["judged", "shop", "slow"]
    options = made(WorkspaceListOptions, tags="shop", current_run_status="planned", include=[WorkspaceIncludeOpt.CURRENT_RUN], sort="-name")
    (found,) = await all_of(tfe.workspaces.list, "acme", options)
    assert (found.name, found.locked, found.current_run and found.current_run.id) == ("shop", True, run.id)
    wanted = made(WorkspaceReadOptions, include=[WorkspaceIncludeOpt.CURRENT_STATE_VER, WorkspaceIncludeOpt.PROJECT])
    by_id = await sdk(tfe.workspaces.read_by_id_with_options, found.id, wanted)
    assert (by_id.name, by_id.vcs_repo and by_id.vcs_repo.identifier) == ("shop", "acme/shop")


async def test_a_workspace_is_locked_and_unlocked(tfe: TFEClient) -> None:
    workspace = await sdk(tfe.workspaces.read, "slow", organization="acme")
    assert (await sdk(tfe.workspaces.lock, workspace.id, made(WorkspaceLockOptions, reason="audit"))).locked is True
    with pytest.raises(TFEError, match="locked by User ana"):
        await sdk(tfe.workspaces.lock, workspace.id, made(WorkspaceLockOptions, reason="again"))
    assert (await sdk(tfe.workspaces.unlock, workspace.id)).locked is False
    await sdk(tfe.workspaces.lock, workspace.id, made(WorkspaceLockOptions, reason="audit"))
    assert (await sdk(tfe.workspaces.force_unlock, workspace.id)).locked is False


async def test_configuration_versions_are_made_uploaded_read_and_archived(tfe: TFEClient, tmp_path: Path) -> None:
    workspace = await sdk(tfe.workspaces.read, "slow", organization="acme")
    options = made(ConfigurationVersionCreateOptions, auto_queue_runs=False)
    old, new = [await sdk(tfe.configuration_versions.create, workspace.id, options) for _ in range(2)]
    assert old.upload_url is not None
    await sdk(tfe.configuration_versions.upload_tar_gzip, old.upload_url, io.BytesIO(pack_archive(FILES)))
    folder = tmp_path / "configuration"
    folder.mkdir()
    (folder / "main.tf").write_text(FILES["main.tf"])
    assert new.upload_url is not None
    await sdk(tfe.configuration_versions.upload, new.upload_url, str(folder))
    for each in (old, new):
        await uploaded(tfe, each.id)
    assert await sdk(tfe.configuration_versions.download, old.id) == pack_archive(FILES)
    assert [each.id for each in await all_of(tfe.configuration_versions.list, workspace.id)][:2] == [new.id, old.id]
    await sdk(tfe.configuration_versions.archive, old.id)
    assert (await sdk(tfe.configuration_versions.read, old.id)).status == ConfigurationStatus.ARCHIVED
    assert await sdk(tfe.configuration_versions.ingress_attributes, new.id) is None


async def uploaded(tfe: TFEClient, configuration_id: str) -> None:
    def look() -> None:
        for _ in range(200):
            if tfe.configuration_versions.read(configuration_id).status == ConfigurationStatus.UPLOADED:
                return
            time.sleep(0.02)
        raise AssertionError("never uploaded")

    await asyncio.to_thread(look)


async def test_a_commit_is_read_behind_a_configuration_version(tfe: TFEClient) -> None:
    run = await start(tfe, "shop")
    assert run.configuration_version is not None
    ingress = await sdk(tfe.configuration_versions.ingress_attributes, run.configuration_version.id)
    assert ingress is not None
    assert (ingress.commit_message, ingress.sender_username, ingress.on_default_branch) == ("Correct a typo", "kim", True)


async def test_a_run_is_created_with_everything_read_and_applied(tfe: TFEClient) -> None:
    workspace = await sdk(tfe.workspaces.read, "shop", organization="acme")
    options = made(
        RunCreateOptions,
        workspace=Workspace.model_construct(id=workspace.id),
        message="deploy",
        auto_apply=False,
        refresh=True,
        target_addrs=["terraform_data.a", "terraform_data.b"],
        replace_addrs=["terraform_data.a"],
        variables=[RunVariable(key="size", value="3")],
        allow_empty_apply=False,
    )
    created = await sdk(tfe.runs.create, options)
    run = await until(tfe, created.id, "planned")
    assert run.actions is not None
    assert (run.actions.is_confirmable, run.message, run.target_addrs) == (True, "deploy", ["terraform_data.a", "terraform_data.b"])
    await sdk(tfe.runs.apply, run.id, made(RunApplyOptions, comment="looks good"))
    applied = await until(tfe, run.id, "applied")
    assert applied.status_timestamps is not None
    assert applied.status_timestamps.applied_at is not None
    with pytest.raises(TFEError, match="transition not allowed"):
        await sdk(tfe.runs.apply, run.id)


async def test_a_run_is_read_with_what_belongs_to_it(tfe: TFEClient) -> None:
    """The SDK writes most of these words with hyphens."""
    run = await until(tfe, (await start(tfe, "shop")).id, "planned")
    read = await sdk(tfe.runs.read_with_options, run.id, made(RunReadOptions, include=list(RunIncludeOpt)))
    assert (read.created_by and read.created_by.username, read.workspace and read.workspace.name) == ("ana", "shop")
    assert read.plan is not None
    assert read.plan.resource_additions == 2


async def test_runs_are_listed_for_a_workspace_and_for_the_organization(tfe: TFEClient) -> None:
    workspace = await sdk(tfe.workspaces.read, "slow", organization="acme")
    runs = [(await start(tfe, "slow", message=f"number {number}")).id for number in range(5)]
    assert [each.id for each in await all_of(tfe.runs.list, workspace.id, made(RunListOptions, page_size=2))] == runs[::-1]
    options = made(RunListForOrganizationOptions, page_size=2, status_group="non_final", workspace_names="slow")
    assert [each.id for each in await all_of(tfe.runs.list_for_organization, "acme", options)] == runs[::-1]
    named = made(RunListForOrganizationOptions, basic="number 3", status="pending")
    assert [each.id for each in await all_of(tfe.runs.list_for_organization, "acme", named)] == [runs[3]]


async def test_the_words_of_include_come_garbled_in_lists(tfe: TFEClient) -> None:
    """The SDK puts the names of its own constants into the URL of a list; the platform knows no such words, nor does the sandbox."""
    with pytest.raises(TFEError, match="Invalid include parameter"):
        await all_of(tfe.runs.list_for_organization, "acme", made(RunListForOrganizationOptions, include=[RunIncludeOpt.RUN_PLAN]))


async def test_runs_are_discarded_canceled_and_canceled_by_force(tfe: TFEClient, api: RunsApi) -> None:
    discarded = await until(tfe, (await start(tfe, "shop")).id, "planned")
    await sdk(tfe.runs.discard, discarded.id)
    assert (await until(tfe, discarded.id, "discarded")).id == discarded.id
    slow = await until(tfe, (await start(tfe, "slow")).id, "planning")
    with pytest.raises(TFEError, match="transition not allowed"):
        await sdk(tfe.runs.force_cancel, slow.id)
    await sdk(tfe.runs.cancel, slow.id)
    assert (await sdk(tfe.runs.read, slow.id)).force_cancel_available_at is not None
    api.context.clock.advance(11)
    await sdk(tfe.runs.force_cancel, slow.id)
    assert (await until(tfe, slow.id, "canceled")).canceled_at is not None


async def test_a_run_is_forced_past_another(tfe: TFEClient) -> None:
    first = await until(tfe, (await start(tfe, "shop")).id, "planned")
    second = await start(tfe, "shop")
    await sdk(tfe.runs.force_execute, second.id)
    await until(tfe, first.id, "discarded")
    await until(tfe, second.id, "planned")


async def test_a_saved_plan_is_made(tfe: TFEClient) -> None:
    run = await until(tfe, (await start(tfe, "shop", save_plan=True)).id, "planned_and_saved")
    assert run.save_plan is True


async def test_plans_and_applies_are_read(tfe: TFEClient) -> None:
    run = await until(tfe, (await start(tfe, "shop")).id, "planned")
    plan = await sdk(tfe.plans.read_for_run, run.id)
    assert (plan.id, plan.resource_additions, plan.resource_changes) == (run.plan and run.plan.id, 2, 1)
    assert await sdk(tfe.plans.logs, plan.id) == ""
    await sdk(tfe.runs.apply, run.id)
    await until(tfe, run.id, "applied")
    assert run.apply is not None
    apply = await sdk(tfe.applies.read, run.apply.id)
    assert (apply.status and apply.status.value, apply.resource_additions) == ("finished", 2)
    with pytest.raises(NotFound):
        await sdk(tfe.applies.errored_state, apply.id)


async def test_the_json_of_a_plan_is_read_where_tokens_are_let_pass(tfe: TFEClient, api: RunsApi) -> None:
    """The SDK sends its token along to the blob service, which refuses it here as long as nobody says otherwise."""
    slow = await start(tfe, "slow")
    assert await sdk(tfe.plans.read_json_output_for_run, slow.id) is None
    run = await until(tfe, (await start(tfe, "shop")).id, "planned")
    with pytest.raises(TFEError, match="400"):
        await sdk(tfe.plans.read_json_output_for_run, run.id)
    api.context.blobs.refuses_tokens = False
    assert run.plan is not None
    for plan in (await sdk(tfe.plans.read_json_output_for_run, run.id), await sdk(tfe.plans.read_json_output, run.plan.id)):
        assert plan is not None
        assert len(plan["resource_changes"]) == 3
    assert await sdk(tfe.plans.read_json_schema_for_run, run.id) == {"format_version": "1.0"}


async def test_policies_costs_and_stages_are_read_and_overridden(tfe: TFEClient) -> None:
    run = await until(tfe, (await start(tfe, "judged")).id, "post_plan_awaiting_decision")
    stages = await all_of(tfe.task_stages.list, run.id)
    assert [(str(each.stage and each.stage.value), each.status and each.status.value) for each in stages] == [
        ("pre_plan", "passed"),
        ("post_plan", "awaiting_override"),
    ]
    (evaluation,) = await all_of(tfe.policy_evaluations.list, stages[1].id)
    (outcome,) = await all_of(tfe.policy_set_outcomes.list, evaluation.id)
    assert outcome.policy_set_name == "house-rules"
    assert stages[0].task_results
    result = await sdk(tfe.task_results.read, stages[0].task_results[0].id)
    assert str(result.status.value if result.status else None) == "passed"
    overridden = await sdk(tfe.task_stages.override, stages[1].id, comment="agreed")
    assert overridden.status is not None
    await until(tfe, run.id, "policy_override")
    (check,) = await all_of(tfe.policy_checks.list, run.id)
    assert (check.status and check.status.value, check.actions and check.actions.is_overridable) == ("soft_failed", True)
    assert "1 soft-mandatory" in await sdk(tfe.policy_checks.logs, check.id)
    await sdk(tfe.policy_checks.override, check.id)
    resting = await until(tfe, run.id, "policy_checked")
    assert resting.cost_estimate is not None
    cost = await sdk(tfe.cost_estimates.read, resting.cost_estimate.id)
    assert (cost.status and cost.status.value, cost.delta_monthly_cost) == ("finished", "25.00")
    assert "25.00" in await sdk(tfe.cost_estimates.logs, cost.id)
    assert await all_of(tfe.tf_policy_evaluations.list, run.id) == []


async def test_comments_and_events_are_written_and_read(tfe: TFEClient) -> None:
    run = await start(tfe, "slow")
    comment = await sdk(tfe.comments.create, run.id, made(CommentCreateOptions, body="for the record"))
    assert (await sdk(tfe.comments.read, comment.id)).body == "for the record"
    assert [each.body for each in await all_of(tfe.comments.list, run.id)] == ["for the record"]
    options = made(RunEventListOptions, include=[RunEventIncludeOpt.RUN_EVENT_ACTOR, RunEventIncludeOpt.RUN_EVENT_COMMENT])
    events = await all_of(tfe.run_events.list, run.id, options)
    assert [each.action for each in events] == ["created", "commented"]
    read = await sdk(tfe.run_events.read, events[1].id)
    assert (read.actor is not None, read.comment and read.comment.id) == (True, comment.id)


async def test_notification_configurations_live_their_whole_life(tfe: TFEClient) -> None:
    workspace = await sdk(tfe.workspaces.read, "shop", organization="acme")
    async with open_hook() as hook:
        options = made(
            NotificationConfigurationCreateOptions,
            destination_type=NotificationDestinationType.GENERIC,
            enabled=True,
            name="bot",
            token="k",
            url=hook.url,
            triggers=[NotificationTriggerType.NEEDS_ATTENTION, NotificationTriggerType.COMPLETED],
        )
        saved = await sdk(tfe.notification_configurations.create, workspace.id, options)
        assert (saved.name, saved.token, saved.triggers) == ("bot", None, options.triggers)
        assert [each.id for each in await all_of(tfe.notification_configurations.list, workspace.id)] == [saved.id]
        assert saved.id is not None
        verified = await sdk(tfe.notification_configurations.verify, saved.id)
        assert verified.delivery_responses[0].code == "200"
        changed = await sdk(tfe.notification_configurations.update, saved.id, made(NotificationConfigurationUpdateOptions, name="other"))
        assert (await sdk(tfe.notification_configurations.read, saved.id)).name == changed.name == "other"
        await sdk(tfe.notification_configurations.delete, saved.id)
        assert await all_of(tfe.notification_configurations.list, workspace.id) == []
        assert hook.is_signed_with("k")


async def test_the_organization_its_people_and_its_queue_are_read(tfe: TFEClient) -> None:
    assert [each.name for each in await all_of(tfe.organizations.list)] == ["acme"]
    assert (await sdk(tfe.organizations.read_entitlements, "acme")).operations is True
    assert [each.name for each in await all_of(tfe.projects.list, "acme")] == ["Default Project"]
    assert "kim@acme.example" in {each.email for each in await all_of(tfe.organization_memberships.list, "acme")}
    me = await sdk(tfe.users.read_current)
    assert (me.username, me.email) == ("ana", "ana@acme.example")
    await until(tfe, (await start(tfe, "slow")).id, "planning")
    await start(tfe, "slow")
    capacity = await sdk(tfe.organizations.read_capacity, "acme")
    assert (capacity.pending, capacity.running) == (1, 1)


async def test_a_team_may_not_what_only_administrators_may(api: RunsApi) -> None:
    with TFEClient(TFEConfig(address=api.address, token=api.organization_token.secret, max_retries=0, ca_bundle=None)) as client:
        workspace = await sdk(client.workspaces.read, "shop", organization="acme")
        with pytest.raises(NotFound):
            await sdk(client.runs.create, made(RunCreateOptions, workspace=Workspace.model_construct(id=workspace.id)))


async def test_a_configuration_of_one_workspace_is_promoted_to_another(tfe: TFEClient) -> None:
    first = await start(tfe, "shop")
    target = await sdk(tfe.workspaces.read, "judged", organization="acme")
    assert first.configuration_version is not None
    options = made(
        RunCreateOptions,
        workspace=Workspace.model_construct(id=target.id),
        configuration_version=ConfigurationVersion.model_construct(id=first.configuration_version.id),
    )
    promoted = await sdk(tfe.runs.create, options)
    assert promoted.configuration_version is not None
    assert promoted.configuration_version.id == first.configuration_version.id
