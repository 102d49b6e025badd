"""What the use cases need of the outside world, as small Protocols; adapters in bot.terraform, bot.store and bot.slack fit by shape."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.core.activations import Activation
from bot.core.audits import AuditRow, Entry
from bot.core.cadence import Look
from bot.core.configurations import ConfigurationVersion, NewConfiguration
from bot.core.costs import CostEstimate
from bot.core.decisions import Decision, Intent, IntentState
from bot.core.freezes import DeclaredFreeze
from bot.core.histories import Comment, RunEvent
from bot.core.leavings import Leavings
from bot.core.locks import Lock
from bot.core.logs import LogPiece, Part, SavedText
from bot.core.messages import Kind, Message
from bot.core.notifications import NewNotification, Notification, Scope
from bot.core.pictures import Picture
from bot.core.plans import PlanFacts
from bot.core.policies import PolicyCheck, PolicyOutcome, TaskStage
from bot.core.policy import Person
from bot.core.readings import Account, NewRun, RunPage, RunReading, WorkspacePage
from bot.core.reminders import Waiting
from bot.core.roles import Lease, Mode, Replica
from bot.core.runs import Action, Run
from bot.core.sealing import Head
from bot.core.servers import MembershipPage, ProjectPage
from bot.core.stored import StoredRun
from bot.core.tallies import Tally
from bot.core.votes import Vote
from bot.core.watches import Watch
from bot.core.workspaces import Workspace, WorkspaceDetail

# What the Runs port speaks of is as much a part of the ports as the port itself.
__all__ = ["Account", "NewRun", "RunPage", "RunReading", "WorkspacePage"]

# The Runs API


class Runs(Protocol):
    """The Runs API of one server. Every method raises a TerraformTrouble of core/errors.py and nothing else."""

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

    async def list_workspace_runs(self, workspace_id: str, *, page: int = 1, size: int = 20) -> RunPage:
        """All operations, newest first, from the small budget."""

    async def create_run(self, wish: NewRun) -> Run: ...

    async def act(self, action: Action, run_id: str, comment: str) -> None:
        """Apply, discard or cancel, once: never sent again where it may have been received."""

    async def force_cancel(self, run_id: str, comment: str) -> None:
        """Kill a run whose cancel has not ended it, once; StateMovedOn before the server's time for that has come."""

    async def force_execute(self, run_id: str) -> None:
        """Discard the run that keeps a pending one waiting, and start that, once."""

    async def comments(self, run_id: str) -> tuple[str, ...]:
        """The bodies of a run's comments; empty where the server keeps none."""


# The Runs API beyond runs: each raises a TerraformTrouble and nothing else


class Configurations(Protocol):
    async def create(self, wish: NewConfiguration) -> ConfigurationVersion:
        """An empty version with the address that it is uploaded to; no run is ever queued by the upload."""

    async def read(self, configuration_id: str) -> ConfigurationVersion:
        """With the commit that it was fetched from, where there is one."""

    async def upload(self, configuration: ConfigurationVersion, archive: Path) -> ConfigurationVersion:
        """Upload a gzipped tar from disk and wait until the server has taken it in; RequestRefused where it cannot."""


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


# Slack


class Chat(Protocol):
    """Messages of ours in Slack. Every method raises a ChatTrouble of core/errors.py and nothing else.

    Where a channel is asked for, a person's id stands for the direct messages with them.
    """

    async def post(
        self, channel: str, picture: Picture, *, key: str, thread_ts: str | None = None, broadcast: bool = False, plain: bool = False
    ) -> str:
        """Post, once; the ts. `key` goes into the metadata. `plain`: text only, for what Slack would not draw.

        `thread_ts` makes it a reply, ThreadClosed where it takes none; `broadcast` shows a reply in the channel too.
        """

    async def update(self, channel: str, ts: str, picture: Picture, *, plain: bool = False) -> None: ...

    async def find(self, channel: str, key: str, since: datetime, *, thread_ts: str | None = None) -> tuple[str, ...]:
        """The ts of our messages with this key in the channel's history, and in a thread, since then, oldest first."""

    async def delete(self, channel: str, ts: str) -> None: ...

    async def join(self, channel: str) -> None:
        """Join a public channel; ChannelClosed where it takes an invitation."""

    async def is_open(self, channel: str) -> bool:
        """Whether we are in the channel and it is not archived; ChannelClosed where we cannot even see it."""

    async def whisper(self, channel: str, person: str, text: str) -> None:
        """Say something in a channel that only this person sees."""

    async def is_shared(self, channel: str) -> bool:
        """Whether people of other companies are in the channel (Slack Connect); ChannelClosed where we cannot see it."""


