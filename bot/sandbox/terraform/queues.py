"""One run at a time holds a workspace; the others wait as `pending`. A lock by a person holds everybody up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.terraform.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.terraform.records import Account, Run, Workspace


class Queue:
    """Decides which run goes on; `start` is called with it once the workspace is its own."""

    def __init__(self, start: Callable[[Run], None]) -> None:
        self._start = start

    def enter(self, workspace: Workspace, run: Run) -> None:
        """Plan-only runs, and those that save their plan, ask for no workspace and begin at once; all others take their turn."""
        if run.request.plan_only or run.request.save_plan:
            self._start(run)
            return
        workspace.waiting.append(run)
        self._advance(workspace)

    def leave(self, workspace: Workspace, run: Run) -> None:
        if run in workspace.waiting:
            workspace.waiting.remove(run)
        if workspace.holder is run:
            workspace.holder = None
        self._advance(workspace)

    def claim(self, workspace: Workspace, run: Run) -> None:
        """Give the workspace to a run that saved its plan; 409 where it is locked."""
        if workspace.locked:
            raise ApiError(409, "transition not allowed", f"Unable to apply the saved plan. {held_by(workspace)}")
        workspace.holder = workspace.current_run = run

    def put_first(self, workspace: Workspace, run: Run) -> None:
        workspace.waiting.remove(run)
        workspace.waiting.insert(0, run)

    def lock(self, workspace: Workspace, account: Account, reason: str | None) -> None:
        if workspace.locked:
            raise ApiError(409, "conflict", f"Unable to lock workspace. {held_by(workspace)}")
        workspace.locked_by, workspace.lock_reason = account, reason

    def unlock(self, workspace: Workspace, account: Account, *, force: bool) -> None:
        """Only who locked unlocks, unless by force; a run's hold ends with the run."""
        if not workspace.locked:
            raise ApiError(409, "conflict", "Unable to unlock workspace. The workspace is not locked.")
        if workspace.holder is not None or (workspace.locked_by != account and not force):
            raise ApiError(409, "conflict", f"Unable to unlock workspace. {held_by(workspace)}")
        workspace.locked_by = workspace.lock_reason = None
        self._advance(workspace)

    def _advance(self, workspace: Workspace) -> None:
        if workspace.waiting and not workspace.locked:
            run = workspace.waiting.pop(0)
            workspace.holder = workspace.current_run = run
            self._start(run)


def held_by(workspace: Workspace) -> str:
    if workspace.holder is not None:
        return f"The workspace is locked by Run {workspace.holder.id}."
    holder = workspace.locked_by
    kind = "Team" if holder is not None and holder.is_service else "User"
    return f"The workspace is locked by {kind} {holder.username if holder is not None else ''}."
