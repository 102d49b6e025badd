"""Whatever outside text holds and however long it is: Slack takes what is shown before a decision, and parses nothing of it."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.commands import GRAMMAR
from bot.core.contents import Effect
from bot.core.findings import Finding
from bot.core.links import run_link
from bot.core.people import Place
from bot.core.plan_summaries import LOST_MOST, PlanSummary
from bot.core.previews import Preview
from bot.core.runs import Action, Run, RunStatus
from bot.core.tallies import Tally
from bot.core.verdicts import Outcome
from bot.core.workspaces import Workspace
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.sandbox.slack.contents import read_content
from bot.sandbox.slack.view_shapes import refuse_view
from bot.sandbox.slack.web_api.chat import MOST_UPDATED_LETTERS
from bot.slack import ids
from bot.slack.blocks import Said
from bot.slack.cards.confirmations import CHANGED, about_command, about_run
from bot.slack.views.approval import Wanted, approval
from bot.slack.views.cancel import canceling
from bot.slack.views.override import Question, glass, override
from tests.slack.pictures import plan, run

PIECES = (
    "&",
    "<",
    ">",
    "x",
    "`",
    "\n",
    "*_~",
    "\u202e",
    "e\u0301",
    "🚀",
    "“",
    "<!channel>",
    "<!here|x>",
    "<@U0EVE>",
    "<#C0EVE>",
    "@everyone ",
)
TOKEN = "0123456789abcdefghijklmnopqrstuv"
EVIL = re.compile(r"<[@#!](?!date\^)")


def texts(most: int) -> st.SearchStrategy[str]:
    """Mostly long, since the limits are what is looked for, and of a single kind of letter, since escaping makes some longer."""
    repeated = st.builds(lambda piece, times: (piece * times)[:most], st.sampled_from(PIECES), st.sampled_from([0, 1, 30, most // 2, most]))
    return st.one_of(repeated, st.lists(st.sampled_from(PIECES), max_size=40).map(lambda parts: "".join(parts)[:most]))


NAMES = texts(90).map(lambda name: name.replace("\n", " ") or "w")
WORKSPACES = st.builds(Workspace, id=st.just("ws-1"), name=NAMES, organization=NAMES)
LOST = st.lists(st.tuples(st.sampled_from([effect.value for effect in Effect]), texts(2000)), max_size=LOST_MOST).map(tuple)
SUMMARIES = st.builds(PlanSummary, keeps_all=st.booleans(), is_read=st.booleans(), lost=LOST, more=st.integers(0, 10**6))
FINDINGS = st.builds(Finding, subject=texts(3000), enforcement=texts(200), said=texts(9000), is_named=st.just(True))
TALLIES = st.builds(
    Tally,
    outcome=st.just(Outcome.MISSING),
    headline=texts(3000),
    lacks=st.lists(texts(3000), max_size=9).map(tuple),
    rules=st.lists(texts(60), max_size=20).map(tuple),
    findings=st.lists(FINDINGS, max_size=7).map(tuple),
    plan=SUMMARIES,
    wants_typed_name=st.booleans(),
)
RUNS = st.builds(
    lambda status, is_destroy, message, run_id: run(status, is_destroy=is_destroy, message=message, id=run_id),
    st.sampled_from([RunStatus.PLANNED, RunStatus.APPLYING, RunStatus.POLICY_OVERRIDE]),
    st.booleans(),
    texts(6000),
    st.sampled_from(["run-7bQ2kLm9XyZ1aB3c", "r" * 128]),
)
PLANS = st.sampled_from([None, plan(), plan(None, None, None), plan(10**9, 10**9, 10**9, imports=10**9)])
DIGESTS = st.sampled_from(["", f"sha256:{'0f' * 32}"])
LONG = "&" * 6000
"""As long as anything can get, and five times as long once it is escaped."""
WORST = PlanSummary(lost=tuple((Effect.UNKNOWN.value, LONG) for _ in range(LOST_MOST)), more=5)
WORST_RUN = run(RunStatus.POLICY_OVERRIDE, is_destroy=True, message=LONG, id="r" * 128)
WORST_WORKSPACE = Workspace(id="ws-1", name=LONG[:90], organization=LONG[:90])
WORST_TALLY = Tally(
    outcome=Outcome.MISSING,
    headline=LONG,
    lacks=(LONG,) * 9,
    rules=(LONG[:60],) * 20,
    findings=(Finding(subject=LONG, enforcement=LONG, said=LONG),) * 7,
    plan=WORST,
    wants_typed_name=True,
)
PLACE = Place(channel="C0DEPLOYS" + "A" * 20, channel_name="deploys", ts="179552000000.000000100")


def taken(said: Said) -> None:
    """As an answer, as a private message, and as an edit of one."""
    content = read_content(said)
    assert block_problems(said["blocks"], "message") == []
    assert len(said["text"]) <= MOST_UPDATED_LETTERS
    assert content.mentions.broadcasts == ()
    assert set(content.mentions.mentions) <= {"U0KIM"}
    for block in said["blocks"]:
        for element in block.get("elements", ()):
            if element["type"] == "button":
                assert ids.decode_confirmation(element["value"]) == TOKEN


def taken_view(view: dict[str, Any]) -> None:
    refuse_view(view, "modal")
    assert not EVIL.search(json.dumps([block for block in view["blocks"] if block.get("text", {}).get("type") == "mrkdwn"]))


@given(
    action=st.sampled_from(Action),
    shown=RUNS,
    workspace=WORKSPACES,
    planned=PLANS,
    summary=SUMMARIES,
    requester=texts(400),
    reason=texts(4000),
    lead=st.sampled_from(["", CHANGED]),
    digest=DIGESTS,
    flags=st.tuples(st.booleans(), st.booleans()),
)
@example(
    action=Action.FORCE_CANCEL,
    shown=run(RunStatus.APPLYING, is_destroy=True, message=LONG, id="r" * 128),
    workspace=WORST_WORKSPACE,
    planned=plan(),
    summary=WORST,
    requester=LONG,
    reason=LONG,
    lead=CHANGED,
    digest=f"sha256:{'0f' * 32}",
    flags=(False, True),
)
def test_a_run_that_is_shown_before_a_decision(
    action: Action,
    shown: Run,
    workspace: Workspace,
    planned: Any,
    summary: PlanSummary,
    requester: str,
    reason: str,
    lead: str,
    digest: str,
    flags: tuple[bool, bool],
) -> None:
    is_ours, opens_form = flags
    asked = Preview(
        action=action,
        run=shown,
        workspace=workspace,
        plan=planned,
        digest=digest,
        summary=summary,
        requester=requester,
        is_ours=is_ours,
    )
    url = run_link("https://terraform.test", workspace.organization, workspace.name, shown.id)
    taken(about_run(asked, TOKEN, url, reason=reason, opens_form=opens_form, lead=lead))


@given(typed=texts(6000), row=st.sampled_from(GRAMMAR))
def test_a_command_that_is_shown_before_it_is_done(typed: str, row: Any) -> None:
    taken(about_command(f"/tf {row.word} {typed}", row.summary, TOKEN, row.word.replace("-", " ").capitalize()))


@given(shown=RUNS, workspace=WORKSPACES, planned=PLANS, tally=TALLIES, reason=texts(4000), digest=DIGESTS, force=st.booleans())
@example(shown=WORST_RUN, workspace=WORST_WORKSPACE, planned=plan(), tally=WORST_TALLY, reason=LONG, digest="", force=True)
def test_a_form_that_is_shown_before_a_decision(
    shown: Run, workspace: Workspace, planned: Any, tally: Tally, reason: str, digest: str, *, force: bool
) -> None:
    wanted = Wanted(reason=True, typed_name=True, given=reason, digest=digest)
    question = Question(
        run=shown,
        workspace=workspace,
        plan=planned,
        tally=tally,
        place=PLACE,
        gate="g" * 200,
        applies_by_itself=force,
        digest=digest,
        given=reason,
    )
    taken_view(approval(shown, workspace, planned, PLACE, wanted, tally.rules, tally.plan))
    taken_view(canceling(shown, workspace, PLACE, Action.FORCE_CANCEL if force else Action.CANCEL, reason))
    taken_view(override(question))
    for action in (Action.APPLY, Action.OVERRIDE):
        taken_view(glass(question, action))
