"""The sample world: its workspaces, their configurations as .tf files beside this, and scripts for machines without terraform."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha1
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from bot.sandbox.terraform.archives import pack_archive
from bot.sandbox.terraform.configurations import new_configuration, process_upload
from bot.sandbox.terraform.ids import new_id
from bot.sandbox.terraform.records import Ingress, Script, Workspace
from bot.sandbox.terraform.stages import NO_STAGES, Stages

if TYPE_CHECKING:
    from bot.sandbox.terraform.context import Context
    from bot.sandbox.terraform.records import Configuration


@dataclass(frozen=True, slots=True)
class Sample:
    """One workspace to begin with. `folder` names its configuration here; samples with one folder share one upload where
    `shares_with` names the workspace that made it. `commit` is the message and the author of the commit that the configuration
    came with, as if from a repository. Ids are made up where they are not said.
    """

    name: str
    folder: str
    description: str
    script: Script
    variables: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    auto_apply: bool = False
    shares_with: str | None = None
    stages: Stages = NO_STAGES
    commit: tuple[str, str] | None = None
    workspace_id: str | None = None
    configuration_id: str | None = None


SHOP = Script(additions=6)
SAMPLES = (
    Sample(
        "storefront-dev",
        "storefront",
        "The shop, where it is tried first",
        SHOP,
        {"environment": "dev"},
        ("storefront", "dev"),
    ),
    Sample(
        "storefront-staging",
        "storefront",
        "The shop, as it will be",
        SHOP,
        {"environment": "staging", "cidr": "10.20.0.0/16"},
        ("storefront", "staging"),
        shares_with="storefront-dev",
    ),
    Sample(
        "storefront-prod",
        "storefront",
        "The shop, with customers in it",
        Script(additions=8),
        {"environment": "prod", "cidr": "10.30.0.0/16", "replicas": 3, "database_size": "large"},
        ("storefront", "prod"),
        shares_with="storefront-dev",
    ),
    Sample(
        "catalog-import",
        "catalog_import",
        "Thousands of products; the plan takes its time",
        Script(additions=6000, outputs_change=True, plan_seconds=30.0, apply_seconds=60.0),
        tags=("catalog",),
    ),
    Sample(
        "billing",
        "billing",
        "Invoices; the plan fails while the rate table is empty",
        Script(plan_error="Resource precondition failed: The rate table is empty"),
        tags=("finance",),
    ),
    Sample(
        "search-index",
        "search_index",
        "The search cluster; its apply fails",
        Script(additions=2, apply_error="local-exec provisioner error: mapping products-v2 conflicts with field price"),
        tags=("catalog",),
    ),
    Sample(
        "dns",
        "dns",
        "The zone; nothing to change",
        Script(additions=0),
        tags=("network",),
    ),
    Sample(
        "docs-site",
        "docs_site",
        "The documentation; applied without asking",
        Script(additions=2, outputs_change=True),
        tags=("docs",),
        auto_apply=True,
        commit=("Correct the opening hours", "kim"),
    ),
    Sample(
        "payments",
        "payments",
        "Payments; its price is estimated, a policy needs an override",
        Script(additions=3),
        tags=("finance",),
        stages=Stages(post_plan="advisory_failed", cost_estimate="finished", policy_check="soft_failed"),
        commit=("Keep receipts for ten years", "raj"),
    ),
)


async def add_sample(context: Context, sample: Sample) -> Workspace:
    """The workspace with its configuration version uploaded, as if a person had done so."""
    now = context.clock.now()
    workspace = Workspace(
        id=sample.workspace_id or new_id("ws"),
        name=sample.name,
        description=sample.description,
        auto_apply=sample.auto_apply,
        created_at=now,
        changed_at=now,
        variables=dict(sample.variables),
        script=replace(sample.script),
        stages=sample.stages,
        tags=sample.tags,
        bindings={"team": sample.tags[0]} if sample.tags else {},
        repository=None if sample.commit is None else f"{context.store.organization}/{sample.name}",
    )
    context.store.add_workspace(workspace)
    context.store.use_configuration(workspace, await _configuration(context, workspace, sample))
    return workspace


async def _configuration(context: Context, workspace: Workspace, sample: Sample) -> Configuration:
    if sample.shares_with is not None:
        shared = context.store.latest_configuration(context.store.names[sample.shares_with])
        if shared is not None:
            return shared
    configuration = new_configuration(
        context, workspace, None, auto_queue_runs=False, ingress=_ingress(workspace, sample), configuration_id=sample.configuration_id
    )
    folder = files(__package__).joinpath(sample.folder)
    texts = {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.name.endswith(".tf")}
    configuration.archive.write_bytes(pack_archive(texts))
    await process_upload(context, configuration)
    return configuration


def _ingress(workspace: Workspace, sample: Sample) -> Ingress | None:
    if sample.commit is None or workspace.repository is None:
        return None
    message, author = sample.commit
    return Ingress(new_id("ia"), "main", sha1(message.encode(), usedforsecurity=False).hexdigest(), message, workspace.repository, author)
