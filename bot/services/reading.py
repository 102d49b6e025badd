"""One run, read at once by its id, and written down: before a button is shown, before an action, whenever somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.errors import NotVisible, TerraformTrouble, UnexpectedAnswer, UnknownRun
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.services.commits import run_of
from bot.services.hurdles import Hurdles
from bot.services.ports import Clock, RunReading, Runs, Store
from bot.services.recording import Recorder, Sighting, held


@dataclass(frozen=True, slots=True)
class Found:
    """A run as the server shows it now, where it belongs, and what its plan would do (None where there is no finished plan).

    `reading` holds what else the server sent along.
    """

    run: Run
    workspace: Workspace
    plan: PlanFacts | None
    reading: RunReading | None = None


def workspace_in(reading: RunReading, known: Workspace | None) -> Workspace | None:
    """The workspace that came along, with an organization where we know it from elsewhere."""
    sent = reading.workspace
    if sent is None:
        return known
    return sent if sent.organization or known is None else replace(sent, organization=known.organization)


class Reader:
    """Reads runs of the organizations that are ours; any other run does not exist."""

    def __init__(
        self, runs: Runs, store: Store, recorder: Recorder, clock: Clock, organizations: tuple[str, ...], hurdles: Hurdles
    ) -> None:
        self._runs = runs
        self._hurdles = hurdles
        self._store = store
        self._recorder = recorder
        self._clock = clock
        self._organizations = frozenset(organizations)

    async def read(self, run_id: str, *, hurry: bool = True) -> Found:
        """The run now. UnknownRun where it is not there, may not be seen or belongs to somebody else's organization."""
        asked_at = self._clock.now()
        try:
            reading = await self._runs.read_run(run_id, hurry=hurry)
        except NotVisible as error:
            raise UnknownRun(run_id) from error
        async with self._store.read() as transaction:
            known = await transaction.runs.known(run_id, reading.run.workspace_id, reading.run.plan_id)
        workspace = workspace_in(reading, known.workspace)
        if workspace is None or workspace.organization not in self._organizations:
            raise UnknownRun(run_id)
        plan = await self._plan_of(reading, known.plan)
        run = await self._hurdles.told(run_of(reading), reading.stages)
        sighting = Sighting(run, workspace, plan)
        if (kept := held(sighting, known)) is not None:
            self._recorder.keep(kept, workspace)
        else:
            await self._recorder.record([sighting], asked_at)
        return Found(run, workspace, plan, reading)

    async def _plan_of(self, reading: RunReading, kept: PlanFacts | None) -> PlanFacts | None:
        """The plan that came along, the one we have kept, or the one the server shows when asked; None if it cannot be read."""
        if reading.plan is not None or reading.run.plan_id is None:
            return reading.plan
        if kept is not None and kept.is_finished:
            return kept
        try:
            return await self._runs.read_plan(reading.run.plan_id)
        except (NotVisible, UnexpectedAnswer):
            return None
        except TerraformTrouble:
            return kept
