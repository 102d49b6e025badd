"""What votes are wanted for, and which of those that were given count: each claim is judged by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.core.identities import Origin, Role, Sameness
from bot.core.matching import is_project_unread
from bot.core.one_line import has_letters
from bot.core.people import NOBODY, Circle, Membership, Standing
from bot.core.policy import Right
from bot.core.questions import Question
from bot.core.rules import Demand, Rule, UnknownAuthor
from bot.core.runs import Action
from bot.core.verdicts import Fallen, Lack, Missing, Unidentified
from bot.core.votes import Vote, Why

RIGHT = Demand(votes=1)
ANOTHER = "another person"


@dataclass(frozen=True, slots=True)
class Claim:
    """A demand for votes, by a rule or (no name) by the right to decide. `circle` are the people who give `need` votes.

    `unknown` are the unknown people behind the run. Each of them may be one of the voters.
    """

    rule: str
    demand: Demand
    circle: Circle
    need: int
    unknown: tuple[Unidentified, ...] = ()

    @property
    def spare(self) -> int:
        """Return how many voters may be people who must not vote.

        Why exactly this many more votes are needed: each unknown person is one human, and each vote that counts is from a different human.
        So at most `spare` of the votes are from unknown people, and of `need + spare` votes at least `need` are from others. Two unknown
        people may be two voters, so each adds one. If one act shows that two are the same person, they add one together. Every vote has
        to be counted so: a voter who is surely behind the run never counts, and nothing shows that an unknown person is not some voter.
        """
        return len(self.unknown)

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
    sure = [claim_of(rule, holders, question) for rule in voted if not is_project_unread(rule, question.workspace)]
    may_anybody = any(claim.everybody for claim in [*right, *sure])
    return [*right, *(claim_of(rule, holders, question) for rule in voted)] if may_anybody else []


def claim_of(rule: Rule, holders: Circle, question: Question) -> Claim:
    """A rule that only wants groups to be heard asks nothing of a circle."""
    need = rule.demand.votes_needed
    adds = rule.demand.four_eyes and rule.demand.unknown_author is UnknownAuthor.ONE_MORE_VOTE
    unknown = unidentified(rule.demand.four_eyes, question) if adds else ()
    return Claim(rule.name, rule.demand, (rule.demand.circle or holders) if need else NOBODY, need, unknown)


def behind(roles: Iterable[Role], question: Question) -> Iterator[tuple[Role, Origin]]:
    """Yield everybody behind the run in one of these roles."""
    wanted = frozenset(roles)
    yield from ((role, question.origins[role]) for role in sorted(wanted) if role in question.origins)
    yield from ((role, origin) for role, origin in question.inherited if role in wanted)


def unidentified(roles: Iterable[Role], question: Question) -> tuple[Unidentified, ...]:
    """Return the unknown people behind the run. Two that are surely one person appear once."""
    found: dict[str, Unidentified] = {}
    for number, (role, origin) in enumerate(behind(roles, question)):
        if not question.identities.slack_of(origin):
            found.setdefault(origin.event or str(number), Unidentified(role, origin.by, origin.known_as))
    return tuple(found.values())


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
    found = barred(vote.person, claim, question)
    if found is not None:
        role, why, origin = found
        return Fallen(person=vote.person, why=why, rule=claim.rule, role=role, by=origin.by, known_as=origin.known_as)
    if (claim.demand.wants_reason or question.action is Action.OVERRIDE) and not has_letters(vote.reason):
        return Fallen(person=vote.person, why=Why.NO_REASON, rule=claim.rule)
    if claim.demand.wants_typed_name and vote.typed_name.strip() != question.workspace.name:
        return Fallen(person=vote.person, why=Why.WRONG_NAME, rule=claim.rule)
    return None


def barred(person: str, claim: Claim, question: Question) -> tuple[Role, Why, Origin] | None:
    """Return why four eyes don't count a person, or None. One who may be behind the run counts if one more vote is asked for instead."""
    found = kinship(person, claim.demand.four_eyes, question) if claim.demand.four_eyes else None
    if found is not None and found[1] is Why.POSSIBLY_SAME and claim.demand.unknown_author is UnknownAuthor.ONE_MORE_VOTE:
        return None
    return found


