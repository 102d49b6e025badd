"""Checks that the votes of a round met the rules, with code of its own instead of the bot's.

It never demands more than the rules: rules about the plan count only if the stored verdict names them, and an unknown author never adds a
vote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.core.contents import PlanContents, PlanRisk
from bot.core.decisions import Decision, Deed, Intent
from bot.core.identities import Identities, Role
from bot.core.people import Circle, Membership
from bot.core.policy import Policy, Right
from bot.core.rules import Rule
from bot.core.runs import Run
from bot.core.votes import Vote
from bot.core.workspaces import Workspace

EMPTY = PlanRisk(contents=PlanContents(""), cost_rise=Decimal(0), failed_policies=())
"""A plan to which no rule about plans applies."""


@dataclass(frozen=True)
class People:
    """`members` are the full members of the Slack workspace, `groups` its user groups."""

    members: frozenset[str]
    groups: Membership

    def are_in(self, circle: Circle, votes: Sequence[Vote]) -> list[Vote]:
        return [vote for vote in votes if circle.holds(vote.person, self.groups)]


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A decision, the votes of its round, and the rules in force. `named` are the rules that the verdict names, None if it is gone.

    `creating` is the intent that created the run, if a bot did.
    """

    intent: Intent
    decision: Decision
    votes: tuple[Vote, ...]
    policy: Policy
    run: Run
    workspace: Workspace
    people: People
    named: frozenset[str] | None = None
    creating: Intent | None = None

    @property
    def counting(self) -> list[Vote]:
        """Return the votes of full members for this plan under these rules, the newest of each human."""
        identities = Identities(self.policy.people)
        found = {
            identities.human(vote.person): vote
            for vote in sorted(self.votes, key=lambda vote: vote.at)
            if (vote.digest, vote.rules) == (self.decision.plan_digest, self.policy.hash)
            and vote.at <= self.decision.decided_at
            and vote.person in self.people.members
        }
        return list(found.values())

    @property
    def certain(self) -> tuple[Rule, ...]:
        """Return the rules that apply whatever the plan says."""
        return self.policy.rulebook.matching(self.run, self.workspace, EMPTY)

    def wrongs(self) -> Iterator[str]:
        """Yield each demand of the rules that was not met."""
        votes, holders = self.counting, self.policy.holders(Right.DECIDE, self.workspace)
        known = {rule.name for rule in self.certain}
        rules = [*self.certain, *(rule for rule in self.policy.rules if rule.name in (self.named or frozenset()) - known)]
        if self.named is not None and not known <= self.named:
            yield f"the verdict left out the rules {sorted(known - self.named)}"
        if holders and not self.people.are_in(holders, votes):
            yield "nobody with the right to decide voted for this plan under these rules"
        if not holders and not any(rule.demand.votes_needed or rule.demand.one_from_each for rule in rules):
            yield "nobody may decide there"
        if self.intent.deed is Deed.OVERRIDE and not all(map(has_words, votes)):
            yield "an override without a reason"
        for rule in rules:
            yield from (f"rule “{rule.name}”: {wrong}" for wrong in self.wrongs_of(rule, holders, votes))

    def wrongs_of(self, rule: Rule, holders: Circle, votes: Sequence[Vote]) -> Iterator[str]:
        demand = rule.demand
        if rule.deny or rule.leads_outside:
            yield "never from Slack"
        good = [vote for vote in votes if self.is_good(vote, rule)]
        if len(found := self.people.are_in(demand.circle or holders, good)) < demand.votes_needed:
            yield f"{len(found)} of {demand.votes_needed} votes"
        if unheard := [group for group in demand.one_from_each if not self.people.are_in(Circle(groups=frozenset({group})), good)]:
            yield f"nobody of {', '.join(unheard)}"
        if demand.windows and self.intent.applies and not any(window.is_open(self.decision.decided_at) for window in demand.windows):
            yield "decided while its windows were closed"

    def is_good(self, vote: Vote, rule: Rule) -> bool:
        """Whether the vote has the reason and name that the rule asks for, and is not the requester's where the rule forbids that."""
        human = Identities(self.policy.people).human
        is_requester = self.creating is not None and human(self.creating.person) == human(vote.person)
        return (
            (not rule.demand.wants_reason or has_words(vote))
            and (not rule.demand.wants_typed_name or vote.typed_name.strip() == self.workspace.name)
            and not (Role.REQUESTER in rule.demand.four_eyes and is_requester)
        )


def has_words(vote: Vote) -> bool:
    return any(map(str.isalnum, vote.reason))


def is_one_of(person: str, votes: Collection[Vote]) -> bool:
    return any(vote.person == person for vote in votes)
