"""The rules in force: a process decides only by the very rules that the database says, so that no two replicas judge by different ones."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.activations import Activation
from bot.core.audits import AuditKind, Entry
from bot.core.errors import RulesDiffer
from bot.core.policy import Policy
from bot.core.sending import UnderWay
from bot.services.ports import Clock, Store, Transaction
from bot.services.sending import stop_sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Activated:
    """`is_new`: other rules were in force before. `under_way` was sent before ours were put in force, and had no answer then."""

    is_new: bool
    under_way: tuple[UnderWay, ...]


class RulesInForce:
    """Of one process, whose policy it is; `text` is the file it was read from."""

    def __init__(self, store: Store, clock: Clock, policy: Policy, text: str = "") -> None:
        self._store = store
        self._clock = clock
        self.policy = policy
        self._text = text

    @property
    def hash(self) -> str:
        return self.policy.hash

    async def demand_current(self, transaction: Transaction) -> None:
        """RulesDiffer where others are in force; asked in the transaction in which something is decided."""
        self.demand_same(await transaction.rules.hash_in_force())

    async def demand_ours(self) -> None:
        """RulesDiffer where others are in force: whatever is judged by ours, be it a start or a lock, is not ours to do."""
        async with self._store.read() as transaction:
            await self.demand_current(transaction)

    def demand_same(self, in_force: str | None) -> None:
        """As above, by the hash that was read in that transaction; None where no rules ever were in force."""
        if in_force != self.hash:
            raise RulesDiffer(self.policy.source, are_any=in_force is not None)

    async def activate(self, by: str) -> bool:
        """Put ours in force; False where they are already."""
        return (await self.put_in_force(by)).is_new

    async def put_in_force(self, by: str) -> Activated:
        """As `activate`, with what was sent before. It is confirmed once that has an answer, or by naming it: `InFlight.unanswered`."""
        async with self._store.write() as transaction:
            sent = await stop_sending(transaction)
            found = await transaction.rules.in_force()
            if found is not None and found.hash == self.hash:
                return Activated(is_new=False, under_way=sent)
            now = self._clock.now()
            await transaction.rules.activate(
                Activation(hash=self.hash, source=self.policy.source, text=self._text, by=by, activated_at=now)
            )
            before = {"before": found.hash} if found is not None else {}
            entry = Entry(
                at=now,
                kind=AuditKind.RULES,
                person_name=by,
                action="activate",
                rules_hash=self.hash,
                outcome="done",
                details={"source": self.policy.source} | before,
            )
            await transaction.audit.add(entry)
        return Activated(is_new=True, under_way=sent)