class People(Protocol):
    """Who somebody is. Raises a ChatTrouble."""

    async def person(self, person_id: str, team_id: str) -> Person: ...

    async def members(self, group_id: str) -> frozenset[str]: ...

    async def handle(self, group_id: str) -> str:
        """What people call a user group, without the @; its id where Slack does not know it."""

    async def with_email(self, email: str) -> str:
        """The id of whoever has this address in Slack; "" for nobody, and where our token may not ask."""


# Time


class Clock(Protocol):
    """The database's clock, as far as we know it: leases, freezes and expiry use nothing else."""

    def now(self) -> datetime: ...


# The database: rows of one noun each, all inside one transaction


class WorkspaceRows(Protocol):
    async def put(self, workspaces: Sequence[Workspace], seen_at: datetime) -> None:
        """Insert or refresh; a row is written only where something changed."""

    async def get(self, workspace_id: str) -> Workspace | None: ...

    async def many(self, workspace_ids: Sequence[str]) -> dict[str, Workspace]:
        """Those of these ids that we know."""

    async def named(self, organization: str, name: str) -> Workspace | None: ...

    async def count(self, organization: str) -> int:
        """How many we know of an organization."""

    async def ids(self, organization: str, after: str = "", most: int = 500) -> tuple[str, ...]:
        """The ids of the workspaces that we know of an organization, in their order, a portion at a time."""

    async def all(self) -> tuple[Workspace, ...]:
        """Every workspace we know, by organization and name."""

    async def first_seen(self, workspace_ids: Sequence[str]) -> dict[str, datetime]:
        """When each was first seen under the name it bears now; a workspace we do not know is absent."""

    async def forget(self, workspace_ids: Sequence[str]) -> None: ...


class RunRows(Protocol):
    async def get(self, run_id: str) -> StoredRun | None: ...

    async def many(self, run_ids: Sequence[str]) -> dict[str, StoredRun]: ...

    async def put(self, run: Run, asked_at: datetime) -> bool:
        """Write the snapshot unless the stored one was asked for later or is final; whether it was written."""

    async def put_all(self, found: Sequence[Run], asked_at: datetime) -> frozenset[str]:
        """As `put`, for each; the ids of those that were written."""

    async def of_commit(self, sha: str) -> dict[str, datetime | None]:
        """The runs of one commit, by id, with when the server created them."""

    async def alive(self, organization: str) -> tuple[tuple[str, datetime], ...]:
        """Of an organization, the ids of the runs that are not final, and when each was asked for: oldest first."""

    async def any_live(self) -> bool:
        """Whether any run is not final."""

    async def live(self) -> tuple[StoredRun, ...]:
        """Runs that are not final, oldest read first."""

    async def forget(self, run_id: str) -> None:
        """The server no longer has it."""

    async def newest(self, workspace_ids: Sequence[str]) -> dict[str, StoredRun]:
        """The newest known run of each workspace."""


class PlanRows(Protocol):
    async def get(self, plan_id: str) -> PlanFacts | None: ...

    async def many(self, plan_ids: Sequence[str]) -> dict[str, PlanFacts]: ...

    async def put(self, plan: PlanFacts) -> None:
        """Kept for ever once finished: a run's plan never changes."""


