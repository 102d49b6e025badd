"""Why a configuration is not handed on, or a run not tried again."""

from __future__ import annotations

from bot.core.errors.kinds import CannotAct


class SameWorkspace(CannotAct):
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        super().__init__(f"A configuration is promoted from one workspace to another, and both are {workspace}.")


class NeverApplied(CannotAct):
    """`passed_over` is the newest run that has applied something and is no source: it destroyed, or only refreshed the state."""

    def __init__(self, workspace: str, passed_over: str = "") -> None:
        self.workspace, self.passed_over = workspace, passed_over
        but = f" (a destroy run or a refresh-only run, as {passed_over} was, does not count)" if passed_over else ""
        super().__init__(
            f"{workspace} has never applied a configuration{but}, so there is nothing to promote from it. Apply one there first."
        )


class AppliedSince(CannotAct):
    def __init__(self, run_id: str, workspace: str, newer: str) -> None:
        self.run_id, self.workspace, self.newer = run_id, workspace, newer
        super().__init__(f"{run_id} is no longer what {workspace} has applied last, that is {newer}. Nothing was started.")


class ChainChanged(CannotAct):
    def __init__(self, source: str, target: str) -> None:
        self.source, self.target = source, target
        super().__init__(f"No promotion chain says any more that {target} comes after {source}. Nothing was started.")


class HandedOnBefore(CannotAct):
    """Somebody (`by`, a name) has clicked the same, and what came of it goes on; `run_id` is "" while no run is known."""

    def __init__(self, workspace: str, by: str, run_id: str = "") -> None:
        self.workspace, self.by, self.run_id = workspace, by, run_id
        what = f"{run_id} of {workspace} goes on" if run_id else f"a run of {workspace} is being started"
        super().__init__(f"{by or 'Somebody'} has asked for this already: {what}. Nothing more was started.")


class PromotionRefused(CannotAct):
    """`repository` is what the workspace is bound to, `said` what the server said."""

    def __init__(self, workspace: str, repository: str, said: str) -> None:
        self.workspace, self.repository, self.said = workspace, repository, said
        super().__init__(
            f"{workspace} takes its configuration from {repository}, and the server refused one from elsewhere: {said.rstrip('.')}. "
            "Merge there what it shall run."
        )


class CannotRetry(CannotAct):
    """`why` is a clause without a full stop; `workspace` is where the run belongs."""

    def __init__(self, run_id: str, why: str, workspace: str) -> None:
        self.run_id, self.why, self.workspace = run_id, why, workspace
        super().__init__(f"I cannot try {run_id} again: {why}.")
