"""Configuration versions come to life here: made, and once uploaded checked, usable and where wanted queued as a run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.sandbox.terraform.archives import BadArchive, check_archive
from bot.sandbox.terraform.ids import new_id
from bot.sandbox.terraform.records import Configuration
from bot.sandbox.terraform.run_requests import uploaded_run_request
from bot.sandbox.terraform.statuses import seconds

if TYPE_CHECKING:
    from bot.sandbox.terraform.context import Context
    from bot.sandbox.terraform.records import Account, Workspace


def new_configuration(
    context: Context,
    workspace: Workspace,
    creator: Account | None,
    *,
    creator_may_apply: bool = True,
    auto_queue_runs: bool,
    speculative: bool = False,
    provisional: bool = False,
) -> Configuration:
    configuration_id = new_id("cv")
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
