"""Rows of what is looked at and told: workspaces, runs, plans, watches and messages, all inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.core.details import Details
from bot.core.messages import Kind, Message
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.stored import KnownRun, StoredRun
from bot.core.watches import Watch
from bot.core.workspaces import Workspace


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

    async def alike(self, name: str) -> tuple[Workspace, ...]:
        """Those that have the name in any capitals, in every organization."""

    async def all(self) -> tuple[Workspace, ...]:
        """Every workspace we know, by organization and name."""

    async def first_seen(self, workspace_ids: Sequence[str]) -> dict[str, datetime]:
        """When each was first seen under the name it bears now; a workspace we do not know is absent."""

    async def forget(self, workspace_ids: Sequence[str]) -> None: ...


class RunRows(Protocol):
    async def get(self, run_id: str) -> StoredRun | None: ...

    async def many(self, run_ids: Sequence[str]) -> dict[str, StoredRun]: ...

    async def known(self, run_id: str, workspace_id: str, plan_id: str | None) -> KnownRun:
        """A run with its workspace and its plan."""

    async def put(self, run: Run, asked_at: datetime) -> bool:
        """Write the snapshot unless the stored one was asked for later or is final; whether it was written."""

    async def put_all(self, found: Sequence[Run], asked_at: datetime) -> frozenset[str]:
        """As `put`, for each; the ids of those that were written."""

    async def of_commit(self, sha: str) -> dict[str, datetime | None]:
        """The runs of one commit, by id, with when the server created them."""

    async def with_commit(self, start: str, most: int = 50) -> tuple[StoredRun, ...]:
        """The newest runs whose commit begins so, of a letter from 0 to 9 or a to f each."""

    async def of_configuration(self, configuration_version_id: str, most: int = 200) -> tuple[StoredRun, ...]:
        """The newest runs that were given this configuration version, in whichever workspace."""

    async def of_status(self, workspace_id: str, status: str, most: int = 20) -> tuple[StoredRun, ...]:
        """The newest runs of a workspace that have a status."""

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

    async def comparison(self, plan_id: str) -> dict[str, Any] | None:
        """What was noted of how the plan compares; None where nothing was."""

    async def compared(self, plan_id: str, comparison: dict[str, Any]) -> None: ...


class DetailRows(Protocol):
    async def get(self, run_id: str) -> Details | None: ...

    async def put(self, run_id: str, found: Details) -> None: ...


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

    async def raise_wanted(self, subject: str, *, kinds: Sequence[Kind] = (Kind.CARD, Kind.CALL, Kind.END, Kind.NOTICE)) -> int:
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

    async def claim(self, message: Message, now: datetime, thread_ts: str | None = None, *, doubt_until: datetime | None = None) -> bool:
        """Mark a post as under way, compare-and-set on `attempts` and `ts`; False where somebody else has it.

        `doubt_until` is when to look for a double, where it is posted again.
        """

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
