"""Rows of what people decide and what is kept of it, all inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.core.activations import Activation
from bot.core.audits import AuditRow, Entry
from bot.core.decisions import Decision, Intent, IntentState, Standing
from bot.core.freezes import DeclaredFreeze
from bot.core.reminders import Waiting
from bot.core.sealing import Head
from bot.core.sending import SendFacts
from bot.core.tallies import Tally
from bot.core.votes import Vote
from bot.core.workspaces import Workspace


class GateRows(Protocol):
    async def lock(self, run_id: str, gate: str) -> int:
        """Lock the gate's row for the rest of the transaction, making it where there is none; the current round."""

    async def enter(self, run_id: str, gate: str) -> Standing:
        """Lock the gate's row as `lock` does; what a new decision there hangs on."""

    async def decision(self, run_id: str, gate: str, number: int) -> Decision | None: ...

    async def latest(self, run_id: str) -> Decision | None:
        """The newest decision about the run, at whichever gate and in whichever round."""

    async def latest_override(self, run_id: str, gate: str = "") -> Decision | None:
        """The newest decision by which something of the run was overridden, at one gate or at any."""

    async def latest_of(self, run_ids: Sequence[str]) -> dict[str, Decision]:
        """As `latest`, for each run about which there is one."""

    async def decide(self, decision: Decision) -> None: ...

    async def reopen(self, run_id: str, gate: str, number: int) -> None:
        """Begin the next round, unless it has begun; what was voted in this one is taken along."""

    async def look(self, run_id: str, gate: str) -> tuple[int, Tally | None, datetime | None]:
        """The current round without locking it, how it stood when it was last judged, and when; round 1 where nobody has come yet."""

    async def judged(self, run_id: str, gate: str, tally: Tally, now: datetime) -> None:
        """Note how it stands at a gate that is locked."""

    async def doubt(self, run_ids: Sequence[str]) -> None:
        """How it stands at the gates of these runs is no longer certain: it is judged anew when it is shown."""

    async def unjudged(self) -> tuple[tuple[str, str], ...]:
        """Runs that are not final and gates that were never judged, although a posted message asks people there."""


class VoteRows(Protocol):
    async def at(self, run_id: str, gate: str, number: int) -> tuple[Vote, ...]:
        """The votes of a round, the oldest first; read them under the gate's lock where something hangs on them."""

    async def open(self, run_id: str, gate: str) -> tuple[Vote, ...]:
        """As `at`, of the round that is open now."""

    async def cast(self, run_id: str, gate: str, number: int, vote: Vote) -> None:
        """A second vote of the same person takes the place of the first."""

    async def take_back(self, run_id: str, gate: str, number: int, person: str) -> bool:
        """False where there was none."""


class IntentRows(Protocol):
    async def add(self, intent: Intent) -> None: ...

    async def get(self, intent_id: str) -> Intent | None: ...

    async def open(self) -> tuple[Intent, ...]:
        """Intents that are pending, sent or unsure, oldest first."""

    async def counts(self) -> dict[IntentState, int]:
        """How many there are in each state; a state without any is absent."""

    async def move(self, intent: Intent, state: IntentState, **changes: object) -> bool:
        """Compare-and-set from the intent's state to another; `changes` are other fields of Intent by name. False where it had moved."""

    async def turn(self, intent: Intent, until: datetime) -> bool:
        """Keep others from advancing an open intent until then; False where somebody else had the same thought, or it has moved."""

    async def creating(self, run_id: str) -> Intent | None:
        """The intent that created the run, where we did."""

    async def creates_in(self, workspace_id: str, since: datetime) -> tuple[Intent, ...]:
        """The wishes for runs of a workspace since then, whatever became of them, oldest first."""

    async def wishes(self) -> tuple[Intent, ...]:
        """The intents that created runs which go on and shall be applied without anybody deciding, oldest first."""

    async def started_by(self, person: str, most: int = 20) -> tuple[Intent, ...]:
        """What created the newest runs that somebody asked for, the newest first."""

    async def creating_of(self, run_ids: Sequence[str]) -> dict[str, Intent]:
        """As `creating`, for each run that we created."""


