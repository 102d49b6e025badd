"""What votes are wanted for, and which of those that were given count: each claim is judged by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.identities import Role, Sameness
from bot.core.matching import is_project_unread
from bot.core.one_line import has_letters
from bot.core.people import NOBODY, Circle, Membership, Standing
from bot.core.policy import Right
from bot.core.questions import Question
from bot.core.rules import Demand, Rule
from bot.core.runs import Action
from bot.core.verdicts import Fallen, Lack, Missing
from bot.core.votes import Vote, Why

RIGHT = Demand(votes=1)
ANOTHER = "another person"


@dataclass(frozen=True, slots=True)
class Claim:
    """A demand for votes, by a rule or (no name) by the right to decide. `circle` are those of whom `need` votes are wanted."""

    rule: str
    demand: Demand
    circle: Circle
    need: int

    @property
    def everybody(self) -> Circle:
        """Those whose votes could count for any part of it."""
        groups = self.demand.one_from_each
        return self.circle | Circle(groups=frozenset(groups)) if groups else self.circle


def claims_of(question: Question, rules: Iterable[Rule]) -> list[Claim]:
    """The right to decide, where anybody has it here, and each rule that wants votes. None at all: nobody may.

    A rule that applies only because the project's name is not known asks for its votes, and lets nobody decide where nobody else may.
    """
    holders = question.policy.holders(Right.DECIDE, question.workspace)
    right = [Claim("", RIGHT, holders, 1)] if holders else []
    voted = [rule for rule in rules if rule.demand.votes_needed or rule.demand.one_from_each]
    sure = [claim_of(rule, holders) for rule in voted if not is_project_unread(rule, question.workspace)]
    may_anybody = any(claim.everybody for claim in [*right, *sure])
    return [*right, *(claim_of(rule, holders) for rule in voted)] if may_anybody else []


def claim_of(rule: Rule, holders: Circle) -> Claim:
    """A rule that only wants groups to be heard asks nothing of a circle."""
    need = rule.demand.votes_needed
    return Claim(rule.name, rule.demand, (rule.demand.circle or holders) if need else NOBODY, need)


def ballots_of(question: Question) -> tuple[list[Vote], list[Fallen]]:
    """The newest vote of each human that still stands, oldest first; and the votes that fell, whatever they were for."""
    ballots: dict[str, Vote] = {}
    fallen: list[Fallen] = []
    for vote in sorted(question.votes, key=lambda vote: (vote.at, vote.person, vote.reason, vote.typed_name)):
        if (why := invalid(vote, question)) is not None:
            fallen.append(Fallen(person=vote.person, why=why))
            continue
        human = question.identities.human(vote.person)
        before = ballots.pop(human, vote)
        if before.person != vote.person:
            fallen.append(Fallen(person=before.person, why=Why.COUNTED_ONCE))
        ballots[human] = vote
    return list(ballots.values()), fallen


def invalid(vote: Vote, question: Question) -> Why | None:
    if vote.digest != question.digest:
        return Why.PLAN_CHANGED
    if vote.rules != question.policy.hash:
        return Why.RULES_CHANGED
    person = question.people.get(vote.person)
    if person is None:
        return Why.UNKNOWN_PERSON
    return None if person.standing is Standing.MEMBER else Why.NO_MEMBER


def judge(claim: Claim, ballots: Iterable[Vote], question: Question) -> tuple[list[Vote], list[Fallen]]:
    """The votes that count for a claim, and what speaks against the others of its circle."""
    counted: list[Vote] = []
    objections: list[Fallen] = []
    everybody = claim.everybody
    for vote in ballots:
        if not everybody.holds(vote.person, question.membership):
            continue
        objection = objection_to(vote, claim, question)
        if objection is None:
            counted.append(vote)
        else:
            objections.append(objection)
    return counted, objections


def objection_to(vote: Vote, claim: Claim, question: Question) -> Fallen | None:
    kin = kinship(vote.person, claim.demand.four_eyes, question) if claim.demand.four_eyes else None
    if kin is not None:
        role, why = kin
        origin = question.origins.get(role)
        return Fallen(person=vote.person, why=why, rule=claim.rule, role=role, known_as=origin.known_as if origin else "")
    if (claim.demand.wants_reason or question.action is Action.OVERRIDE) and not has_letters(vote.reason):
        return Fallen(person=vote.person, why=Why.NO_REASON, rule=claim.rule)
    if claim.demand.wants_typed_name and vote.typed_name.strip() != question.workspace.name:
        return Fallen(person=vote.person, why=Why.WRONG_NAME, rule=claim.rule)
    return None


def kinship(person: str, roles: Iterable[Role], question: Question) -> tuple[Role, Why] | None:
    """Which of the roles a person had or may have had; what is certain is told before what is not."""
    found = {role: question.identities.same(person, question.origins.get(role)) for role in sorted(roles)}
    for sameness, why in ((Sameness.YES, Why.SAME_PERSON), (Sameness.UNKNOWN, Why.POSSIBLY_SAME)):
        for role, same in found.items():
            if same is sameness:
                return role, why
    return None


def votes_missing(claim: Claim, counted: Sequence[Vote], question: Question) -> Missing | None:
    """What is left of a claim; one for groups alone counts the groups."""
    membership = question.membership
    people = [vote.person for vote in counted]
    groups = claim.demand.one_from_each
    unheard = groups_unheard(groups, people, membership) if groups else ()
    have = sum(claim.circle.holds(person, membership) for person in people)
    if have >= claim.need and not unheard:
        return None
    need = claim.need or len(set(groups))
    got = min(have, need) if claim.need else need - len(unheard)
    wanted = wanted_of(claim, have, unheard)
    may = able(wanted, claim, people, question) or able(Circle(groups=making_room(groups, people, membership)), claim, people, question)
    return Missing(lack=Lack.VOTES, rule=claim.rule, have=got, need=need, circle=wanted, may=may, groups=unheard)


def wanted_of(claim: Claim, have: int, unheard: Iterable[str]) -> Circle:
    """Those of whom a vote is still wanted."""
    groups = Circle(groups=frozenset(unheard))
    return claim.circle | groups if have < claim.need else groups


def able(wanted: Circle, claim: Claim, voted: Iterable[str], question: Question) -> Circle:
    """Those of a circle who can still vote for a claim, as people read it: a group that could not be read may hold somebody."""
    humans = {question.identities.human(person) for person in voted}

    def is_able(person: str) -> bool:
        return question.identities.human(person) not in humans and not is_surely_kin(person, claim, question)

    groups = [one for one in wanted.groups if one not in question.membership or any(map(is_able, question.membership[one]))]
    return Circle(people=frozenset(filter(is_able, wanted.people)), groups=frozenset(groups), members=wanted.members)


def is_surely_kin(person: str, claim: Claim, question: Question) -> bool:
    """Who only may be the same person can be told apart yet."""
    kin = kinship(person, claim.demand.four_eyes, question) if claim.demand.four_eyes else None
    return kin is not None and kin[1] is Why.SAME_PERSON


def making_room(groups: Iterable[str], people: Sequence[str], membership: Membership) -> frozenset[str]:
    """The groups of which one vote more lets those who have voted speak for others."""
    asked = set(groups)
    unheard = len(groups_unheard(asked, people, membership))
    one_more = {group: {**membership, group: frozenset({*membership.get(group, ()), ANOTHER})} for group in asked}
    return frozenset(group for group in asked if len(groups_unheard(asked, [*people, ANOTHER], one_more[group])) < unheard)


def groups_unheard(groups: Iterable[str], people: Sequence[str], membership: Membership) -> tuple[str, ...]:
    """The groups for which nobody is left where each person speaks for one group only, shared out as well as can be."""
    speaks: dict[str, str] = {}

    def find(group: str, tried: set[str]) -> bool:
        for person in people:
            if person in tried or person not in membership.get(group, frozenset()):
                continue
            tried.add(person)
            if person not in speaks or find(speaks[person], tried):
                speaks[person] = group
                return True
        return False

    return tuple(group for group in sorted(set(groups)) if not find(group, set()))
