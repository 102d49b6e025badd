"""The reference model of approvals: when a run may be applied, in plain words and numbers. It shares no code with the product.

The machine reports what it does and what the database says afterwards. The model raises Violation if that should not have happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

HUMANS = {"kim2": "kim"}  # a second account of the same person
DECIDERS, DECIDING_GROUP = frozenset({"ana"}), "platform"
UNHEARD_SECONDS = 60  # how long the product watches a run before it may conclude that the server never received a request
Vote = tuple[str, str, str]  # the person, the plan that they saw, and the rules of the process that recorded the vote
People = tuple[int, frozenset[str], Mapping[str, frozenset[str]]]  # since which event, the members, and the groups
Found = tuple[Mapping[str, Sequence[Vote]], Mapping[str, str], Mapping[str, float], str]
"""What the database says: votes and the state of the standing decision by run, when each freeze ends (0: never), the rules."""


class Violation(AssertionError):
    pass


class Rule(NamedTuple):
    """`group` "" means the people with the right to decide. `destroys`: only for plans that may destroy something."""

    glob: str = "*"
    votes: int = 1
    group: str = ""
    four_eyes: bool = False
    destroys: bool = False


@dataclass
class Run:
    """`plans` are (since, plan), `requests` the times and answers of what the server received. A `creator` "" is unknown."""

    workspace: str
    creator: str
    plans: list[tuple[int, str]]
    status: str = "waiting"
    votes: Sequence[Vote] = ()
    decided: str = ""
    requests: list[tuple[float, str]] = field(default_factory=list)
    exempt: frozenset[str] = frozenset()  # older rules under which a request was sent that was named when the newest were confirmed


@dataclass(eq=False)
class Operation:
    """What a person or a loop does, in a process with these `rules`. `troubled`: the server did not do what it was asked."""

    kind: str
    run: str = ""
    person: str = ""
    rules: str = ""
    plan: str = ""
    glob: str = ""
    began: int = 0
    expected: str = ""
    troubled: bool = False

    @property
    def vote(self) -> Vote:
        return self.person, self.plan, self.rules


@dataclass
class Model:
    """`freezes` are (end, named): once a freeze was confirmed, only the `named` runs may be applied. Before, that is None."""

    people: list[People]
    rules: dict[str, tuple[Rule, ...]]
    in_force: str
    now: float = 0
    events: int = 0
    runs: dict[str, Run] = field(default_factory=dict)
    freezes: dict[str, tuple[float, frozenset[str] | None]] = field(default_factory=dict)
    active: list[Operation] = field(default_factory=list)
    uncertain: list[Operation] = field(default_factory=list)  # only the database can say what they did

    def move(self, seconds: float) -> None:
        self.now += seconds
        self.freezes = {glob: one for glob, one in self.freezes.items() if not 0 < one[0] <= self.now}

    def activate(self, name: str, rules: tuple[Rule, ...], named: Iterable[str]) -> None:
        for run_id, run in self.runs.items():
            run.exempt = run.exempt | {self.in_force} if run_id in named else frozenset()
        self.rules[name], self.in_force = rules, name

    def begin(self, operation: Operation) -> None:
        self.events += 1
        operation.began, operation.expected = self.events, self.expect(operation)
        self.active.append(operation)
        if operation.kind == "unfreeze" and operation.glob in self.freezes:
            self.freezes[operation.glob] = (self.freezes[operation.glob][0], None)

    def request(self, operation: Operation, run_id: str, action: str, answer: str) -> None:
        """The server received a request. `answer`: `done`, `refused`, or `lost` (nothing was done, and the product can't know it)."""
        run, operation.troubled = self.runs[run_id], operation.troubled or answer != "done"
        if any(before == "done" or (before == "lost" and self.now - at < UNHEARD_SECONDS) for at, before in run.requests):
            raise Violation(f"a second request for {run_id} after {run.requests}")
        run.requests.append((self.now, answer))
        named = [named for glob, (_, named) in self.freezes.items() if named is not None and covers(glob, run)]
        if action == "apply" and not all(run_id in one for one in named):
            raise Violation(f"{run_id} is applied although somebody was told that it is frozen")
        if action == "apply" and not self.may_be_granted(operation, run_id):
            raise Violation(f"{run_id} is applied without a granted verdict")
        run.status = action if answer == "done" else run.status

    def end(self, operation: Operation, outcome: str, found: Found, named: frozenset[str] = frozenset()) -> None:
        """`outcome` is `refused`, `noted` or `done`. If nothing else happened meanwhile, it has to be what the model expects."""
        run, is_alone = self.runs.get(operation.run), operation.began == self.events and not operation.troubled
        if is_alone and operation.expected not in {"", outcome}:
            raise Violation(f"{operation} ended as {outcome}")
        if not is_alone or outcome != "refused":
            self.uncertain.append(operation)  # only a refusal leaves nothing behind
        self.active.remove(operation)
        self.adopt(found)
        votes = {"approve": [operation.vote], "withdraw": []}.get(operation.kind)
        if run and is_alone and outcome != "refused" and votes not in (None, [one for one in run.votes if one[0] == operation.person]):
            raise Violation(f"{operation} ended as {outcome} with {run.votes}")
        if run and is_alone and outcome == "done" and operation.kind != "withdraw" and run.status == "waiting":
            raise Violation(f"{operation} was done and the server received nothing")
        if operation.kind == "freeze" and outcome == "done" and operation.glob in self.freezes:
            self.freezes[operation.glob] = (self.freezes[operation.glob][0], named)

    def adopt(self, found: Found) -> None:
        """Take over what the database says. Operations have to explain what has changed."""
        votes, decisions, freezes, rules = found
        for run_id, run in self.runs.items():
            about = [one for one in (*self.active, *self.uncertain) if one.run == run_id]
            voters = {one.person for one in about if one.kind in {"approve", "withdraw"}}
            if not {vote[0] for vote in {*votes[run_id]} ^ {*run.votes}} <= voters:
                raise Violation(f"nobody changed the votes for {run_id}: {run.votes}, {votes[run_id]}")
            decided = decisions.get(run_id, "")
            if decided and not run.decided and not any(one.kind == "discard" or self.may_be_granted(one, run_id) for one in about):
                raise Violation(f"{run_id} was decided without a granted verdict")
            if run.decided and not decided and run.status != "waiting":
                raise Violation(f"the decision about {run_id} was carried out and is gone")
            run.votes, run.decided = votes[run_id], decided
            run.exempt = run.exempt if decided in {"sent", "unsure"} else frozenset()
        changed = self.freezes.keys() ^ freezes.keys()
        if rules != self.in_force or not changed <= {one.glob for one in (*self.active, *self.uncertain)}:
            raise Violation(f"nobody declared or ended {changed}, or activated {rules}")
        known = {glob: one for glob, one in self.freezes.items() if one[0] == freezes.get(glob)}
        self.freezes = {glob: known.get(glob, (until, None)) for glob, until in freezes.items()}
        self.uncertain.clear()

    def expect(self, one: Operation) -> str:
        """What becomes of an operation if nothing else happens meanwhile; "" if the model doesn't say."""
        run, is_current = self.runs.get(one.run), one.rules == self.in_force
        _, members, groups = self.people[-1]
        if one.kind == "unfreeze":
            return "done" if is_current and one.glob in self.freezes else "refused"
        if run is None:
            return "done" if one.kind == "freeze" else ""
        if run.status != "waiting" or run.decided or one.person not in members or not (is_current or one.kind == "withdraw"):
            return "refused"
        if one.kind == "withdraw":
            return "done" if one.person in {vote[0] for vote in run.votes} else "refused"
        if one.kind == "discard":
            return "done" if one.person in DECIDERS | groups[DECIDING_GROUP] else "refused"
        plan, votes = run.plans[-1][1], [*(vote for vote in run.votes if vote[0] != one.person), one.vote]
        counting, is_enough = self.judge(run, plan, self.in_force, votes, self.people[-1])
        if one.plan != plan or one.person not in counting:
            return "refused"
        return "done" if is_enough and not any(covers(glob, run) for glob in self.freezes) else "noted"

    def may_be_granted(self, operation: Operation, run_id: str) -> bool:
        """Whether the votes are enough by what the operation may have read: people and plans as they were at any moment of it."""
        run, since = self.runs[run_id], operation.began
        seen = self.people[max(index for index, one in enumerate(self.people) if one[0] <= since) :]
        groups = {name: frozenset[str]().union(*(one[2][name] for one in seen)) for name in self.people[0][2]}
        people = (since, frozenset[str]().union(*(one[1] for one in seen)), groups)
        plans = run.plans[max(index for index, (at, _) in enumerate(run.plans) if at <= since) :]
        approving = [one.vote for one in (*self.active, *self.uncertain) if one.run == run_id and one.kind == "approve"]
        rules = {self.in_force, *run.exempt}
        return any(self.judge(run, plan, name, [*run.votes, *approving], people)[1] for _, plan in plans for name in rules)

    def judge(self, run: Run, plan: str, rules: str, votes: Iterable[Vote], people: People) -> tuple[set[str], bool]:
        """Return the accounts whose votes count for anything, and whether they are enough. The newest vote of each human is theirs."""
        valid = [person for person, *about in votes if about == [plan, rules] and person in people[1]]
        newest = {HUMANS.get(person, person): person for person in valid}
        counting, is_enough = set[str](), True
        for rule in (Rule(), *self.rules[rules]):
            if not covers(rule.glob, run) or (rule.destroys and plan.startswith("create")):
                continue
            voters = people[2][rule.group] if rule.group else DECIDERS | people[2][DECIDING_GROUP]
            barred = run.creator if rule.four_eyes else ""
            counted = {account for human, account in newest.items() if account in voters and human != barred}
            counting |= counted
            is_enough &= len(counted) >= rule.votes + (rule.four_eyes and not run.creator)
        return counting, is_enough


def covers(glob: str, run: Run) -> bool:
    """Whether a glob names the run's workspace, in any capitals."""
    return re.fullmatch(".*".join(map(re.escape, glob.lower().split("*"))), run.workspace.lower()) is not None
