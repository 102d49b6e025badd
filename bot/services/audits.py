"""What is written into the audit, and what people are shown of it. Sealing is in sealing.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.core.audits import AuditKind, AuditRow, Entry
from bot.core.commands.runs import RunReference
from bot.core.decisions import Decision, Intent, IntentState
from bot.core.errors import RunbellError, TooManyRefused
from bot.core.origins import decode_origin
from bot.core.policy import Actor, Place, Right
from bot.core.repetitions import REFUSALS_MOST, REFUSALS_WITHIN, RepetitionKind, folded, refusal_of
from bot.core.runs import Action
from bot.core.votes import Vote
from bot.core.watches import Watch
from bot.core.workspaces import Workspace, called
from bot.services.access import Access
from bot.services.finding import Finder
from bot.services.gates import open_gate
from bot.services.ports import Clock, Store, Transaction

log = structlog.get_logger(__name__)

SHOWN_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came in from somebody in Slack, and how it ended: `outcome` is "" where all went well, else the kind of the error.

    `about` is the run or workspace that it was about, as it was given.
    """

    actor: Actor
    place: Place | None
    action: str
    about: RunReference = field(default_factory=RunReference)
    reason: str = ""
    outcome: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditList:
    """The newest rows about a run (`run_id`) or about all of a workspace, the newest first."""

    workspace: Workspace
    run_id: str
    rows: tuple[AuditRow, ...]


