"""Why no run can be started, and what locks say about that."""

from __future__ import annotations

from bot.core.errors.kinds import CannotAct


class VersionUnusable(CannotAct):
    """`why` is a clause without a full stop."""

    def __init__(self, version: str, why: str) -> None:
        self.version, self.why = version, why
        super().__init__(f"No run can use {version}: {why}.")


class OtherOrganization(CannotAct):
    """`what` belongs to one workspace and was meant for another, each by its full name."""

    def __init__(self, what: str, source: str, target: str) -> None:
        self.what, self.source, self.target = what, source, target
        super().__init__(
            f"{what} belongs to {source}, and {target} is in another organization: a configuration is used within one organization alone."
        )


class NoRunsHere(CannotAct):
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        super().__init__(
            f"{workspace} runs Terraform on people's own machines (execution mode “local”), so the server starts no runs of it. "
            "An admin can change this in the workspace's settings."
        )


class TokenMayNotStart(CannotAct):
    def __init__(self, workspace: str, *, destroy: bool = False) -> None:
        self.workspace, self.destroy = workspace, destroy
        kind = "destroy runs" if destroy else "runs"
        super().__init__(f"The Terraform token I use may not start {kind} of {workspace}. Its team needs more access to the workspace.")


class NoConfiguration(CannotAct):
    """`repository` is where the workspace takes its configuration from, "" where it is given one by hand."""

    def __init__(self, workspace: str, *, repository: str = "") -> None:
        self.workspace, self.repository = workspace, repository
        how = f"Push to {repository}" if repository else "Upload one"
        super().__init__(
            f"{workspace} has no configuration yet, so there is nothing to run. {how}, or name one of another workspace with --version."
        )


class TerraformTooOld(CannotAct):
    """`option` is what needs `since`, both as a person writes them."""

    def __init__(self, workspace: str, version: str, option: str, since: str) -> None:
        self.workspace, self.version, self.option, self.since = workspace, version, option, since
        super().__init__(f"{workspace} runs Terraform {version}, and {option} needs {since} or newer. Leave it out.")


class DestroyForbidden(CannotAct):
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        super().__init__(f"{workspace} does not allow destroy plans. An admin can change this in the workspace's settings.")


class NotLocked(CannotAct):
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        super().__init__(f"{workspace} is not locked, so there is nothing to unlock.")


class WorkspaceHeld(CannotAct):
    """`held` says who holds the lock, perhaps in words from outside. `by_run`: a run that goes on; `by_other`: somebody in Terraform."""

    def __init__(self, workspace: str, held: str, *, by_run: bool = False, by_other: bool = False) -> None:
        self.workspace, self.held, self.by_run, self.by_other = workspace, held, by_run, by_other
        super().__init__(f"{workspace} is locked. {held}.")
