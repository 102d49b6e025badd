"""Configuration versions come to life here: made, and once uploaded checked, usable and where wanted queued as a run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.sandbox.terraform.archives import BadArchive, check_archive
from bot.sandbox.terraform.errors import ApiError
from bot.sandbox.terraform.ids import new_id
from bot.sandbox.terraform.records import Configuration
from bot.sandbox.terraform.run_requests import uploaded_run_request
from bot.sandbox.terraform.statuses import is_final, seconds

if TYPE_CHECKING:
    from bot.sandbox.terraform.context import Context
    from bot.sandbox.terraform.records import Account, Ingress, Workspace
    from bot.sandbox.terraform.store import Store


def new_configuration(
    context: Context,
    workspace: Workspace,
    creator: Account | None,
    *,
    creator_may_apply: bool = True,
    auto_queue_runs: bool,
    speculative: bool = False,
    provisional: bool = False,
    ingress: Ingress | None = None,
    configuration_id: str | None = None,
) -> Configuration:
    configuration_id = configuration_id or new_id("cv")
    configuration = Configuration(
        id=configuration_id,
        workspace_id=workspace.id,
        created_at=context.clock.now(),
        auto_queue_runs=auto_queue_runs,
        speculative=speculative,
        provisional=provisional,
        archive=context.store.folder / f"{configuration_id}.tar.gz",
        creator=creator,
        creator_may_apply=creator_may_apply,
        ingress=ingress,
    )
    context.store.add_configuration(configuration)
    return configuration


async def process_upload(context: Context, configuration: Configuration) -> None:
    """Check what was uploaded, then let runs have it."""
    try:
        await asyncio.to_thread(check_archive, configuration.archive)
    except BadArchive as error:
        configuration.status, configuration.error_message = "errored", str(error)
        configuration.timestamps["errored-at"] = seconds(context.clock.now())
        return
    configuration.status = "uploaded"
    configuration.timestamps["uploaded-at"] = seconds(context.clock.now())
    if configuration.auto_queue_runs:
        workspace = context.store.workspace(configuration.workspace_id)
        wanted = uploaded_run_request(workspace, configuration)
        context.machine.create(workspace, configuration, wanted, "tfe-configuration-version", configuration.creator)


def archive_configuration(store: Store, configuration: Configuration) -> None:
    """Give the files up. 409 where the version is a workspace's current one, in use by a run, or came from a repository."""
    is_in_use = any(run.configuration_id == configuration.id and not is_final(run) for run in store.runs.values())
    is_current = any(store.latest_configuration(each) is configuration for each in store.workspaces.values())
    if configuration.ingress is not None or configuration.status != "uploaded" or is_in_use or is_current:
        raise ApiError(409, "conflict", "This configuration version cannot be archived.")
    configuration.status = "archived"
    configuration.timestamps["archived-at"] = seconds(store.clock.now())
    configuration.archive.unlink(missing_ok=True)
