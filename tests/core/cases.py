"""Questions to be judged, for the tests of core: about a run in storefront-prod that ana and kim may decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.core.contents import Effect, PlanContents, PlanRisk, ResourceChange
from bot.core.identities import Identities, KnownPerson
from bot.core.people import Circle, Person, Standing
from bot.core.policy import Grant, Policy, Right
from bot.core.questions import Question
from bot.core.rules import Demand, Match, Rule
from bot.core.runs import Action
from bot.core.votes import Vote
from tests.core.making import ANA, KIM, NOON, PROD, grant, waiting_run

RAJ = Person(id="U0RAJ", name="raj")
SEC = Person(id="U0SEC", name="sec")
GUS = Person(id="U0GUS", name="gus", standing=Standing.GUEST)
EVERYBODY = {person.id: person for person in (ANA, KIM, RAJ, SEC, GUS)}
MEMBERSHIP = {"S0PLATFORM": frozenset({ANA.id, KIM.id, RAJ.id}), "S0SECURITY": frozenset({SEC.id, RAJ.id}), "S0EMPTY": frozenset[str]()}
DECIDERS = grant(Right.DECIDE, people=[ANA.id, KIM.id])
DIGEST, HASH = "sha256:plan", "hash of the rules"
KNOWN = tuple(
    KnownPerson(slack=(person.id,), terraform=frozenset({person.name}), vcs=frozenset({f"{person.name}-gh"})) for person in (ANA, KIM)
)


def circle(*people: Person, groups: tuple[str, ...] = (), members: bool = False) -> Circle:
    return Circle(people=frozenset(person.id for person in people), groups=frozenset(groups), members=members)


def rule(name: str = "a rule", *, match: Match | None = None, deny: str = "", outside: bool = False, line: int = 1, **demand: Any) -> Rule:
    return Rule(name=name, line=line, match=match or Match(), demand=Demand(**demand), deny=deny, outside=outside)


def vote(person: Person, *, minutes: float = 0, **facts: Any) -> Vote:
    usual: dict[str, Any] = {"person": person.id, "at": NOON + timedelta(minutes=minutes), "digest": DIGEST, "rules": HASH}
    return Vote(**(usual | facts))


def contents(*changes: tuple[str, Effect]) -> PlanContents:
    """Changes by address, whose type is the last but one of its parts."""
    made = [ResourceChange(address, address.split(".")[-2], effect) for address, effect in changes]
    return PlanContents(DIGEST, tuple(sorted(made, key=lambda change: change.address)))


SMALL = PlanRisk(contents=contents(("aws_instance.web", Effect.UPDATE)), cost_rise=None, failed_policies=())


def question(*rules: Rule, grants: tuple[Grant, ...] = (DECIDERS,), votes: tuple[Vote, ...] = (), **facts: Any) -> Question:
    policy = facts.pop("policy", None) or Policy(grants=grants, rules=rules, people=KNOWN, chains=facts.pop("chains", ()), hash=HASH)
    usual: dict[str, Any] = {
        "action": Action.APPLY,
        "run": waiting_run(),
        "workspace": PROD,
        "now": NOON,
        "plan": SMALL,
        "digest": DIGEST,
        "people": EVERYBODY,
        "membership": MEMBERSHIP,
        "identities": Identities(KNOWN),
    }
    return Question(policy=policy, votes=votes, **(usual | facts))
