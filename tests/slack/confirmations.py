"""What somebody is shown before a command is carried out, in its main states, for the goldens."""

from __future__ import annotations

from typing import Any

from bot.core.people import Place
from bot.core.plan_summaries import PlanSummary
from bot.core.plans import PlanFacts
from bot.core.previews import Preview
from bot.core.runs import Action, RunStatus
from bot.slack.cards.confirmations import CHANGED, about_command, about_run
from bot.slack.views.approval import Wanted, approval
from bot.slack.views.cancel import canceling
from tests.slack.pictures import LINK, PROD, plan, run

TOKEN = "0123456789abcdefghijklmnopqrstuv"
HOSTILE = "<!channel> *Approved* `by` <@U0KIM>"
LOST = tuple((effect, f"terraform_data.{effect}[{number}]") for effect in ("destroy", "unknown", "replace") for number in range(2))
CLICKED = Place(channel="C0DEPLOYS", channel_name="deploys", ts="1795520000.000100")


def preview(action: Action = Action.APPLY, *, shown: PlanFacts | None = None, **facts: Any) -> Preview:
    usual: dict[str, Any] = {"run": run(), "workspace": PROD, "digest": "", "summary": PlanSummary(keeps_all=True, is_read=True)}
    usual |= {"requester": "U0KIM", "is_ours": True, "plan": shown or plan()}
    return Preview(action=action, **(usual | facts))


DESTROYING = preview(
    shown=plan(6, 0, 14),
    run=run(message=HOSTILE),
    requester="kim",
    is_ours=False,
    summary=PlanSummary(is_read=True, lost=LOST, more=4),
)
GIVEN = Wanted(reason=True, typed_name=False, given=HOSTILE, digest=f"weak:{'0f' * 32}")
CASES = {
    "confirm_approve": about_run(preview(), TOKEN, LINK, reason=HOSTILE, opens_form=False),
    "confirm_approve_destroying": about_run(DESTROYING, TOKEN, LINK, opens_form=True, lead=CHANGED),
    "confirm_approve_unread": about_run(preview(shown=plan(None, None, None), summary=PlanSummary()), TOKEN, LINK, opens_form=True),
    "confirm_override_before_the_plan": about_run(
        preview(Action.OVERRIDE, shown=plan(status_word="pending"), run=run(message=""), requester="", summary=PlanSummary()),
        TOKEN,
        LINK,
        opens_form=True,
    ),
    "confirm_discard": about_run(preview(Action.DISCARD), TOKEN, LINK, opens_form=False),
    "confirm_cancel_applying": about_run(preview(Action.CANCEL, run=run(RunStatus.APPLYING)), TOKEN, LINK, opens_form=True),
    "confirm_force_cancel": about_run(preview(Action.FORCE_CANCEL, run=run(RunStatus.PLANNING)), TOKEN, LINK, opens_form=False),
    "confirm_command": about_command(f"/tf lock {HOSTILE}", "Lock a workspace: <b>", TOKEN, "Lock"),
}
VIEWS = {
    "view_approve_destroying": approval(
        run(is_destroy=True), PROD, plan(0, 0, 14), CLICKED, Wanted(reason=False, typed_name=False), (), DESTROYING.summary
    ),
    "view_approve_given": approval(run(), PROD, plan(), CLICKED, GIVEN),
    "view_cancel": canceling(run(RunStatus.APPLYING), PROD, CLICKED, Action.CANCEL),
    "view_force_cancel": canceling(run(RunStatus.APPLYING), PROD, CLICKED, Action.FORCE_CANCEL, HOSTILE),
}
