"""Lists, queues and next steps for tests of how they are shown: the first page, one in the middle, the last, an empty one, one row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.commands.lists import ListPending, ListRuns, ListWorkspaces
from bot.core.listings import Page, Turn
from bot.core.locks import Lock
from bot.core.rows import Offers, Queue, RunList, RunRow, Waits, WorkspaceRow
from bot.core.runs import RunStatus
from bot.core.workspaces import Workspace
from bot.slack.cards import listings, pending, queues
from tests.slack.pictures import AT, LINK, PROD, plan, run, tally

NOW = AT + timedelta(seconds=12)
PAGE = "https://app.terraform.io/app/acme/workspaces/storefront-prod"
CLAIM = "Approved by Ana Ruiz\n✅ *Applied* by <@U0ANA> <!channel> `x`"
SIGNED = "rotate the keys — asked for by kim (U0KIM) in #deploys (ref rb-0123456789ab)"
DEV = Workspace(id="ws-2", name="storefront-dev", organization="acme", locked=True)
OTHER = Workspace(id="ws-3", name="x" * 90, organization="globex")
ON, BACK = Turn("run-9"), Turn("run-0", back=True)

ROWS = (
    RunRow(run(id="run-0", message=SIGNED), PROD, LINK, "U0KIM"),
    RunRow(run(RunStatus.ERRORED, id="run-1", message=CLAIM, created_at=AT - timedelta(days=1)), DEV, LINK),
    RunRow(run("dreaming_of_<sheep>", id="run-9", message="", created_at=None), OTHER, "javascript:alert(1)"),
)
OWN = (RunRow(run(RunStatus.PLANNING, id="run-5", has_changes=None), DEV, LINK), ROWS[2], RunRow(run(), PROD, LINK))
WORKSPACES = (WorkspaceRow(PROD, run(), PAGE), WorkspaceRow(DEV, None, PAGE))
WAITS = Waits(
    run=run(),
    workspace=PROD,
    link=LINK,
    since=AT,
    plan=plan(),
    tally=tally(),
    behind=4,
    asked="https://acme.slack.com/archives/C0DEPLOYS/p1790000000000100",
    asked_in="C0DEPLOYS",
)
UNJUDGED = Waits(run=run(RunStatus.POLICY_OVERRIDE, id="run-8", message=CLAIM), workspace=DEV, link=LINK, since=AT, behind=1)
FREE = Lock(workspace_id="ws-1", is_locked=False)
HELD = Lock(workspace_id="ws-1", is_locked=True, reason=CLAIM, holder_kind="users", holder_id="user-1", holder_name="ana")
FROM_SLACK = replace(
    HELD, holder_name="deployers", reason=f"{CLAIM} — asked for by ana (U0ANA) in #deploys, 2026-03-02 09:30 UTC (ref rb-0123456789ab)"
)
PENDING = run(RunStatus.PENDING, id="run-2", has_changes=None, timestamps={"plan-queueable": AT + timedelta(minutes=1)})
ALONE = run(RunStatus.PLANNING, id="run-3", plan_only=True, message="")


def queue(*runs: Any, lock: Lock | None = FREE, workspace: Workspace = PROD, by: str = "") -> dict[str, Any]:
    rows = tuple(RunRow(one, workspace, LINK, by) for one in runs)
    return queues.queue(Queue(workspace, PAGE, rows, tuple(AT for _ in rows), lock), NOW)


LISTS: dict[str, dict[str, Any]] = {
    "list_runs_first_page": listings.runs(RunList(Page(ROWS, None, ON, AT)), ListRuns("*-prod", mine=True, failed=True), NOW),
    "list_runs_middle_page": listings.runs(RunList(Page(ROWS[:1], BACK, ON, AT)), ListRuns(status="policy_checked"), NOW),
    "list_runs_last_page": listings.runs(
        RunList(Page(ROWS[:2], BACK, None, AT), ((PROD, PAGE),)), ListRuns("storefront-prod", status="live"), NOW
    ),
    "list_runs_empty": listings.runs(RunList(Page((), None, None, AT), ((PROD, PAGE),)), ListRuns("storefront-prod"), NOW),
    "list_runs_none_of_mine": listings.runs(RunList(Page((), None, None, None)), ListRuns(mine=True), NOW),
    "list_workspaces": listings.workspaces(Page(WORKSPACES, None, Turn("ws-2"), AT), ListWorkspaces("storefront-*"), NOW),
    "list_workspaces_one": listings.workspaces(Page(WORKSPACES[:1], None, None, AT), ListWorkspaces(tag="prod", project="data <x>"), NOW),
    "list_workspaces_several_organizations": listings.workspaces(
        Page((WORKSPACES[0], WorkspaceRow(OTHER, run(RunStatus.APPLIED), PAGE)), None, None, AT), ListWorkspaces(), NOW
    ),
    "list_workspaces_empty": listings.workspaces(Page((), None, None, AT), ListWorkspaces("x*"), NOW),
    "list_workspaces_none": listings.workspaces(Page((), None, None, None), ListWorkspaces(), NOW),
    "pending": pending.pending(Page((WAITS, UNJUDGED), None, ON, AT), ListPending(), NOW),
    "pending_last_page": pending.pending(Page((replace(WAITS, tally=tally(lacks=()), behind=0),), BACK, None, AT), ListPending(), NOW),
    "pending_none": pending.pending(Page((), None, None, AT), ListPending(), NOW),
    "queue": queue(run(id="run-1"), PENDING, ALONE),
    "queue_asked_for": queue(run(id="run-1", message=SIGNED), replace(ALONE, message=SIGNED.partition("— ")[2]), by="U0KIM"),
    "queue_of_one": queue(run(RunStatus.PLANNING, id="run-1")),
    "queue_locked": queue(PENDING, lock=HELD),
    "queue_locked_from_slack": queue(PENDING, lock=FROM_SLACK),
    "queue_locked_by_nobody_knows_whom": queue(lock=None, workspace=DEV),
    "queue_empty": queue(),
    "queue_waits_for_an_agent": queue(
        run(RunStatus.PLAN_QUEUED, id="run-1"), PENDING, workspace=replace(PROD, execution_mode="agent"), lock=None
    ),
    "queue_waits_for_room": queue(run(RunStatus.PLAN_QUEUED, id="run-1")),
    "queue_long": queue(run(id="run-1"), *[replace(PENDING, id=f"run-{number}") for number in range(2, 30)]),
    "next_steps": pending.suggestions(Offers((WAITS, UNJUDGED), any_waits=True), OWN, "/tf"),
    "next_steps_own": pending.suggestions(Offers((), any_waits=True), OWN, "/tf"),
    "next_steps_asked_elsewhere": pending.suggestions(Offers((), any_waits=True, elsewhere=(WAITS,)), (), "/tf"),
    "next_steps_elsewhere": pending.suggestions(Offers((), any_waits=True), (), "/tf"),
    "next_steps_none": pending.suggestions(Offers((), any_waits=False), (), "/tf"),
}
