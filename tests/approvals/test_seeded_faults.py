"""The safety net is itself tested: each fault that is put into the product here is found, with a short example.

The faults are those of which each would let a wrong apply through: no digest check, no compare-and-set, a freeze that is read too early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import rule, run_state_machine_as_test

from bot.core import claims
from bot.core.decisions import Intent, IntentState
from bot.core.errors import CannotAct
from bot.core.questions import Question
from bot.core.votes import Vote, Why
from bot.services.intents import Intents
from bot.services.ports import Transaction
from bot.services.sending import SendCheck
from bot.services.voting import Ballot, Counted, Voting
from bot.store.intents import IntentTable
from tests.approvals.machine import Machine
from tests.approvals.model import Violation
from tests.approvals.sites import Site, open_site
from tests.approvals.steps import Step, drawn, steps
from tests.fakes.stores import put_tables

EXAMPLES, STEPS_MOST = 200, 6
FEW_STEPS = drawn(
    (2, steps("approve", replica=(0, 1), person=("ana",), run=(0,), pause=(0, 2, 2), saw_first=(False, True))),
    (2, steps("resume", first=(True,))),
    (1, steps("tick", replica=(0, 1), seconds=(11,), pause=(0,))),
    (1, steps("freeze", replica=(0, 1), run=(0,), form=("name", "*"), pause=(0,), ends=(False,))),
    (1, steps("change_plan", run=(0,), effect=("create",))),
)
"""A part of what the machine does with approvals, so that an example is found and made short within seconds."""


class SmallMachine(Machine):
    @rule(step=FEW_STEPS)
    def go_on(self, step: Step) -> None:
        self.perform(step)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    put_tables(tmp_path / "runbell.db")
    with open_site(f"sqlite:///{tmp_path / 'runbell.db'}") as opened:
        yield opened


def shortest_example(site: Site) -> tuple[str, list[str]]:
    """Run the machine until it finds a violation; return it and the steps of the example, as short as Hypothesis makes it."""
    machines: list[SmallMachine] = []

    def machine() -> SmallMachine:
        machines[:] = [SmallMachine(site, rests=False)]
        return machines[0]

    known = settings(max_examples=EXAMPLES, stateful_step_count=STEPS_MOST)
    with pytest.raises(Violation) as caught:
        run_state_machine_as_test(machine, settings=known)  # type: ignore[arg-type] # it takes any factory
    return str(caught.value), machines[0].steps


def check_no_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A click or a vote counts for whatever plan the run shows now."""
    vote, invalid = Voting.vote, claims.invalid

    async def for_any_plan(self: Voting, ballot: Ballot, *about: Any) -> Counted:
        return await vote(self, replace(ballot, shown=None), *about)

    def valid_for_any_plan(one: Vote, question: Question) -> Why | None:
        return invalid(replace(one, digest=question.digest), question)

    monkeypatch.setattr(Voting, "vote", for_any_plan)
    monkeypatch.setattr(claims, "invalid", valid_for_any_plan)


def compare_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An intent is moved whatever somebody else has made of it meanwhile."""
    move = IntentTable.move

    async def moved(self: IntentTable, intent: Intent, state: IntentState, **changes: object) -> bool:
        known = await self.get(intent.id)
        return await move(self, replace(intent, state=known.state, owner="", lease_until=None) if known else intent, state, **changes)

    monkeypatch.setattr(IntentTable, "move", moved)


def read_freezes_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last check goes by freezes that were read before the transaction that marks the intent as sent."""
    leased, check = Intents._leased, SendCheck.objection
    early: dict[str, CannotAct | None] = {}

    async def leased_later(self: Intents, intent: Intent, *, say: bool) -> Intent | None:
        async with self._store.read() as transaction:
            early[intent.id] = await check(self._check, transaction, intent)
        return await leased(self, intent, say=say)

    async def as_it_was(self: SendCheck, transaction: Transaction, intent: Intent) -> CannotAct | None:  # noqa: ARG001 - as the product's
        return early[intent.id]

    monkeypatch.setattr(Intents, "_leased", leased_later)
    monkeypatch.setattr(SendCheck, "objection", as_it_was)


@pytest.mark.parametrize(
    "put_in, most, words",
    [
        (check_no_digest, 3, "without a granted verdict"),
        (compare_nothing, 4, "second request"),
        (read_freezes_too_early, 4, "told that it is frozen"),
    ],
)
def test_a_fault_is_found_with_a_short_example(
    site: Site, monkeypatch: pytest.MonkeyPatch, put_in: Callable[[pytest.MonkeyPatch], None], most: int, words: str
) -> None:
    put_in(monkeypatch)
    violation, steps = shortest_example(site)
    print(f"{put_in.__name__}: {violation}", *steps, sep="\n  ")  # noqa: T201 - shown by `pytest -rA`
    assert words in violation
    assert len(steps) <= most
