"""What lists show: facts put together for a renderer that knows Slack and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.listings import Page
from bot.core.locks import Lock
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.signatures import unsigned
from bot.core.tallies import Tally
from bot.core.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    """`link` leads to the workspace's page."""

    workspace: Workspace
    run: Run | None
    link: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """`link` leads to the run's page; `asked_by` is the Slack id of who had us start it, "" where we did not."""

    run: Run
    workspace: Workspace
    link: str
    asked_by: str = ""

    @property
    def said(self) -> str:
        """The run's message without what we add to it on the server: who asked is told beside it."""
        return unsigned(self.run.message)


@dataclass(frozen=True, slots=True)
class RunList:
    """`named` are the workspaces that were asked for by their very name, with their pages."""

    page: Page[RunRow]
    named: tuple[tuple[Workspace, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """`rows` are the runs that have not ended, as they come: the one that holds the workspace first. `seen_at` is when each was read.

    `lock` is None where the server did not say.
    """

    workspace: Workspace
    link: str
    rows: tuple[RunRow, ...]
    seen_at: tuple[datetime, ...]
    lock: Lock | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """A run that waits for people since `since`; `behind` runs of its workspace wait for it. `tally` is None where nobody has judged it.

    `asked` is the address of the message in Slack that has the buttons, "" where there is none; `voted` are those who have said yes.
    """

    run: Run
    workspace: Workspace
    link: str
    since: datetime
    plan: PlanFacts | None = None
    tally: Tally | None = None
    behind: int = 0
    asked: str = ""
    asked_in: str = ""
    voted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Offers:
    """What waits for somebody here, and whether anything waits that they may read; `elsewhere` is told where nothing is here."""

    here: tuple[Waits, ...]
    any_waits: bool
    elsewhere: tuple[Waits, ...] = ()

    @property
    def nearest(self) -> tuple[Waits, ...]:
        return self.here or self.elsewhere
