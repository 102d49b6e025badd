"""The Runs API of one server, as the use cases need it. Each method raises a TerraformTrouble of core/errors and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from bot.core.configurations import ConfigurationVersion, NewConfiguration
from bot.core.costs import CostEstimate
from bot.core.histories import Comment, RunEvent
from bot.core.locks import Lock
from bot.core.logs import LogPiece, Part, SavedText
from bot.core.notifications import NewNotification, Notification, Scope
from bot.core.plans import PlanFacts
from bot.core.policies import PolicyCheck, PolicyOutcome, TaskStage
from bot.core.readings import ANY_RUN, Account, NewRun, RunPage, RunQuery, RunReading, WorkspacePage
from bot.core.runs import Action, Run
from bot.core.servers import MembershipPage, ProjectPage
from bot.core.workspaces import Workspace, WorkspaceDetail


class Runs(Protocol):
    """The Runs API of one server. Every method raises a TerraformTrouble of core/errors and nothing else."""

    async def account(self) -> Account: ...

    async def organization(self, name: str) -> str:
        """The organization's own spelling of its name; NotVisible where the token sees none."""

    async def read_run(self, run_id: str, *, hurry: bool = True) -> RunReading:
        """One run with its workspace and plan; `hurry` is for people, polling goes behind them."""

    async def read_plan(self, plan_id: str) -> PlanFacts: ...

    async def read_workspace(self, organization: str, name: str) -> Workspace: ...

    async def list_workspaces(
        self,
        organization: str,
        *,
        page: int = 1,
        live_only: bool = False,
        newest_first: bool = False,
        hurry: bool = False,
    ) -> WorkspacePage:
        """100 a page, with current runs. `live_only`: only those whose current run is not final; `newest_first`: by its creation."""

    async def list_organization_runs(self, organization: str, *, page: int = 1, live_only: bool = False) -> RunPage:
        """All operations, plan-only ones as well, newest first, 100 a page, from the small budget; NotVisible where there is none."""

    async def list_workspace_runs(self, workspace_id: str, *, page: int = 1, size: int = 20, query: RunQuery = ANY_RUN) -> RunPage:
        """Newest first, from the small budget; a server that knows no filters answers with whatever it has."""

    async def create_run(self, wish: NewRun) -> Run: ...

    async def act(self, action: Action, run_id: str, comment: str) -> None:
        """Apply, discard or cancel, once: never sent again where it may have been received."""

    async def force_cancel(self, run_id: str, comment: str) -> None:
        """Kill a run whose cancel has not ended it, once; StateMovedOn before the server's time for that has come."""

    async def force_execute(self, run_id: str) -> None:
        """Discard the run that keeps a pending one waiting, and start that, once."""

    async def comments(self, run_id: str) -> tuple[str, ...]:
        """The bodies of a run's comments; empty where the server keeps none."""


class Configurations(Protocol):
    async def create(self, wish: NewConfiguration) -> ConfigurationVersion:
        """An empty version with the address that it is uploaded to; no run is ever queued by the upload."""

    async def read(self, configuration_id: str) -> ConfigurationVersion:
        """With the commit that it was fetched from, where there is one."""

    async def newest(self, workspace_id: str) -> tuple[ConfigurationVersion, ...]:
        """The newest hundred that were made in a workspace; those that its runs were given from elsewhere are not among them."""

    async def upload(self, configuration: ConfigurationVersion, archive: Path) -> ConfigurationVersion:
        """Upload a gzipped tar from disk and wait until the server has taken it in; RequestRefused where it cannot."""

    async def archive(self, configuration_id: str) -> None:
        """Have the server give its files up; StateMovedOn where it is in use, or was never uploaded."""


class Logs(Protocol):
    async def read(self, part: Part, part_id: str, offset: int = 0) -> LogPiece:
        """What is there of the log of a plan or an apply from `offset` bytes on, up to 256 KB."""

    async def save(self, part: Part, part_id: str, path: Path, most: int) -> SavedText:
        """As much of it as there is into a file, `most` bytes at most."""


class PlanTexts(Protocol):
    async def save(self, plan_id: str, path: Path, most: int, *, redacted: bool = True) -> SavedText | None:
        """The plan as JSON into a file; None while it is not finished. TooLarge over `most` bytes, NotVisible without the right."""


class Policies(Protocol):
    """NotVisible where the server has none of what is asked for, or the token may not see it."""

    async def checks(self, run_id: str) -> tuple[PolicyCheck, ...]: ...

    async def output(self, check_id: str) -> str:
        """What the policies of a check printed."""

    async def stages(self, run_id: str) -> tuple[TaskStage, ...]: ...

    async def stage(self, stage_id: str) -> TaskStage: ...

    async def outcomes(self, evaluation_id: str) -> tuple[PolicyOutcome, ...]: ...

    async def override_check(self, check_id: str, comment: str) -> PolicyCheck:
        """Once; StateMovedOn where it does not wait for it. The run is not confirmed by it."""

    async def override_stage(self, stage_id: str, comment: str) -> TaskStage: ...

    async def cost(self, estimate_id: str) -> CostEstimate: ...


class Locks(Protocol):
    async def detail(self, workspace_id: str) -> WorkspaceDetail:
        """A workspace with who holds its lock, and what it would refuse."""

    async def lock(self, workspace_id: str, reason: str) -> Lock:
        """StateMovedOn where it is locked already."""

    async def unlock(self, workspace_id: str) -> Lock:
        """StateMovedOn where it is not locked, or by somebody else."""

    async def force_unlock(self, workspace_id: str) -> Lock: ...


class Webhooks(Protocol):
    async def all(self, scope: Scope, owner_id: str) -> tuple[Notification, ...]:
        """The notification configurations of one workspace or project."""

    async def create(self, wish: NewNotification) -> Notification:
        """RequestRefused where its address does not answer the server."""

    async def enable(self, webhook_id: str, *, enabled: bool) -> Notification: ...

    async def verify(self, webhook_id: str) -> Notification: ...

    async def remove(self, webhook_id: str) -> None: ...


class Memberships(Protocol):
    async def members(self, organization: str, *, page: int = 1, query: str = "") -> MembershipPage:
        """100 a page; e-mail addresses where the token may see them."""

    async def projects(self, organization: str, *, page: int = 1, names: tuple[str, ...] = ()) -> ProjectPage: ...


class Histories(Protocol):
    async def comment(self, run_id: str, body: str) -> Comment:
        """Once: never sent again where it may have been received."""

    async def events(self, run_id: str) -> tuple[RunEvent, ...]:
        """What was done to a run, by whom."""


class Files(Protocol):
    async def fetch(self, url: str, path: Path, most: int, what: str, until: float) -> int:
        """Download what somebody else's URL leads to into a file, by `until` of the monotonic clock; the size in bytes.

        AddressRefused for a URL that leads elsewhere than it should, TooLarge over `most` bytes; `what` names it in both.
        """
