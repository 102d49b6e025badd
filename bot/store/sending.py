"""The last check before an intent is sent, and what is in flight; with the lock that orders sending, freezes and activations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.decisions import IN_FLIGHT, Intent
from bot.core.freezes import DeclaredFreeze
from bot.core.sending import SendFacts
from bot.core.workspaces import Workspace
from bot.store.gates import decode as decode_decision
from bot.store.intents import decode as decode_intent
from bot.store.rules import IN_FORCE
from bot.store.runs import parts
from bot.store.statements import portions
from bot.store.tables import decisions, freezes, gates, intents, projects, workspaces
from bot.store.workspaces import decode as decode_workspace

KEY = "hashtext('runbell sending')"
SHARED = text(f"SELECT pg_advisory_xact_lock_shared({KEY})")
EXCLUSIVE = text(f"SELECT pg_advisory_xact_lock({KEY})")
"""Why nothing is sent after a freeze (or an activation) is confirmed, unless the confirmation names it:

A sender holds the lock shared from before it reads the freezes until it has committed `sent`. A declarer holds it
exclusively from before it lists what is in flight until it has committed the freeze. So one of the two comes first, whole:

- The sender: its `sent` was committed before the declarer got the lock. PostgreSQL releases locks only after a commit is visible
  to others, so the declarer's list has the intent, and waits for its answer or names it.
- The declarer: its freeze is visible before the sender gets the lock, so the sender reads it, and refuses.

Both read with a statement of their own after the lock: under READ COMMITTED a statement sees what was committed when it began,
and one that takes the lock itself began before it had waited. The lock comes before every row lock, so no two wait for each other
in a circle. On SQLite BEGIN IMMEDIATE does the same: there is one writer, from its first statement to its commit.
"""

OF_GATE = (gates.c.run_id == intents.c.run_id) & (gates.c.gate == intents.c.gate)
OF_ROUND = (decisions.c.run_id == intents.c.run_id) & (decisions.c.gate == intents.c.gate) & (decisions.c.round == intents.c.round)
OF_INTENT = workspaces.c.id == intents.c.workspace_id
FACTS = (
    select(decisions, workspaces, projects, freezes, IN_FORCE.scalar_subquery().label("rules_hash"), gates.c.round.label("open_round"))
    .select_from(
        intents.outerjoin(gates, OF_GATE)
        .outerjoin(decisions, OF_ROUND)
        .outerjoin(workspaces, OF_INTENT)
        .outerjoin(projects, projects.c.id == workspaces.c.project_id)
        .outerjoin(freezes, true())
    )
    .where(intents.c.id == bindparam("id"))
    .order_by(freezes.c.id)
)
"""All in one statement, since a person waits for it: a row for each declared freeze, or one where there is none."""

SENT = (
    select(intents, workspaces)
    .select_from(intents.outerjoin(workspaces, OF_INTENT))
    .where(intents.c.state.in_(sorted(IN_FLIGHT)), intents.c.gate != "")
    .order_by(intents.c.created_at, intents.c.id)
)
UNANSWERED = select(intents.c.id).where(intents.c.id.in_(bindparam("ids", expanding=True)), intents.c.state.in_(sorted(IN_FLIGHT)))


@dataclass(frozen=True, slots=True)
class SendTable:
    connection: AsyncConnection

    async def share(self) -> None:
        """Keep freezes and activations from being committed until this transaction ends; take it before anything else."""
        if self.connection.dialect.name == "postgresql":
            await self.connection.execute(SHARED)

    async def stop(self) -> None:
        """Keep intents from being sent until this transaction ends; take it before anything else."""
        if self.connection.dialect.name == "postgresql":
            await self.connection.execute(EXCLUSIVE)

    async def facts(self, intent: Intent) -> SendFacts:
        """What a decided intent is checked against, read under the shared lock."""
        rows = (await self.connection.execute(FACTS, {"id": intent.id})).all()
        if not rows:
            return SendFacts(rules_hash=None, open_round=None, decision=None, workspace=None, freezes=())
        found = [tuple(parts(row, decisions, workspaces, projects, freezes)) for row in rows]
        decision, workspace, project, _ = found[0]
        return SendFacts(
            rules_hash=rows[0].rules_hash,
            open_round=rows[0].open_round,
            decision=decode_decision(decision) if decision["id"] is not None else None,
            workspace=decode_workspace(workspace, project["name"]) if workspace["id"] is not None else None,
            freezes=tuple(DeclaredFreeze(**freeze) for *_, freeze in found if freeze["id"] is not None),
        )

    async def in_flight(self) -> tuple[tuple[Intent, Workspace | None], ...]:
        """Decided intents that may have reached the server and have no answer yet, oldest first; read under the exclusive lock."""
        rows = [tuple(parts(row, intents, workspaces)) for row in await self.connection.execute(SENT)]
        return tuple((decode_intent(one), decode_workspace(where) if where["id"] is not None else None) for one, where in rows)

    async def unanswered(self, intent_ids: Sequence[str]) -> frozenset[str]:
        """Those of these intents that are in flight still."""
        found: set[str] = set()
        for some in portions(intent_ids):
            found.update((await self.connection.execute(UNANSWERED, {"ids": some})).scalars())
        return frozenset(found)