class WatchRows(Protocol):
    async def all(self) -> tuple[Watch, ...]: ...

    async def of_channel(self, channel: str) -> tuple[Watch, ...]: ...

    async def add(self, watch: Watch) -> bool:
        """False where the channel has it already."""

    async def remove(self, watch: Watch) -> bool:
        """False where the channel no longer has it."""

    async def replace(self, watch: Watch) -> None:
        """Write all that the watch says over the one of the same identity; whether it is paused stays."""

    async def pause(self, channel: str, now: datetime, why: str) -> tuple[Watch, ...]:
        """Those of the channel's watches that were not paused before, as they were."""

    async def resume(self, channel: str) -> int:
        """How many of the channel's watches go on that were paused."""

    async def paused_channels(self) -> frozenset[str]: ...


class MessageRows(Protocol):
    async def want(
        self,
        subject: str,
        channel: str,
        kind: Kind,
        gate: str = "",
        *,
        text: str = "",
        parent: str = "",
        in_thread: bool = False,
        mentions: bool = False,
    ) -> bool:
        """Insert the row where there is none; whether it is new. Nothing happens to one that exists. One with a parent is never due."""

    async def raise_wanted(self, subject: str, *, kinds: Sequence[Kind] = (Kind.CARD, Kind.CALL, Kind.END)) -> int:
        """Have every message of the subject painted once more; how many there are. A card that is a line raises its rollup."""

    async def raise_in_channel(self, channel: str, subjects: Sequence[str]) -> int:
        """Have what these subjects have in a channel painted once more, also what was given up."""

    async def cards(self, channel: str, subjects: Sequence[str]) -> dict[str, str]:
        """Which of the subjects have a card in a channel, each with the rollup of which it is a line, "" for a card of its own."""

    async def lines_of(self, parent: str, channel: str) -> tuple[Message, ...]:
        """The cards that are lines of a rollup."""

    async def unposted_calls(self) -> tuple[tuple[Message, datetime], ...]:
        """Messages that call people, of runs that go on, and stand nowhere yet; since when each waits. The longest waiting first."""

    async def of_subject(self, subject: str) -> tuple[Message, ...]: ...

    async def of_subjects(self, subjects: Sequence[str]) -> dict[str, tuple[Message, ...]]: ...

    async def due(self, now: datetime, most: int = 50) -> tuple[Message, ...]:
        """Rows that want painting now, people who are needed first, then the longest waiting."""

    async def claim(self, message: Message, now: datetime, thread_ts: str | None = None) -> bool:
        """Mark a post as under way, compare-and-set on `attempts` and `ts`; False where somebody else has it."""

    async def freeze(self, message: Message) -> None:
        """Slack lets nobody change it any more; what it was wanted to show is told otherwise."""

    async def painted(self, message: Message, ts: str, version: int, now: datetime) -> None:
        """The message stands at `ts` and shows version `version`; claim, attempts and error are cleared."""

    async def put_off(self, message: Message, until: datetime, error: str, *, keep_claim: bool = False) -> None:
        """Not now: attempts rise by one. `keep_claim` where the outcome of the post is not known."""

    async def lose(self, message: Message) -> None:
        """The message was deleted in Slack: it stands nowhere, and is due as it was never posted."""

    async def give_up(self, message: Message, error: str) -> None:
        """Never painted again unless it is wanted anew."""

    async def oldest_call(self) -> datetime | None:
        """Since when the oldest call for people that does not stand in Slack yet has waited."""

    async def doubtful(self, now: datetime) -> tuple[Message, ...]:
        """Messages that were posted a second time, whose channel's history is due to be looked at for a double."""

    async def doubt(self, message: Message, until: datetime | None) -> None: ...


