"""A Runs API whose workspaces are bound to version control: which commit a run plans is told by a read of the run alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.core.configurations import ConfigurationVersion, Ingress
from bot.core.readings import RunReading
from bot.core.runs import FROM_VERSION_CONTROL, Run
from bot.core.workspaces import Workspace
from tests.fakes.runs import FakeRuns


class FakeRunsOfCommits(FakeRuns):
    """`push` starts a run as a commit does. All else is as in FakeRuns."""

    def __init__(self, *organizations: str, **facts: Any) -> None:
        super().__init__(*organizations, **facts)
        self.ingresses: dict[str, Ingress] = {}

    def push(self, workspace: Workspace, sha: str = "4e8f1c2a9b", status: str = "") -> Run:
        run = self.add_run(workspace, status, source=FROM_VERSION_CONTROL)
        link = f"https://github.example/acme/infra/commit/{sha}"
        self.ingresses[run.id] = Ingress(commit_sha=sha, commit_message="Bump the module", commit_url=link, sender="kim")
        return run

    async def read_run(self, run_id: str, *, hurry: bool = True) -> RunReading:
        reading = await super().read_run(run_id, hurry=hurry)
        ingress = self.ingresses.get(run_id)
        if ingress is None:
            return reading
        return replace(reading, configuration=ConfigurationVersion(id="cv-1", status_word="uploaded", source="github", ingress=ingress))
