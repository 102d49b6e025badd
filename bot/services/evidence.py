"""What a verdict hangs on, read afresh and put together as a Question: the plan, the policies, the people, and whom the run came from.

Nothing is judged in here, and nothing in the transaction in which something is decided.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.core.chains import stages_before
from bot.core.contents import PlanContents, PlanRisk
from bot.core.decisions import Intent
from bot.core.errors import TerraformTrouble
from bot.core.freezes import Freeze
from bot.core.identities import Identities, Inherited, Origins, origins_of
from bot.core.judging import applying
from bot.core.plans import weak_digest
from bot.core.policy import Person, Policy, Right
from bot.core.questions import Question
from bot.core.runs import Action, Run, RunStatus
from bot.core.votes import Vote
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.authors import NOT_ASKED, Authorship, authorship_of, inherited_by, is_from_outside, without_author
from bot.services.contents import Contents
from bot.services.failures import failed_policies
from bot.services.first_runs import FirstRuns
from bot.services.ports import Clock, Policies, RunReading, Runs, Store, Transaction
from bot.services.projects import with_projects
from bot.services.reading import Found


@dataclass(frozen=True, slots=True)
class Past:
    """What our own rows tell: what created the run, where we did, and the workspaces that have applied the same, where it matters.

    `authorship` is read where a rule wants four eyes. `workspace` is that of the run, with what its project is called where a rule wants
    to know.
    """

    creating: Intent | None
    applied_in: frozenset[str]
    workspace: Workspace
    authorship: Authorship = NOT_ASKED


class Evidence:
    def __init__(
        self, runs: Runs, policies: Policies, contents: Contents, store: Store, access: Access, policy: Policy, clock: Clock
    ) -> None:
        self._runs = runs
        self._policies = policies
        self._contents = contents
        self._store = store
        self._access = access
        self._policy = policy
        self._clock = clock
        self._account: str | None = None
        self._first_runs = FirstRuns(runs)

    async def question(
        self,
        action: Action,
        found: Found,
        votes: Iterable[Vote] = (),
        freezes: Iterable[Freeze] = (),
        past: Past | None = None,
    ) -> Question:
        """Everything as it is now. A TerraformTrouble where the plan could perhaps be read a moment later: it is not judged half known.

        `past` is what `self.past` has read just now, where it has.
        """
        if past is None:
            async with self._store.read() as transaction:
                past = await self.past(transaction, found)
        plan, (origins, inherited) = await asyncio.gather(self._plan(found), self._origins(found, past))
        contents = plan.contents
        question = Question(
            policy=self._policy,
            action=action,
            run=found.run,
            workspace=past.workspace,
            now=self._clock.now(),
            plan=plan,
            digest=contents.digest if contents else digest_of(found),
            identities=Identities(self._policy.people),
            origins=origins,
            inherited=inherited,
            freezes=tuple(freezes),
            applied_in=past.applied_in,
        )
        return await self.with_people(question, votes)

    async def contents(self, found: Found) -> PlanContents | None:
        """What a plan does to each resource; None where that cannot be read, a TerraformTrouble where it could be a moment later."""
        return await self._contents.of(found.run, found.plan)

    async def past(self, transaction: Transaction, found: Found) -> Past:
        """What our own rows tell of a run, for whoever reads other rows in the same transaction."""
        creating = await transaction.intents.creating(found.run.id)
        workspace = (await with_projects(transaction, [found.workspace]))[0] if self._policy.names_projects else found.workspace
        authorship = await authorship_of(transaction, found, creating) if self._policy.asks_four_eyes else NOT_ASKED
        return Past(creating, await self._applied_in(transaction, found.run, found.workspace), workspace, authorship)

    async def with_people(self, question: Question, votes: Iterable[Vote]) -> Question:
        """The same question about these votes, with voters and groups as Slack has them now."""
        votes = tuple(votes)
        groups = question.policy.holders(Right.DECIDE, question.workspace).groups
        groups = groups.union(*(rule.demand.groups for rule in applying(question)))
        people, membership = await asyncio.gather(self._access.people(vote.person for vote in votes), self._access.membership(groups))
        return replace(question, votes=votes, people=people, membership=membership)

    async def people(self, ids: Iterable[str]) -> Mapping[str, Person]:
        """As Slack has them now; who could not be read is absent."""
        return await self._access.people(ids)

    async def _plan(self, found: Found) -> PlanRisk:
        contents, failed = await asyncio.gather(self._contents.of(found.run, found.plan), self._failed_policies(found.run))
        cost = found.reading.cost if found.reading else None
        return PlanRisk(contents=contents, cost_rise=cost.delta if cost and cost.is_finished else None, failed_policies=failed)

    async def _failed_policies(self, run: Run) -> tuple[str, ...] | None:
        """Not asked for where no rule wants to know."""
        return await failed_policies(self._policies, run.id) if self._policy.rulebook.asks_policies else None

    async def _origins(self, found: Found, past: Past) -> tuple[Origins, Inherited]:
        own_account, sender = await self._own_account(), sender_of(found.run, found.reading)
        origins = origins_of(
            creator=found.run.created_by,
            own_account=own_account,
            requester=past.creating.person if past.creating else "",
            sender=sender,
        )
        if not self._policy.asks_four_eyes:
            return origins, ()
        authorship = await self._first_runs.told(found, past.authorship) if sender is None else past.authorship
        inherited, has_author = inherited_by(found, authorship, own_account=own_account, sender=sender)
        return without_author(origins) if has_author else origins, inherited

    async def _own_account(self) -> str:
        """As whom the server knows us; asked for once. Where it does not tell, no run is ours for sure."""
        if self._account is None:
            try:
                self._account = (await self._runs.account()).name
            except TerraformTrouble:
                return ""
        return self._account

    async def _applied_in(self, transaction: Transaction, run: Run, workspace: Workspace) -> frozenset[str]:
        """The workspaces that have applied the run's commit or its very configuration version, where it matters."""
        if not stages_before(workspace, self._policy.chains):
            return frozenset()
        shas = await transaction.runs.of_commit(run.commit.sha) if run.commit is not None else {}
        known = [*(await transaction.runs.many(list(shas))).values()]
        if run.configuration_version_id is not None:
            known += await transaction.runs.of_configuration(run.configuration_version_id)
        applied = {stored.run.workspace_id for stored in known if has_applied(stored.run)}
        found = [await transaction.workspaces.get(one) for one in sorted(applied)]
        return frozenset(one.full_name for one in found if one is not None)


def has_applied(run: Run) -> bool:
    """Whether it has made true what its configuration says: a destroy run has not, nor one that only refreshed the state."""
    return run.status is RunStatus.APPLIED and not run.is_destroy and not run.refresh_only


def digest_of(found: Found) -> str:
    """What a plan is told by whose JSON cannot be read; empty where there is no finished plan."""
    return weak_digest(found.run.id, found.plan) if found.plan is not None and found.plan.is_finished else ""


def sender_of(run: Run, reading: RunReading | None) -> str | None:
    """Who pushed the run's commit: None where there is no commit, "" where there may be one and nobody says whose."""
    if run.commit is not None:
        return run.commit.author
    configuration = reading.configuration if reading else None
    if configuration is None:
        return ""
    if configuration.ingress is not None:
        return configuration.ingress.sender
    return None if is_from_outside(configuration.source) else ""
