"""Runs, plans and pictures for tests of how they are shown; every moment is fixed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.core.decisions import Decision, Deed, Intent, IntentState
from bot.core.details import Check, Details, Failure, Said, Source
from bot.core.messages import Kind
from bot.core.people import Circle
from bot.core.pictures import ReminderPicture, Request, RollupLine, RollupPicture, RunPicture
from bot.core.plans import PlanFacts
from bot.core.reminders import Step
from bot.core.runs import Action, Commit, Run, RunStatus
from bot.core.tallies import Tally
from bot.core.verdicts import Outcome
from bot.core.votes import Vote
from bot.core.workspaces import Workspace

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PROD = Workspace(id="ws-1", name="storefront-prod", organization="acme")
LINK = "https://app.terraform.io/app/acme/workspaces/storefront-prod/runs/run-7bQ2kLm9XyZ1aB3c"
BOTH = (Action.APPLY, Action.DISCARD)


COMMIT = Commit(sha="4f1c2ab9d0", author="kim <!here>", url="https://github.example/acme/shop/commit/4f1c2ab9d0")
POLICIES = Check(source=Source.POLICIES, said=Said.ADVISED, word="passed", number=5, failed=1)
SCAN = Check(source=Source.TASK, said=Said.PASSED, name="scan", word="passed")
GATE = Check(source=Source.TASK, said=Said.FAILED, name="gate `x`", word="failed", message="Two open ports <!channel>\nand more")
DETAILS = Details(mark="cost-estimated policy-checked", cost=Decimal("-1012.5"), checks=(GATE, POLICIES, SCAN))
UNSUPPORTED = Failure(summary="Unsupported *argument*", detail="An argument named “colour” is not expected here.", file="main.tf", line=12)
INVALID = Failure(summary="Invalid index", address="module.a.null_resource.b[0]", file="modules/a.tf")
FAILED = Details(mark="errored", failures=(UNSUPPORTED, INVALID, Failure(summary="A third one")))


def run(status: RunStatus | str = RunStatus.PLANNED, **facts: Any) -> Run:
    """A run at a status; `planned` and its like rest at the gate unless `allowed` says otherwise."""
    rests = {RunStatus.PLANNED, RunStatus.POLICY_CHECKED, RunStatus.COST_ESTIMATED}
    usual: dict[str, Any] = {
        "id": "run-7bQ2kLm9XyZ1aB3c",
        "workspace_id": PROD.id,
        "status_word": str(status),
        "message": "Bump the image to 4.2.1",
        "source": "tfe-api",
        "created_at": AT,
        "plan_id": "plan-1",
        "has_changes": True,
        "allowed": frozenset(BOTH) if status in rests else frozenset(),
        "permitted": frozenset(Action),
    }
    return Run(**(usual | facts))


def plan(additions: int | None = 2, changes: int | None = 1, destructions: int | None = 0, **facts: Any) -> PlanFacts:
    usual: dict[str, Any] = {"plan_id": "plan-1", "status_word": "finished", "has_changes": True, "finished_at": AT}
    return PlanFacts(additions=additions, changes=changes, destructions=destructions, **(usual | facts))


def request(message: str = "Bump the image to 4.2.1", person: str = "U0KIM") -> Request:
    return Request(person=person, message=message, asked_at=AT)


def decision(action: Action = Action.APPLY, person: str = "U0ANA", reason: str = "") -> Decision:
    return Decision(
        run_id="run-7bQ2kLm9XyZ1aB3c",
        gate="confirm",
        round=0,
        action=action,
        person=person,
        person_name="Ana Ruiz",
        channel="C0DEPLOYS",
        comment=f"{reason} — {action.value} by Ana Ruiz (U0ANA) in #deploys (ref int-1)" if reason else "",
        plan_digest="weak:1",
        decided_at=AT + timedelta(minutes=5),
        intent_id="int-1",
    )


def intent(state: IntentState, action: Action = Action.APPLY, **payload: str) -> Intent:
    return Intent(
        id="int-1",
        deed=Deed(action.value),
        state=state,
        run_id="run-7bQ2kLm9XyZ1aB3c",
        workspace_id=PROD.id,
        person="U0ANA",
        person_name="Ana Ruiz",
        channel="C0DEPLOYS",
        created_at=AT,
        payload=payload,
        sent_at=None if state is IntentState.PENDING else AT,
    )


def picture(shown: Run | None = None, **facts: Any) -> RunPicture:
    usual: dict[str, Any] = {"kind": Kind.CARD, "run": shown or run(), "workspace": PROD, "link": LINK}
    return RunPicture(**(usual | facts))


def tally(**facts: Any) -> Tally:
    """One vote of two, as a card shows it."""
    usual: dict[str, Any] = {
        "outcome": Outcome.MISSING,
        "headline": "It cannot be applied yet.",
        "rules": ("production wants two",),
        "lacks": ("Rule “production wants two”: 1 of 2 votes; one from @security. Who else may: @platform, @security.",),
        "wanted": Circle(groups=frozenset({"S0SECURITY"})),
    }
    return Tally(**(usual | facts))


def vote(person: str = "U0ANA", name: str = "Ana Ruiz", reason: str = "") -> Vote:
    return Vote(person=person, at=AT, digest="weak:1", rules="hash", reason=reason, name=name, channel="C0DEPLOYS")


def waiting(**facts: Any) -> RunPicture:
    """A run that waits for a decision, with its buttons."""
    usual: dict[str, Any] = {"plan": plan(), "request": request(), "buttons": BOTH}
    return picture(facts.pop("run", None), **(usual | facts))


def decided(state: IntentState, action: Action = Action.APPLY, shown: Run | None = None, **facts: Any) -> RunPicture:
    made: dict[str, Any] = {"plan": plan(), "request": request(), "decision": decision(action), "intent": intent(state, action)}
    return picture(shown, **(made | facts))


def reminder(**facts: Any) -> ReminderPicture:
    """That a run waits in the thread of its call."""
    usual: dict[str, Any] = {"run": run(), "workspace": PROD, "link": LINK, "step": Step.THREAD, "since": AT, "tally": tally()}
    return ReminderPicture(**(usual | facts))


def burst(number: int = 4) -> RollupPicture:
    """Lines in the states that there are: waiting, failed, under way, over; more of those that are over, where more are asked for."""
    commit = Commit(
        sha="4e8f1c2a9b77", author="kim", url="https://github.example/acme/infra/commit/4e8f1c2a9b77", message="Bump <!channel>"
    )
    states = [run(), run(RunStatus.ERRORED), run(RunStatus.PLANNING), *[run(RunStatus.APPLIED)] * (number - 3)]
    workspaces = [Workspace(id=f"ws-{index}", name=f"shop-{index:02}", organization="acme") for index in range(number)]
    lines = [
        RollupLine(run=shown, workspace=workspace, link=LINK, plan=plan() if shown.gate else None)
        for shown, workspace in zip(states, workspaces, strict=True)
    ]
    return RollupPicture(commit=commit, lines=tuple(lines))


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within blocks, outer ones first."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def mrkdwn_texts(said: dict[str, Any]) -> list[str]:
    """All that Slack would parse in a message."""
    return [said["text"], *(str(node["text"]) for node in nodes(said.get("blocks", [])) if node.get("type") == "mrkdwn")]


def seen(said: dict[str, Any]) -> str:
    """All the words of a message's blocks, for a look at what a person reads."""
    texts = [node for node in nodes(said.get("blocks", [])) if isinstance(node.get("text"), str)]
    return "\n".join(str(node["text"]) for node in texts)


def button_ids(said: dict[str, Any]) -> list[str]:
    return [str(node["action_id"]) for node in nodes(said["blocks"]) if node.get("type") == "button"]