class Audits:
    """`rules_hash` is that of the rules that this process judges by."""

    def __init__(self, store: Store, finder: Finder, access: Access, clock: Clock, organizations: tuple[str, ...], rules_hash: str) -> None:
        self._store = store
        self._finder = finder
        self._access = access
        self._clock = clock
        self._organizations = organizations
        self._rules_hash = rules_hash

    async def hear(self, heard: Heard) -> None:
        """A row of its own for what came in. That it cannot be written is told in the log: what was done has been done."""
        place = heard.place or Place(channel="")
        try:
            async with self._store.write() as transaction:
                entry = Entry(
                    at=self._clock.now(),
                    kind=AuditKind.REFUSAL if heard.outcome else AuditKind.COMMAND,
                    person=heard.actor.id,
                    person_name=heard.actor.name,
                    channel=place.channel,
                    run_id=heard.about.run_id,
                    workspace=await self._workspace_of(transaction, heard.about),
                    action=heard.action,
                    plan_digest=await plan_judged(transaction, heard.about.run_id),
                    rules_hash=self._rules_hash,
                    reason=heard.reason,
                    outcome=heard.outcome or "done",
                    permalink=place.permalink,
                    details=heard.details,
                )
                if not heard.outcome or await is_first(transaction, entry):
                    await transaction.audit.add(entry)
        except RunbellError as error:
            log.warning("audit_unwritten", action=heard.action, person=heard.actor.id, outcome=heard.outcome, error=error.sentence)

    async def fold(self, now: datetime) -> None:
        """Write what was repeated in windows that are over, a row for each. What a process that ended had counted is in the database."""
        async with self._store.write() as transaction:
            await fold_ended(transaction, now)

    async def demand_calm(self, actor: Actor, place: Place | None) -> None:
        """TooManyRefused where commands of this person were refused too often in this channel of late."""
        channel = place.channel if place is not None else ""
        async with self._store.read() as transaction:
            times = await transaction.repetitions.total(RepetitionKind.REFUSAL, actor.id, channel)
        if times >= REFUSALS_MOST:
            await self.fold(self._clock.now())  # what is over may not have been taken yet
            async with self._store.read() as transaction:
                times = await transaction.repetitions.total(RepetitionKind.REFUSAL, actor.id, channel)
            if times >= REFUSALS_MOST:
                raise TooManyRefused(REFUSALS_MOST, int(REFUSALS_WITHIN.total_seconds() // 60))

    async def _workspace_of(self, transaction: Transaction, about: RunReference) -> str:
        """A workspace's full name where we know it, as it was typed otherwise."""
        if about.run_id:
            stored = await transaction.runs.get(about.run_id)
            return await workspace_name(transaction, stored.run.workspace_id) if stored is not None else ""
        name = about.workspace.rpartition("/")[2]
        alike = await transaction.workspaces.alike(name) if name else ()
        found = called(about.workspace, [one for one in alike if one.organization in self._organizations])
        return found[0].full_name if len(found) == 1 else about.workspace

    async def about(self, reference: RunReference, actor: Actor) -> AuditList:
        """The newest rows, for a full member who may read the workspace."""
        if reference.run_id:
            workspace = (await self._finder.run(reference, actor)).workspace
        else:
            workspace = await self._finder.workspace(reference.workspace, actor)
        await self._access.demand(actor, Right.READ, workspace)
        async with self._store.read() as transaction:
            rows = await transaction.audit.newest(run_id=reference.run_id, workspace=workspace.full_name, most=SHOWN_MOST)
        return AuditList(workspace=workspace, run_id=reference.run_id, rows=rows)


async def is_first(transaction: Transaction, entry: Entry) -> bool:
    """Whether a refusal is to have a row of its own: the first of its window has, and the others fold into one row when it is over."""
    await fold_ended(transaction, entry.at)
    return await transaction.repetitions.count(refusal_of(entry, is_excess=entry.outcome == TooManyRefused.__name__)) == 1


async def fold_ended(transaction: Transaction, now: datetime) -> None:
    # Taken and written in one transaction: a process that ends in between has taken nothing.
    ended = await transaction.repetitions.take_ended(now)
    await transaction.audit.add(*(row for one in ended if (row := folded(one, now)) is not None))


async def plan_judged(transaction: Transaction, run_id: str) -> str:
    """The digest of a run's plan as it was last judged; empty where it never was."""
    stored = await transaction.runs.get(run_id) if run_id else None
    if stored is None:
        return ""
    _, tally, _ = await transaction.gates.look(run_id, open_gate(stored.run))
    return tally.digest if tally is not None else ""


async def workspace_name(transaction: Transaction, workspace_id: str) -> str:
    found = await transaction.workspaces.get(workspace_id)
    return found.full_name if found is not None else ""


def decision_entry(decision: Decision, workspace: Workspace, place: Place, *, reason: str = "", rules_hash: str = "") -> Entry:
    """For the transaction in which something is decided; `reason` are the person's own words."""
    return Entry(
        at=decision.decided_at,
        kind=AuditKind.DECISION,
        person=decision.person,
        person_name=decision.person_name,
        channel=decision.channel,
        run_id=decision.run_id,
        workspace=workspace.full_name,
        action=decision.action.value,
        plan_digest=decision.plan_digest,
        rules_hash=rules_hash,
        reason=reason,
        outcome="decided",
        permalink=place.permalink,
        details={"gate": decision.gate, "round": str(decision.round), "intent": decision.intent_id},
    )


def vote_entry(vote: Vote, run_id: str, workspace: Workspace, *, outcome: str, permalink: str = "", action: Action = Action.APPLY) -> Entry:
    """For the transaction in which a vote is noted or taken back; `outcome`: noted, enough, or taken back."""
    return Entry(
        at=vote.at,
        kind=AuditKind.VOTE,
        person=vote.person,
        person_name=vote.name,
        channel=vote.channel,
        run_id=run_id,
        workspace=workspace.full_name,
        action=action.value,
        plan_digest=vote.digest,
        rules_hash=vote.rules,
        reason=vote.reason,
        outcome=outcome,
        permalink=permalink,
        details={"typed name": vote.typed_name} if vote.typed_name else {},
    )


async def note_intent(
    transaction: Transaction, intent: Intent, state: IntentState, at: datetime, *, run_id: str = "", why: str = ""
) -> None:
    """What became of a call to the server that a person had decided on."""
    await transaction.audit.add(
        Entry(
            at=at,
            kind=AuditKind.INTENT,
            person=intent.person,
            person_name=intent.person_name,
            channel=intent.channel,
            run_id=run_id or intent.run_id or "",
            workspace=intent.payload.get("workspace") or await workspace_name(transaction, intent.workspace_id),
            action=intent.deed.value,
            outcome=state.value,
            details={"intent": intent.id} | ({"why": why} if why else {}) | configuration_details(intent),
        )
    )


def configuration_details(intent: Intent) -> dict[str, str]:
    """Of a run that was given a configuration: which one, and where that was taken from."""
    origin = decode_origin(intent.payload.get("origin", ""))
    if origin is None:
        return {}
    said = {"configuration": origin.configuration_version_id, "origin": origin.kind.value, "source": origin.run_id or origin.workspace}
    return {name: value for name, value in said.items() if value}


def watch_changed(watch: Watch, action: str, at: datetime, *, person: str = "", person_name: str = "", permalink: str = "") -> Entry:
    """`action`: watch, unwatch, pause or resume. Without a person it was a file, or Slack."""
    details = {"watch": watch.title, "measure": watch.measure.value, "owner": watch.owner, "source": watch.source}
    return Entry(
        at=at,
        kind=AuditKind.WATCH,
        person=person,
        person_name=person_name,
        channel=watch.channel,
        workspace=watch.pattern,
        action=action,
        outcome="done",
        permalink=permalink,
        details={name: value for name, value in details.items() if value},
    )
