"""What a workspace would refuse of a run, or do with it that nobody may expect, told from a look at it before anything is sent. Pure.

Facts: Runs API, "Create a Run"; Workspaces API, permissions and lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.commands.runs import StartRun
from bot.core.errors import CannotAct, DestroyForbidden, NoConfiguration, NoRunsHere, TerraformTooOld, TokenMayNotStart
from bot.core.locks import RUNS, holder_words
from bot.core.workspaces import WorkspaceDetail

LOCAL = "local"
RELEASE = re.compile(r"v?([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})(?![0-9])")
SINCE: tuple[tuple[str, tuple[int, int, int]], ...] = (("refresh_only", (0, 15, 4)), ("replacements", (0, 15, 2)))
WORD_FOR = {"refresh_only": "refresh-only", "replacements": "replace"}


def obstacle(wish: StartRun, detail: WorkspaceDetail, *, brings_configuration: bool) -> CannotAct | None:
    """The first thing for which the run would be refused; None where nothing is seen that speaks against it."""
    return next(obstacles(wish, detail, brings_configuration=brings_configuration), None)


def obstacles(wish: StartRun, detail: WorkspaceDetail, *, brings_configuration: bool) -> Iterator[CannotAct]:
    workspace = detail.workspace
    if workspace.execution_mode == LOCAL:
        yield NoRunsHere(workspace.full_name)
    if detail.may and "queue-run" not in detail.may:
        yield TokenMayNotStart(workspace.full_name)
    if wish.destroy and not workspace.allow_destroy_plan:
        yield DestroyForbidden(workspace.full_name)
    if wish.destroy and not wish.plan_only and detail.may and "queue-destroy" not in detail.may:
        yield TokenMayNotStart(workspace.full_name, destroy=True)
    if detail.lacks_configuration and not brings_configuration and workspace.current_run_id is None:
        yield NoConfiguration(workspace.full_name, repository=detail.repository)
    release = release_of(detail.terraform_version)
    for name, since in SINCE:
        if getattr(wish, name) and release is not None and release < since:
            yield TerraformTooOld(workspace.full_name, detail.terraform_version, WORD_FOR[name], ".".join(map(str, since)))


def cautions(wish: StartRun, detail: WorkspaceDetail) -> tuple[str, ...]:
    """What is well known to the workspace and not to whoever asks: a sentence each, of which nothing is refused."""
    return (lock_caution(detail),) if detail.lock.is_locked and not (wish.plan_only or wish.save_plan) else ()


def lock_caution(detail: WorkspaceDetail) -> str:
    """A run holds the lock while it goes on; whoever else does has to let go of it."""
    lock = detail.lock
    if lock.holder_kind == RUNS:
        return f"Another run of {detail.workspace.full_name} goes on, so this one waits for its end."
    held = f" {holder_words(lock)}." if lock.holder_name or lock.holder_id or lock.reason else ""
    return f"{detail.workspace.full_name} is locked, so the run waits until it is unlocked.{held}"


def release_of(version: str) -> tuple[int, int, int] | None:
    """A release by its numbers; None for what is chosen at the start of each run, as `latest` and `~> 1.5` are."""
    found = RELEASE.match(version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None