class GateRows(Protocol):
    async def lock(self, run_id: str, gate: str) -> int:
        """Lock the gate's row for the rest of the transaction, making it where there is none; the current round."""

    async def decision(self, run_id: str, gate: str, number: int) -> Decision | None: ...

    async def latest(self, run_id: str) -> Decision | None:
        """The newest decision about the run, at whichever gate and in whichever round."""

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


class VoteRows(Protocol):
    async def at(self, run_id: str, gate: str, number: int) -> tuple[Vote, ...]:
        """The votes of a round, the oldest first; read them under the gate's lock where something hangs on them."""

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

    async def wishes(self) -> tuple[Intent, ...]:
        """The intents that created runs which go on and shall be applied without anybody deciding, oldest first."""

    async def creating_of(self, run_ids: Sequence[str]) -> dict[str, Intent]:
        """As `creating`, for each run that we created."""


class LookRows(Protocol):
    async def all(self) -> tuple[Look, ...]: ...

    async def put(self, look: Look) -> None: ...


class SeenRows(Protocol):
    async def first_time(self, payload_id: str, now: datetime) -> bool:
        """Whether a payload was never handled before; notes that it has been."""


class LeaseRows(Protocol):
    """Every comparison of times is made by the database's own clock."""

    async def take(self, role: str, owner: str, seconds: float) -> Lease | None:
        """Take a role that is free, or keep one's own for so many seconds from now; None while another holds it."""

    async def stands(self, lease: Lease) -> bool:
        """Whether the role has not changed hands since."""

    async def give_back(self, lease: Lease) -> None: ...


class ReplicaRows(Protocol):
    async def beat(self, replica_id: str, version: str, mode: Mode) -> None:
        """A sign of life."""

    async def live(self, seconds: float) -> tuple[Replica, ...]:
        """Those that gave a sign of life in the last so many seconds."""

    async def leave(self, replica_id: str) -> None: ...

    async def forget(self, seconds: float) -> None:
        """Those that were last heard of so long ago."""


class LeavingsRows(Protocol):
    """Rows of what has ended long ago."""

    async def ended(self, before: datetime, most: int) -> tuple[str, ...]:
        """Runs that were seen to be over before then; what is open, due or current is not among them."""

    async def remove_runs(self, run_ids: Sequence[str]) -> Leavings:
        """With all that hangs on them."""

    async def remove_loose(self, before: datetime) -> Leavings:
        """What hangs on no run that we know."""

    async def count(self, before: datetime) -> Leavings:
        """What the two would remove together."""


class RuleRows(Protocol):
    async def in_force(self) -> Activation | None:
        """None where none ever were."""

    async def activate(self, activation: Activation) -> None: ...


class AuditRows(Protocol):
    """Rows are only ever added, and sealed once."""

    async def add(self, entry: Entry) -> None:
        """Write a row, bounded and without tokens, into the transaction of the deed that it tells of."""

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

    async def waiting(self) -> int:
        """How many rows are not sealed."""

    async def page(self, after: int, since: datetime | None = None, until: datetime | None = None, most: int = 500) -> tuple[AuditRow, ...]:
        """In the order in which they were written, from the id after this one on; `since` is in, `until` is not."""

    async def newest(self, *, run_id: str = "", workspace: str = "", most: int = 20) -> tuple[AuditRow, ...]:
        """The newest rows of a run, or of a workspace by its full name; the newest first."""


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


class Transaction(Protocol):
    @property
    def workspaces(self) -> WorkspaceRows: ...

    @property
    def runs(self) -> RunRows: ...

    @property
    def plans(self) -> PlanRows: ...

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
    def freezes(self) -> FreezeRows: ...

    @property
    def reminders(self) -> ReminderRows: ...

    @property
    def seen(self) -> SeenRows: ...

    @property
    def leases(self) -> LeaseRows: ...

    @property
    def replicas(self) -> ReplicaRows: ...

    @property
    def leavings(self) -> LeavingsRows: ...


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


# Waking the loops


class Wake(Protocol):
    def __call__(self) -> None:
        """Have a loop run its tick at once; one that is running runs once more."""
