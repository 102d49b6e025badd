"""Plans as people review them, a page at a time: whoever may read the workspace, asked for afresh at each click."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import sleep

import structlog

from bot.core.commands.runs import RunReference
from bot.core.contents import Unreadable
from bot.core.errors import NothingToReview, NotVisible, RequestRefused, TooLarge, UnknownRun
from bot.core.plans import PlanFacts
from bot.core.policy import Actor, Right
from bot.core.reviews import Page, Part, Rest, Review
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.finding import Finder
from bot.services.plan_files import PlanFiles
from bot.services.ports import Store

log = structlog.get_logger(__name__)

KEPT_MOST = 16
KEPT_BYTES = 96_000_000
NOT_SHOWN = "The token I use may not read this plan’s details, or the server keeps none of it."
NOT_KNOWN = "The server’s JSON of this plan is of a kind that I do not know."


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Which page somebody wants to see; `part` is where they jump to instead of a number."""

    number: int = 0
    query: str = ""
    part: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """`review` and `page` are None where the plan's JSON cannot be read, and `why` says why."""

    run: Run
    workspace: Workspace
    plan: PlanFacts
    review: Review | None = None
    page: Page | None = None
    why: str = ""


class Reviews:
    """`split` makes a review of the JSON in a file, in a thread, or raises Unreadable. Plans do not change, so some are kept."""

    def __init__(self, files: PlanFiles, split: Callable[[Path], Review], store: Store, finder: Finder, access: Access) -> None:
        self._files = files
        self._split = split
        self._store = store
        self._finder = finder
        self._access = access
        self._kept: OrderedDict[str, Review] = OrderedDict()
        self._turns: dict[str, asyncio.Lock] = {}

    async def open(self, reference: RunReference, actor: Actor, turn: Turn | None = None) -> Reviewed:
        """A page of a run's plan. NothingToReview before there is one; a TerraformTrouble where a moment later it may be read."""
        found = await self._finder.run(reference, actor)
        await self._access.demand(actor, Right.READ, found.workspace)
        return await self._reviewed(found.run, found.workspace, found.plan, turn or Turn())

    async def turn(self, run_id: str, actor: Actor, turn: Turn) -> Reviewed:
        """Another page of what somebody has before them. The run is not read anew: its plan stays as it is."""
        async with self._store.read() as transaction:
            stored = await transaction.runs.get(run_id)
            workspace = await transaction.workspaces.get(stored.run.workspace_id) if stored is not None else None
            plan = await transaction.plans.get(stored.run.plan_id) if stored is not None and stored.run.plan_id else None
        if stored is None or workspace is None or plan is None:
            return await self.open(RunReference(run_id=run_id), actor, turn)
        await self._access.demand_seen(actor, workspace, UnknownRun(run_id))
        return await self._reviewed(stored.run, workspace, plan, turn)

    async def of(self, run: Run, plan: PlanFacts, workspace: Workspace | None = None) -> tuple[Review | None, str]:
        """The whole review, or why there is none. It shows values only of a workspace in which the rules let it."""
        if run.plan_id is None or not plan.is_finished:
            raise NothingToReview(run.id, plan.status_word)
        turn = self._turns.setdefault(run.plan_id, asyncio.Lock())
        try:
            async with turn:
                found = self._kept.get(run.plan_id) or await self._files.read(run.plan_id, self._split)
        except (NotVisible, RequestRefused, TooLarge, Unreadable) as trouble:
            log.info("plan_unread", plan=run.plan_id, error=str(trouble))
            return None, why(trouble)
        finally:
            if not turn.locked():
                self._turns.pop(run.plan_id, None)
        if found is None:
            raise NothingToReview(run.id, plan.status_word)
        self._keep(run.plan_id, found)
        shows = workspace is not None and self._access.shows_values(workspace)
        return (found if shows else replace(found, shows_values=False)), ""

    async def _reviewed(self, run: Run, workspace: Workspace, plan: PlanFacts | None, turn: Turn) -> Reviewed:
        if plan is None:
            raise NothingToReview(run.id, run.status_word)
        review, reason = await self.of(run, plan, workspace)
        page = await asyncio.to_thread(page_of, review, turn) if review is not None else None
        return Reviewed(run=run, workspace=workspace, plan=plan, review=review, page=page, why=reason)

    def _keep(self, plan_id: str, review: Review) -> None:
        self._kept[plan_id] = review
        self._kept.move_to_end(plan_id)
        while len(self._kept) > KEPT_MOST or (len(self._kept) > 1 and sum(one.size for one in self._kept.values()) > KEPT_BYTES):
            self._kept.popitem(last=False)


def page_of(review: Review, turn: Turn, rest: Rest = lambda: sleep(0.0001)) -> Page:
    """Called in a thread; `rest` lets the others go on."""
    return review.page(turn.number if turn.part is None else review.page_of(turn.part, turn.query), turn.query, rest)


def why(trouble: Exception) -> str:
    if isinstance(trouble, TooLarge):
        return trouble.sentence
    return NOT_KNOWN if isinstance(trouble, Unreadable) else NOT_SHOWN
