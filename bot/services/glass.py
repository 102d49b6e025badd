"""Applying in spite of a freeze: who may, and how it is told to those who review it. It passes freezes alone, never votes or rules."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.audits import AuditKind, Entry
from bot.core.decisions import Decision
from bot.core.errors import GlassNotTheirs, MembershipUnread
from bot.core.freezes import Freeze
from bot.core.people import Person, Standing
from bot.core.policy import Policy
from bot.core.questions import Question
from bot.core.runs import Action
from bot.core.tallies import spoken
from bot.core.verdicts import Named, freeze_words, plain_words
from bot.services.access import Access
from bot.services.notes import tell
from bot.services.ports import Transaction


class Glass:
    def __init__(self, access: Access, policy: Policy) -> None:
        self._access = access
        self._circle = policy.break_glass.circle

    async def may(self, person: Person) -> bool:
        """As far as it can be known now."""
        membership = await self._access.membership(self._circle.groups)
        return person.standing is Standing.MEMBER and self._circle.holds(person.id, membership)

    async def demand(self, person: Person) -> None:
        """GlassNotTheirs unless the file names them, or a group that they are in now; MembershipUnread where that cannot be known."""
        membership = await self._access.membership(self._circle.groups)
        if person.standing is Standing.MEMBER and self._circle.holds(person.id, membership):
            return
        if person.standing is Standing.MEMBER and self._circle.groups - membership.keys():
            raise MembershipUnread
        raise GlassNotTheirs(sorted(self._circle.people), sorted(self._circle.groups))


async def tell_broken(
    transaction: Transaction, decision: Decision, question: Question, broken: Sequence[Freeze], reason: str, permalink: str
) -> Entry:
    """In the transaction of the decision: the channel of reviews is told, and the audit is to hold what is returned."""
    frozen = " ".join(plain_words(freeze_words(one)) for one in broken)
    read = " ".join(spoken(freeze_words(one), {Named(one.by): one.by_name or one.by}) for one in broken)
    workspace = question.workspace.full_name
    done = "overridden, which applies it," if decision.action is Action.OVERRIDE else "applied"
    why = reason.strip().rstrip(".")
    text = f"broke the glass: {decision.run_id} of {workspace} is {done} in spite of a freeze. Why: {why}. The freeze: {read}"
    topic = f"glass:{decision.gate}:{decision.round}"
    channel = question.policy.break_glass.channel
    await tell(transaction, subject=decision.run_id, channel=channel, topic=topic, text=text, mention=decision.person)
    return Entry(
        at=decision.decided_at,
        kind=AuditKind.BREAK_GLASS,
        person=decision.person,
        person_name=decision.person_name,
        channel=decision.channel,
        run_id=decision.run_id,
        workspace=workspace,
        action=decision.action.value,
        plan_digest=decision.plan_digest,
        rules_hash=question.policy.hash,
        reason=reason,
        outcome="decided",
        permalink=permalink,
        details={"freeze": frozen, "intent": decision.intent_id},
    )
