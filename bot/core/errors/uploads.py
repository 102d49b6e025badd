"""Files that shall become a run, and do not."""

from __future__ import annotations

from bot.core.errors.kinds import UploadTrouble


class FileNotTaken(UploadTrouble):
    """`name` is in quotes already; `why` is a clause of ours."""

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"I do not take {name}: {why}.")


class FileUnreadable(UploadTrouble):
    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"I could not get {name} from Slack: {why}.")


class ArchiveRefused(UploadTrouble):
    """`problem` is a clause, names in it in quotes."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"I do not take this configuration: {problem}.")


class VersionControlled(UploadTrouble):
    def __init__(self, workspace: str, repository: str) -> None:
        self.workspace, self.repository = workspace, repository
        super().__init__(
            f"{workspace} takes its configuration from {repository}, and the server takes uploads for it only to plan. "
            "Choose “Plan only”, or push to the repository."
        )


class UploadNotTaken(UploadTrouble):
    def __init__(self, configuration_id: str) -> None:
        self.configuration_id = configuration_id
        super().__init__(f"The server has not taken in {configuration_id} in time. Please try again in a moment.")


class UploadStopped(UploadTrouble):
    """`during` says in which step, `why` is a sentence or more."""

    def __init__(self, during: str, why: str) -> None:
        self.during, self.why = during, why
        super().__init__(f"The upload ended {during}. {why} No run was started.")
