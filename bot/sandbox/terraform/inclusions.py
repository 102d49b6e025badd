"""The resources that stand beside runs and workspaces in an answer, by the words of `include`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.terraform.documents import (
    Document,
    account_document,
    apply_document,
    configuration_document,
    ingress_document,
    plan_document,
    run_document,
)
from bot.sandbox.terraform.evaluation_documents import cost_document, stage_document
from bot.sandbox.terraform.organization_documents import organization_document, project_document, workspace_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.sandbox.terraform.context import Context
    from bot.sandbox.terraform.records import Configuration, Run, Token, Workspace

RUN_INCLUDES = frozenset(
    {
        "plan",
        "apply",
        "created_by",
        "cost_estimate",
        "configuration_version",
        "configuration_version.ingress_attributes",
        "workspace",
        "task_stages",
        "tf_policy_evaluations",
    }
)
RUN_PARTS = frozenset({"plan", "apply", "configuration_version", "configuration_version.ingress_attributes"})
RUN_WORDS = ("current_run", "latest_run")
WORKSPACE_INCLUDES = frozenset(
    {
        *(word for run in RUN_WORDS for word in (run, *(f"{run}.{part}" for part in RUN_PARTS))),
        "current_configuration_version",
        "current_configuration_version.ingress_attributes",
        "current_state_version",
        "current_assessment_result",
        "effective_tag_bindings",
        "agent_pool",
        "locked_by",
        "organization",
        "outputs",
        "project",
        "readme",
        "vars",
    }
)


def beside_runs(context: Context, caller: Token, runs: Iterable[Run], wanted: frozenset[str]) -> list[Document]:
    """Each resource once."""
    return _each_once(document for run in runs for document in _beside_run(context, caller, run, wanted))


def beside_workspaces(context: Context, caller: Token, workspaces: Iterable[Workspace], wanted: frozenset[str]) -> list[Document]:
    """Each resource once. What the sandbox has not (state versions, outputs, readmes) is left out."""
    return _each_once(
        [
            *(document for workspace in workspaces for document in _beside_workspace(context, caller, workspace, wanted)),
            *([organization_document(context.store, caller)] if "organization" in wanted else []),
            *([project_document(context.store)] if "project" in wanted else []),
        ]
    )


def _beside_run(context: Context, caller: Token, run: Run, wanted: frozenset[str]) -> Iterator[Document]:
    store, cost = context.store, run.evaluations.cost_estimate
    if "plan" in wanted:
        yield plan_document(run, context.blobs)
    if "apply" in wanted:
        yield apply_document(run, context.blobs)
    if "created_by" in wanted and run.creator is not None:
        yield account_document(run.creator)
    if "cost_estimate" in wanted and cost is not None:
        yield cost_document(run, cost)
    if "configuration_version" in wanted or "configuration_version.ingress_attributes" in wanted:
        with_ingress = "configuration_version.ingress_attributes" in wanted
        yield from _configurations(store.configuration(run.configuration_id), with_ingress=with_ingress)
    if "workspace" in wanted:
        yield workspace_document(store.workspace_of(run), caller, store, context.machine.terraform_version)
    if "task_stages" in wanted:
        yield from (stage_document(stage, caller) for stage in run.evaluations.stages)


def _beside_workspace(context: Context, caller: Token, workspace: Workspace, wanted: frozenset[str]) -> Iterator[Document]:
    run = workspace.current_run
    if run is not None:
        for word in RUN_WORDS:
            parts = frozenset(each.removeprefix(f"{word}.") for each in wanted if each.startswith(f"{word}."))
            if parts or word in wanted:
                yield run_document(run, caller, context.store)
                yield from _beside_run(context, caller, run, parts)
    if "locked_by" in wanted and workspace.holder is not None:
        yield run_document(workspace.holder, caller, context.store)
    if "locked_by" in wanted and workspace.locked_by is not None:
        yield account_document(workspace.locked_by)
    with_ingress = "current_configuration_version.ingress_attributes" in wanted
    if with_ingress or "current_configuration_version" in wanted:
        configuration = context.store.latest_configuration(workspace)
        if configuration is not None:
            yield from _configurations(configuration, with_ingress=with_ingress)


def _configurations(configuration: Configuration, *, with_ingress: bool) -> Iterator[Document]:
    yield configuration_document(configuration)
    if with_ingress and configuration.ingress is not None:
        yield ingress_document(configuration.ingress)


def _each_once(documents: Iterable[Document]) -> list[Document]:
    return list({(each["type"], each["id"]): each for each in documents}.values())
