"""Which clocks of waiting gates there are: begun where people were called, ended with the question, and kept up with the rules.

What comes when a clock strikes is in reminding.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.decisions import Intent
from bot.core.freezes import Freeze
from bot.core.messages import Kind
from bot.core.policy import Policy
from bot.core.reminders import ReminderRule, Waiting, next_of, rule_for
from bot.core.runs import Run
from bot.core.stored import StoredRun
from bot.core.workspaces import Workspace
from bot.services.ports import Transaction
from bot.services.projects import with_projects
from bot.services.voting import Freezes


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of one gate that waits; `creating` is None where nobody asked for the run in Slack."""

    waiting: Waiting
    run: Run
    workspace: Workspace
    creating: Intent | None
    rule: ReminderRule

    @property
    def asked_here(self) -> bool:
        return self.creating is not None

    def planned(self, waiting: Waiting) -> Waiting:
        """A clock of this gate with when something comes next."""
        return next_of(self.rule, waiting, asked_here=self.asked_here)


@dataclass(slots=True)
class Clocks:
    """`frozen` are the freezes that lay over each gate when it was last looked at."""

    policy: Policy
    freezes: Freezes
    frozen: dict[str, tuple[Freeze, ...]] = field(default_factory=dict)

    async def keep(self, transaction: Transaction, now: datetime) -> tuple[list[Scene], int]:
        """The gates that wait, and how many messages shall show something new of them."""
        await begin(transaction, now)
        raised = 0
        scenes = await self._scenes(transaction)
        standing = {(one.waiting.run_id, one.waiting.gate) for one in scenes}
        for waiting in await transaction.reminders.all():
            if (waiting.run_id, waiting.gate) not in standing:
                await transaction.reminders.end(waiting.run_id, waiting.gate)
                raised += await transaction.messages.raise_wanted(waiting.run_id, kinds=(Kind.REMINDER,))
        behind = await transaction.reminders.behind([scene.workspace.id for scene in scenes])
        kept = []
        for scene in scenes:
            current, more = await counted(transaction, scene, behind)
            kept.append(current)
            raised += more + await self._follow(transaction, scene, now)
        self.frozen = {run_id: freezes for run_id, freezes in self.frozen.items() if any(one.run.id == run_id for one in kept)}
        return kept, raised

    async def scene_of(self, transaction: Transaction, run_id: str) -> Scene | None:
        """The open gate of one run; None where it asks nothing, or was answered."""
        return next((one for one in await self._scenes(transaction) if one.run.id == run_id), None)

    async def _scenes(self, transaction: Transaction) -> list[Scene]:
        clocks, answered = await transaction.reminders.all(), await transaction.reminders.answered()
        runs = await transaction.runs.many([one.run_id for one in clocks])
        workspaces = await self._workspaces(transaction, [one.run.workspace_id for one in runs.values()])
        creating = await transaction.intents.creating_of(list(runs))
        scenes = []
        for waiting in clocks:
            stored = runs.get(waiting.run_id)
            workspace = workspace_of(stored, waiting.gate, workspaces)
            if stored is not None and workspace is not None and (waiting.run_id, waiting.gate) not in answered:
                rule = rule_for(self.policy.reminders, workspace)
                scenes.append(Scene(waiting, stored.run, workspace, creating.get(waiting.run_id), rule))
        return scenes

    async def _workspaces(self, transaction: Transaction, workspace_ids: Sequence[str]) -> Mapping[str, Workspace]:
        """With what their projects are called, where anything goes by that."""
        found = await transaction.workspaces.many(workspace_ids)
        return {one.id: one for one in await with_projects(transaction, [*found.values()])} if self.policy.names_projects else found

    async def _follow(self, transaction: Transaction, scene: Scene, now: datetime) -> int:
        """A freeze that begins or ends by the clock is shown where people decide."""
        freezes = tuple(await self.freezes(transaction, scene.workspace, now))
        before = self.frozen.get(scene.run.id)
        self.frozen[scene.run.id] = freezes
        if before is None or before == freezes:
            return 0
        await transaction.gates.doubt([scene.run.id])
        return await transaction.messages.raise_wanted(scene.run.id)


async def begin(transaction: Transaction, now: datetime) -> None:
    """A gate waits since its run has come to it; one that opens again, since now."""
    for stored in (await transaction.runs.many(await transaction.reminders.unclocked())).values():
        run, gate = stored.run, stored.run.gate
        if gate is None:
            continue
        number, _, _ = await transaction.gates.look(run.id, gate)
        if await transaction.gates.decision(run.id, gate, number) is None:
            began = min(now, max(run.timestamps.values(), default=now)) if number == 1 else now
            await transaction.reminders.begin(Waiting(run_id=run.id, gate=gate, round=number, began_at=began))


async def counted(transaction: Transaction, scene: Scene, behind: Mapping[str, int]) -> tuple[Scene, int]:
    """The clock by the rules as they are now, with how many runs wait behind; written down where it differs from what was known."""
    before = scene.waiting
    after = replace(scene.planned(before), behind=behind.get(scene.workspace.id, 0))
    if after == before or not await transaction.reminders.move(before, after):
        return scene, 0
    shown = (Kind.CARD, Kind.CALL, Kind.REMINDER)
    raised = await transaction.messages.raise_wanted(before.run_id, kinds=shown) if after.behind != before.behind else 0
    return replace(scene, waiting=after), raised


def workspace_of(stored: StoredRun | None, gate: str, workspaces: Mapping[str, Workspace]) -> Workspace | None:
    """The workspace of a run that still asks the question; None where it asks it no more."""
    return workspaces.get(stored.run.workspace_id) if stored is not None and stored.run.gate == gate else None
