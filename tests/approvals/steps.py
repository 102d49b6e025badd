"""The steps that the machine draws: who acts, and every way to take each step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product, starmap
from typing import Any

from hypothesis import strategies as st

from tests.approvals.model import Rule
from tests.approvals.replicas import TROUBLES

RUNS_MOST = 4
PEOPLE = ("ana", "kim", "kim2", "raj", "gus")
GROUPS = {"platform": frozenset({"kim", "kim2", "raj"}), "security": frozenset({"raj", "gus"})}
CREATORS = {"kim": "kim", "raj": "raj", "": "a-robot"}
"""Whom the model knows as the creator, and the server's name for them: nobody knows who is behind the robot."""

REPLICAS, NUMBERS, FORMS = (0, 1), (0, 0, 0, 1, 2), ("name", "NAME", "*-kind", "*")
PAUSES, SHORT_PAUSES = (0, 0, 0, 2, 2, 1, 3, 4, 5), (0, 0, 1, 2)
"""At which crossing an operation stops, 0 for none. What is written more often is drawn more often."""
FALSE_TRUE = (False, True)
RULES = tuple(starmap(Rule, product(("*", "*-PROD", "shop-1-*"), (1, 2, 3), ("", *GROUPS), FALSE_TRUE, FALSE_TRUE)))
RULE_SETS = ((), *((one,) for one in RULES), *zip(RULES, reversed(RULES), strict=True))
Step = tuple[str, dict[str, Any]]


def steps(name: str, **about: Sequence[Any]) -> list[Step]:
    """Every way to take a step, the simplest first."""
    return [(name, dict(zip(about, values, strict=True))) for values in product(*about.values())]


def drawn(*choices: tuple[int, list[Step]]) -> st.SearchStrategy[Step]:
    """One of these steps; each kind is drawn as often as its number says.

    Two numbers choose a step. Hypothesis removes few numbers at a time, so steps of many numbers would stay in the example.
    """
    every = [kind for times, kind in choices for _ in range(times)]
    return st.integers(0, len(every) - 1).flatmap(lambda number: st.sampled_from(every[number]))


STEPS = drawn(
    (8, steps("approve", replica=REPLICAS, person=PEOPLE, run=NUMBERS, pause=PAUSES, saw_first=(False, False, True))),
    (1, steps("approve_at_once", person=PEOPLE, other=PEOPLE, run=NUMBERS)),
    (2, steps("take_back", replica=REPLICAS, person=PEOPLE, run=NUMBERS, pause=PAUSES, discards=(False, False, False, True))),
    (3, steps("open_run", kind=("prod", "Dev"), creator=tuple(CREATORS))),
    (4, steps("resume", first=FALSE_TRUE)),
    (3, steps("tick", replica=REPLICAS, seconds=(11, 1, 21, 31, 61), pause=PAUSES)),
    (1, steps("kill", replica=REPLICAS)),
    (2, steps("freeze", replica=REPLICAS, run=NUMBERS, form=FORMS, pause=SHORT_PAUSES, ends=FALSE_TRUE)),
    (1, steps("unfreeze", replica=REPLICAS, run=NUMBERS, form=FORMS, pause=SHORT_PAUSES)),
    (2, steps("change_plan", run=NUMBERS, effect=("create", "destroy", "unread"))),
    (1, steps("activate", rules=RULE_SETS, restarted=((0, 1), (0,), ()))),
    (1, steps("change_person", person=PEOPLE[1:], standing=("deactivated", "guest", "member"))),
    (1, steps("change_group", group=tuple(GROUPS), person=("kim", "raj", "gus"), joins=FALSE_TRUE)),
    (1, steps("trouble_server", trouble=TROUBLES)),
)
