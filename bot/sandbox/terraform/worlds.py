"""Worlds of many workspaces: made-up histories without configurations of their own, some of their runs still alive."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, islice
from typing import TYPE_CHECKING

from bot.sandbox.terraform.archives import pack_archive
from bot.sandbox.terraform.configurations import new_configuration, process_upload
from bot.sandbox.terraform.ids import new_id
from bot.sandbox.terraform.records import RunRequest, Script, Workspace
from bot.sandbox.terraform.statuses import seconds, timestamp_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.terraform.context import Context
    from bot.sandbox.terraform.records import Account, Configuration, Run

SERVICES = ("cart", "search", "orders", "users", "mail", "stock", "prices", "maps", "media", "audit")
ENVIRONMENTS = ("dev", "staging", "prod")
PAST = ("applied", "applied", "applied", "planned_and_finished", "errored", "discarded", "applied", "canceled")
LIVE = ("planned", "planned", "planning", "planned", "pending", "planned", "applying", "planned")
FILES = {"main.tf": 'output "service" {\n  value = "made up"\n}\n'}
BREATHS = 500


async def add_many(context: Context, workspaces: int, live: int) -> None:
    """So many workspaces, each with a run; the first `live` of them, spread over the whole, are still alive. Runs that plan take a
    minute and more for it, so that the world keeps moving; nothing in it is planned by terraform.
    """
    configuration: Configuration | None = None
    alive = set(islice((number * workspaces // max(live, 1) for number in range(live)), workspaces))
    states, past = cycle(LIVE), cycle(PAST)
    actor = next(iter(context.store.memberships.values())).account
    for number, name in enumerate(_names(workspaces)):
        workspace = _workspace(context, name, number)
        configuration = configuration or await _configuration(context, workspace)
        workspace.used_configurations.append(configuration.id)
        status = next(states) if number in alive else next(past)
        _add_run(context, workspace, configuration, actor, status)
        if number % BREATHS == 0:
            await asyncio.sleep(0)


def _names(count: int) -> Iterator[str]:
    for number in range(count):
        yield f"{SERVICES[number % len(SERVICES)]}-{number // 30:04d}-{ENVIRONMENTS[number % len(ENVIRONMENTS)]}"


def _workspace(context: Context, name: str, number: int) -> Workspace:
    service, environment = name.split("-", maxsplit=1)[0], name.rsplit("-", maxsplit=1)[-1]
    changed = context.clock.now() - timedelta(minutes=number % 10_000)
    workspace = Workspace(
        id=new_id("ws"),
        name=name,
        description=f"Made up: {service}, {environment}",
        auto_apply=False,
        created_at=changed - timedelta(days=100),
        changed_at=changed,
        script=Script(additions=1 + number % 9, changes=number % 4, plan_seconds=60.0 + number % 600, apply_seconds=60.0 + number % 600),
        tags=(service, environment),
        bindings={"service": service, "environment": environment},
    )
    context.store.add_workspace(workspace)
    return workspace


async def _configuration(context: Context, workspace: Workspace) -> Configuration:
    """One for all: it is there to be named, not to be planned."""
    configuration = new_configuration(context, workspace, None, auto_queue_runs=False)
    configuration.archive.write_bytes(pack_archive(FILES))
    await process_upload(context, configuration)
    return configuration


def _add_run(context: Context, workspace: Workspace, configuration: Configuration, actor: Account, status: str) -> None:
    machine = context.machine
    request = RunRequest(message=f"Bring {workspace.name} up to date")
    run = machine.new_run(workspace, configuration, request, "tfe-api", actor)
    run.created_at = workspace.changed_at
    workspace.current_run = run
    if status in ("planning", "pending"):
        workspace.holder = run
        machine.begin(run)
        if status == "pending":
            waiting = machine.new_run(workspace, configuration, replace(request, message="Next in line"), "tfe-api", actor)
            workspace.waiting.append(waiting)
        return
    _plan(run, workspace, has_changes=status != "planned_and_finished")
    run.updated_at, run.status = workspace.changed_at, status
    if (key := timestamp_key(status)) is not None:
        run.timestamps[key] = seconds(run.updated_at)
    if status == "applying":
        workspace.holder = run
        machine.resume_apply(run)
    elif status == "planned":
        workspace.holder = run
    else:
        run.apply.status = "finished" if status == "applied" else "unreachable"
        workspace.finished_runs += 1


def _plan(run: Run, workspace: Workspace, *, has_changes: bool) -> None:
    """The plan as it would be after it ran."""
    script, moment = workspace.script, seconds(workspace.changed_at)
    run.plan.status, run.plan.has_changes = "finished", has_changes
    run.plan.additions, run.plan.changes, run.plan.destructions, run.plan.imports = script.additions, script.changes, 0, 0
    run.plan.timestamps |= {"started-at": moment, "finished-at": moment}
    run.timestamps |= {"plan-queued-at": moment, "planning-at": moment, "planned-at": moment}