class RuleRows(Protocol):
    async def in_force(self) -> Activation | None:
        """None where none ever were."""

    async def hash_in_force(self) -> str | None:
        """None where none ever were."""

    async def activate(self, activation: Activation) -> None: ...


class AuditRows(Protocol):
    """Rows are only ever added, and sealed once."""

    async def add(self, *entries: Entry) -> None:
        """Write a row each, bounded and without tokens, into the transaction of the deed that they tell of."""

    async def lock(self) -> None:
        """Have nobody else seal until the transaction ends."""

    async def head(self) -> Head:
        """The newest sealed row."""

    async def link_of(self, number: int) -> str | None:
        """The link of the sealed row of this number; None where there is none."""

    async def unsealed(self, before: datetime, most: int = 500) -> tuple[AuditRow, ...]:
        """Rows written before then that are not sealed, the oldest first."""

    async def seal(self, row: AuditRow) -> bool:
        """Write a row's number, time, link and permalink, once. False where it is sealed already."""

    async def sealed(self, after: int, most: int = 500) -> tuple[AuditRow, ...]:
        """The chain, from the number after this one on."""

    async def stripped(self) -> AuditRow | None:
        """The first row that has lost its number and not the rest of its seal."""

    async def numbered(self, most: int) -> int:
        """How many rows bear a number up to this one."""

    async def waiting(self) -> int:
        """How many rows are not sealed."""

    async def page(self, after: int, since: datetime | None = None, until: datetime | None = None, most: int = 500) -> tuple[AuditRow, ...]:
        """In the order in which they were written, from the id after this one on; `since` is in, `until` is not."""

    async def newest(self, *, run_id: str = "", workspace: str = "", most: int = 20) -> tuple[AuditRow, ...]:
        """The newest rows of a run, or of a workspace by its full name; the newest first."""


class SendRows(Protocol):
    """The last check before an intent is sent, under a lock that declaring a freeze and activating rules take exclusively."""

    async def share(self) -> None:
        """Keep freezes and activations from being committed until this transaction ends; take it before anything else."""

    async def stop(self) -> None:
        """Keep intents from being sent until this transaction ends; take it before anything else."""

    async def facts(self, intent: Intent) -> SendFacts:
        """What a decided intent is checked against, read under the shared lock."""

    async def in_flight(self) -> tuple[tuple[Intent, Workspace | None], ...]:
        """Decided intents that may have reached the server and have no answer yet, oldest first; read under the exclusive lock."""

    async def unanswered(self, intent_ids: Sequence[str]) -> frozenset[str]:
        """Those of these intents that are in flight still."""


class FreezeRows(Protocol):
    async def all(self) -> tuple[DeclaredFreeze, ...]:
        """In the order in which they were declared; those that are over are among them."""

    async def add(self, freeze: DeclaredFreeze) -> None: ...

    async def remove(self, some: Sequence[DeclaredFreeze]) -> int:
        """How many of them were still there."""

    async def forget(self, before: datetime) -> None:
        """Those that were over by then."""


class ReminderRows(Protocol):
    async def all(self) -> tuple[Waiting, ...]: ...

    async def get(self, run_id: str, gate: str) -> Waiting | None: ...

    async def begin(self, waiting: Waiting) -> bool:
        """False where the gate's clock runs already."""

    async def move(self, before: Waiting, after: Waiting) -> bool:
        """Compare-and-set on how far it was; False where somebody else has moved it."""

    async def end(self, run_id: str, gate: str) -> None: ...

    async def unclocked(self) -> tuple[str, ...]:
        """Runs that go on, about which people were called, and whose gate has no clock."""

    async def answered(self) -> frozenset[tuple[str, str]]:
        """Runs and gates whose clock runs although somebody has decided, in the round that is open now."""

    async def behind(self, workspace_ids: Sequence[str]) -> dict[str, int]:
        """How many runs of each workspace have yet to begin; a workspace without any is absent."""
