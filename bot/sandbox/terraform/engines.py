"""The Engine port: what plans and applies. `terraform_engine` runs the real thing, `scripted_engine` a script on the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from bot.sandbox.terraform.records import Configuration, Run, Workspace

Choice = Literal["auto", "terraform", "scripted"]


@dataclass(frozen=True, slots=True)
class Job:
    """One run's work: where, with which configuration. The run's `interrupted` and `killed` events stop it."""

    run: Run
    workspace: Workspace
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Counts:
    additions: int = 0
    changes: int = 0
    destructions: int = 0
    imports: int = 0


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    succeeded: bool
    counts: Counts = Counts()
    has_changes: bool = False


@dataclass(frozen=True, slots=True)
class ApplyOutcome:
    succeeded: bool
    counts: Counts = Counts()
    resource_count: int = 0


class Engine(Protocol):
    """Plans and applies. Outcomes tell how terraform fared; whether a run was canceled is the machine's own knowledge."""

    @property
    def name(self) -> str:
        """For people: `terraform 1.11.4` or `scripted`."""

    @property
    def terraform_version(self) -> str: ...

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Room to work: a run waits in `plan_queued` or `apply_queued` until it has some."""

    async def plan(self, job: Job) -> PlanOutcome:
        """Plan, writing to the plan's log; returns soon after the run was interrupted."""

    async def apply(self, job: Job) -> ApplyOutcome:
        """Apply what was planned, writing to the apply's log; returns soon after the run was interrupted."""

    async def plan_json(self, job: Job) -> bytes | None:
        """What `terraform show -json` said of the run's plan; None where it has no finished plan."""

    async def forget(self, job: Job) -> None:
        """The run is over: its files may go."""

    async def close(self) -> None:
        """End every process that was started."""
