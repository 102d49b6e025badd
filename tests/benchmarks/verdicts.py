"""How long a verdict takes: 1,000 rules over a plan of 5,000 changes, as most installations would have them and at their worst."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.core.contents import PlanContents, PlanRisk, plan_contents
from bot.core.judging import decide
from bot.core.people import Circle, Person
from bot.core.policy import Grant, Policy, Right
from bot.core.questions import Question
from bot.core.rules import Demand, Match, Rule
from bot.core.runs import Action, Run
from bot.core.votes import Vote
from bot.core.workspaces import Workspace

RULES, CHANGES, TEAMS, ROUNDS = 1000, 5000, 50, 25
GOAL = 5.0
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PEOPLE = {f"U{number:03}": Person(id=f"U{number:03}", name=f"person {number}") for number in range(8)}
MEMBERSHIP = {f"S{number:03}": frozenset(list(PEOPLE)[number : number + 3]) for number in range(6)}
EFFECTS = (["create"], ["update"], ["delete"], ["delete", "create"])


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of each round; `goal` is None for what is only told."""

    what: str
    rounds: tuple[float, ...]
    goal: float | None = GOAL


def measure() -> list[Timing]:
    read = read_plan()
    spread, worst = policy_of(lambda number: (f"team{number % TEAMS}-*",)), policy_of(lambda _: ("*-prod",))
    return [
        Timing("reading the plan's JSON", timed(lambda: plan_contents(document())), goal=None),
        Timing(f"decide, rules of {TEAMS} teams, a plan judged for the first time", cold(spread, read)),
        Timing(f"decide, rules of {TEAMS} teams, a plan judged before", warm(spread, read)),
        Timing("decide, every rule about this workspace, for the first time", cold(worst, read), goal=None),
        Timing("decide, every rule about this workspace, judged before", warm(worst, read), goal=None),
    ]


def read_plan() -> PlanContents:
    found = plan_contents(document())
    assert found is not None
    assert len(found.changes) == CHANGES
    return found


def document() -> dict[str, Any]:
    changes = [
        {
            "address": f'module.team{number % TEAMS}.aws_type_{number % 80}.thing["{number}"]',
            "type": f"aws_type_{number % 80}",
            "change": {"actions": EFFECTS[number % 4], "before": {"tags": {}}, "after": {"name": f"thing {number}", "size": number}},
        }
        for number in range(CHANGES)
    ]
    return {"format_version": "1.2", "resource_changes": changes}


def policy_of(workspaces: Callable[[int], tuple[str, ...]]) -> Policy:
    """One rule in five looks for types, addresses by their beginning, addresses by any glob, how many there are, what it costs."""
    matches: tuple[Callable[[int], dict[str, Any]], ...] = (
        lambda number: {"types": (f"aws_type_{number % 80}*",), "destroys": True},
        lambda number: {"addresses": (f"module.team{number % TEAMS}.*",), "replaces": True},
        lambda number: {"addresses": (f'*.thing["{number}"]',)},
        lambda number: {"more_than": 5 * number},
        lambda number: {"cost_above": Decimal(number)},
    )
    rules = [
        Rule(
            name=f"rule {number}",
            line=number,
            match=Match(workspaces=workspaces(number), **matches[number // TEAMS % 5](number)),
            demand=Demand(votes=2, circle=Circle(groups=frozenset({f"S{number % 6:03}"})), one_from_each=(f"S{number % 5:03}",)),
        )
        for number in range(RULES)
    ]
    rights = Grant(may=frozenset({Right.DECIDE}), people=frozenset(PEOPLE))
    made = Policy(grants=(rights,), rules=tuple(rules), hash="rules")
    assert made.rulebook is made.rulebook, "rules are made ready once, when they are read"
    return made


def question(policy: Policy, contents: PlanContents) -> Question:
    votes = tuple(Vote(person=person, at=NOW, digest=contents.digest, rules=policy.hash) for person in PEOPLE)
    return Question(
        policy=policy,
        action=Action.APPLY,
        run=Run(id="run-1", workspace_id="ws-1", status_word="planned"),
        workspace=Workspace(id="ws-1", name="team7-prod", organization="acme"),
        now=NOW,
        plan=PlanRisk(contents=contents, cost_rise=Decimal(500), failed_policies=()),
        digest=contents.digest,
        votes=votes,
        people=PEOPLE,
        membership=MEMBERSHIP,
    )


def cold(policy: Policy, read: PlanContents) -> tuple[float, ...]:
    """A plan of which nothing has been looked up before, each time."""
    asked = iter([question(policy, replace(read)) for _ in range(ROUNDS)])
    return timed(lambda: decide(next(asked)))


def warm(policy: Policy, read: PlanContents) -> tuple[float, ...]:
    asked = question(policy, read)
    assert decide(asked).rules
    return timed(lambda: decide(asked))


def timed(deed: Callable[[], object]) -> tuple[float, ...]:
    took = []
    gc.collect()
    gc.disable()
    for _ in range(ROUNDS):
        begun = perf_counter()
        deed()
        took.append(1000 * (perf_counter() - begun))
    gc.enable()
    return tuple(took)


def print_timings(timings: list[Timing]) -> None:
    caption = f"{RULES:,} rules, {CHANGES:,} resource changes, {len(PEOPLE)} votes; {ROUNDS} rounds"
    table = Table(title="Judging", caption=caption, caption_justify="left")
    for heading in ("measured", "median", "least", "most", "goal"):
        table.add_column(heading, justify="left" if heading == "measured" else "right")
    for one in timings:
        middle = median(one.rounds)
        goal = "" if one.goal is None else f"≤ {one.goal:g} ms: {'met' if middle <= one.goal else 'missed'}"
        table.add_row(one.what, *(f"{value:,.1f} ms" for value in (middle, min(one.rounds), max(one.rounds))), goal)
    Console(width=120).print(table)