def kinship(person: str, roles: Iterable[Role], question: Question) -> tuple[Role, Why, Origin] | None:
    """Which of the roles a person had or may have had; what is certain is told before what is not."""
    found = [(role, origin, question.identities.same(person, origin)) for role, origin in behind(roles, question)]
    for sameness, why in ((Sameness.YES, Why.SAME_PERSON), (Sameness.UNKNOWN, Why.POSSIBLY_SAME)):
        for role, origin, same in found:
            if same is sameness:
                return role, why, origin
    return None


def votes_missing(claim: Claim, counted: Sequence[Vote], question: Question) -> Missing | None:
    """What is left of a claim; one for groups alone counts the groups."""
    membership = question.membership
    people = [vote.person for vote in counted]
    groups, spare = claim.demand.one_from_each, claim.spare
    unheard = groups_short(groups, people, membership, spare) if groups else ()
    have, wants = sum(claim.circle.holds(person, membership) for person in people), claim.need + spare
    if have >= wants and not unheard:
        return None
    # A rule with four eyes needs votes of the circle, so `spare` is 0 where only groups are asked.
    need = wants if claim.need else len(set(groups))
    got = min(have, need) if claim.need else need - len(unheard)
    wanted = wanted_of(claim, have < wants, unheard)
    making = Circle(groups=making_room(groups, people, membership, spare))
    may = able(wanted, claim, people, question) or able(making, claim, people, question)
    return Missing(
        lack=Lack.VOTES, rule=claim.rule, have=got, need=need, circle=wanted, may=may, groups=unheard, unidentified=claim.unknown
    )


def wanted_of(claim: Claim, is_short: bool, unheard: Iterable[str]) -> Circle:  # noqa: FBT001 - whether votes of the circle are missing
    """Those of whom a vote is still wanted."""
    groups = Circle(groups=frozenset(unheard))
    return claim.circle | groups if is_short else groups


def able(wanted: Circle, claim: Claim, voted: Iterable[str], question: Question) -> Circle:
    """Those of a circle who can still vote for a claim, as people read it: a group that could not be read may hold somebody."""
    humans = {question.identities.human(person) for person in voted}

    def is_able(person: str) -> bool:
        return question.identities.human(person) not in humans and not is_surely_kin(person, claim, question)

    groups = [one for one in wanted.groups if one not in question.membership or any(map(is_able, question.membership[one]))]
    return Circle(people=frozenset(filter(is_able, wanted.people)), groups=frozenset(groups), members=wanted.members)


def is_surely_kin(person: str, claim: Claim, question: Question) -> bool:
    """Who only may be the same person can be told apart yet."""
    found = barred(person, claim, question)
    return found is not None and found[1] is Why.SAME_PERSON


def making_room(groups: Iterable[str], people: Sequence[str], membership: Membership, spare: int = 0) -> frozenset[str]:
    """The groups of which one vote more lets those who have voted speak for others."""
    asked = set(groups)
    unheard = len(groups_short(asked, people, membership, spare))
    one_more = {group: {**membership, group: frozenset({*membership.get(group, ()), ANOTHER})} for group in asked}
    return frozenset(group for group in asked if len(groups_short(asked, [*people, ANOTHER], one_more[group], spare)) < unheard)


def groups_short(groups: Iterable[str], people: Sequence[str], membership: Membership, spare: int) -> tuple[str, ...]:
    """Return the groups that would be unheard if the votes of some `spare` of these people, any of them, did not count.

    Every group is heard without any `spare` of the people exactly if any k groups have k + spare of them between them (Hall). That
    holds exactly if, whichever group is asked for `spare` people more, all are heard: so each is asked so in turn.
    """
    asked = sorted(set(groups))
    if not spare:
        return groups_unheard(asked, people, membership)
    found: set[str] = set()
    for group in asked:
        clones = [f"{group} {number}" for number in range(spare)]
        enlarged = {**membership, **dict.fromkeys(clones, membership.get(group, frozenset[str]()))}
        short = groups_unheard([*asked, *clones], people, enlarged)
        found |= {one if one in asked else group for one in short}
    return tuple(sorted(found))


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
