"""The database: one transaction with its rows, and the clock and the wakes that go with it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.services.ports.confirmations import ConfirmationRows
from bot.services.ports.decisions import AuditRows, FreezeRows, GateRows, IntentRows, ReminderRows, RuleRows, SendRows, VoteRows
from bot.services.ports.listings import ListingRows
from bot.services.ports.processes import LeaseRows, LeavingsRows, LookRows, PreferenceRows, ReplicaRows, SeenRows
from bot.services.ports.projects import ProjectRows
from bot.services.ports.repetitions import RepetitionRows
from bot.services.ports.requests import RequestRows
from bot.services.ports.things import DetailRows, MessageRows, PlanRows, RunRows, WatchRows, WorkspaceRows
from bot.services.ports.uploads import AuthorRows, UploadRows


class Clock(Protocol):
    """The database's clock, as far as we know it: leases, freezes and expiry use nothing else."""

    def now(self) -> datetime: ...


class Transaction(Protocol):
    @property
    def workspaces(self) -> WorkspaceRows: ...

    @property
    def runs(self) -> RunRows: ...

    @property
    def plans(self) -> PlanRows: ...

    @property
    def details(self) -> DetailRows: ...

    @property
    def watches(self) -> WatchRows: ...

    @property
    def messages(self) -> MessageRows: ...

    @property
    def gates(self) -> GateRows: ...

    @property
    def votes(self) -> VoteRows: ...

    @property
    def intents(self) -> IntentRows: ...

    @property
    def looks(self) -> LookRows: ...

    @property
    def rules(self) -> RuleRows: ...

    @property
    def audit(self) -> AuditRows: ...

    @property
    def listings(self) -> ListingRows: ...

    @property
    def freezes(self) -> FreezeRows: ...

    @property
    def reminders(self) -> ReminderRows: ...

    @property
    def uploads(self) -> UploadRows: ...

    @property
    def authors(self) -> AuthorRows: ...

    @property
    def projects(self) -> ProjectRows: ...

    @property
    def sending(self) -> SendRows: ...

    @property
    def requests(self) -> RequestRows: ...

    @property
    def seen(self) -> SeenRows: ...

    @property
    def leases(self) -> LeaseRows: ...

    @property
    def replicas(self) -> ReplicaRows: ...

    @property
    def leavings(self) -> LeavingsRows: ...

    @property
    def repetitions(self) -> RepetitionRows: ...

    @property
    def preferences(self) -> PreferenceRows: ...

    @property
    def confirmations(self) -> ConfirmationRows: ...


class Mandate(Protocol):
    """The right of this process to do what one at a time does."""

    def lasts(self, seconds: float = 0.0) -> bool:
        """Whether it is ours, and will be for so long even if we hear nothing of the database any more."""

    async def stands(self, transaction: Transaction) -> bool:
        """The same, asked of the database: the last word for what is about to be written."""


class Store(Protocol):
    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that only reads."""

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that writes: commits at the end, rolls back on an error. StoreBusy where the database stays locked."""


class Wake(Protocol):
    def __call__(self) -> None:
        """Have a loop run its tick at once; one that is running runs once more."""
