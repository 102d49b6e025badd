"""Messages in their main states, kept as files so that a change of words shows as a diff.

`GOLDEN=rewrite make test` (or pytest on this file) writes them anew.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.decisions import Deed, IntentState
from bot.core.errors import (
    AlreadyDecided,
    BadUsage,
    FormNotOpened,
    FreezeCoversNothing,
    FreezeStarted,
    GlassNotTheirs,
    NotGranted,
    NothingWaits,
    RightMissing,
    SeveralFreezes,
    SeveralWatches,
    UnknownFreeze,
    VoteNotCounted,
    WatchIsCode,
    WordsWanted,
    WorkspaceHeld,
    WrongMoment,
)
from bot.core.findings import Finding
from bot.core.freezes import DeclaredFreeze, Freeze, FreezeCoverage
from bot.core.locks import Lock, holder_words
from bot.core.messages import Kind
from bot.core.people import Circle, Place
from bot.core.pictures import NotePicture
from bot.core.reminders import Step
from bot.core.rules import Risk
from bot.core.runs import Action, Hurdle, HurdleKind, RunStatus
from bot.core.sending import UnderWay
from bot.core.verdicts import Lack, Missing, Named, Outcome, Verdict, freeze_words
from bot.core.watches import Measure, Watch
from bot.core.workspaces import Workspace
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.sandbox.slack.view_shapes import refuse_view
from bot.slack import answers
from bot.slack.cards import freezes, locks, render
from bot.slack.cards.help import help_about
from bot.slack.cards.lists import watches
from bot.slack.replies import reply
from bot.slack.views.approval import Wanted, approval
from bot.slack.views.discard import discarding
from bot.slack.views.override import Question, glass, override
from tests.slack import confirmations, promotions, uploads
from tests.slack.listings import LISTS
from tests.slack.pictures import (
    AT,
    BOTH,
    COMMIT,
    DETAILS,
    FAILED,
    LINK,
    PROD,
    burst,
    decided,
    decision,
    intent,
    picture,
    plan,
    reminder,
    request,
    run,
    tally,
    vote,
    waiting,
)

FOLDER = Path(__file__).parent / "golden"
REWRITE = os.environ.get("GOLDEN") == "rewrite"
CLAIM = "Approved by Ana Ruiz\n✅ *Applied* by <@U0ANA> <!channel> `x`"
TIMES = {
    "plan-queued": AT,
    "planned": AT + timedelta(minutes=2),
    "confirmed": AT + timedelta(minutes=5),
    "applying": AT + timedelta(minutes=5),
    "applied": AT + timedelta(minutes=6),
}
VERDICT = Verdict(
    outcome=Outcome.MISSING,
    rules=("production wants two",),
    missing=(
        Missing(
            lack=Lack.VOTES,
            rule="production wants two",
            have=1,
            need=2,
            circle=Circle(groups=frozenset({"S0PLATFORM"}), people=frozenset({"U0ANA"})),
            may=Circle(groups=frozenset({"S0PLATFORM"})),
            groups=("S0SECURITY",),
        ),
    ),
    counting=("U0ANA",),
)
DEV = Workspace(id="ws-2", name="storefront-dev", organization="acme", locked=True)

FROZEN = DeclaredFreeze(pattern="*-prod", reason=CLAIM, by="U0ANA", by_name="ana", channel="C0DEPLOYS", at=AT, until=AT)
SENT = UnderWay(intent_id="rb-1", run_id="run-1", workspace=PROD.full_name, deed=Deed.APPLY)

OUTPUT = "Sentinel Result: false\n\n## Policy 1: tags.sentinel (soft-mandatory)\nResult: false\n<!channel> *tags* are missing"
FINDINGS = (
    Finding(subject="1 policy", enforcement="soft-mandatory", said=OUTPUT, is_named=False),
    Finding(subject="house/<!channel>", enforcement="mandatory", said=CLAIM),
)
FAILING = run(
    RunStatus.POLICY_OVERRIDE,
    allowed=frozenset({Action.DISCARD}),
    hurdle=Hurdle(id="polchk-1", kind=HurdleKind.CHECK, is_overridable=True, may_override=True),
)
UNSEEN = Hurdle(id="policy_override")
OVERRIDE = picture(
    FAILING,
    kind=Kind.CALL,
    gate="override:polchk-1",
    plan=plan(),
    request=request(),
    buttons=(Action.OVERRIDE, Action.DISCARD),
    tally=tally(wants_reason=True, findings=FINDINGS, headline="It cannot be overridden yet."),
)
OVERRIDDEN = replace(
    decision(Action.OVERRIDE), gate="override:polchk-1", comment=f"{CLAIM} — overridden by Ana Ruiz (U0ANA) in #deploys (ref rb-1)"
)
CLICKED = Place(channel="C0DEPLOYS", channel_name="deploys", ts="1765890000.000100")
ASKED = Question(
    run=FAILING,
    workspace=PROD,
    plan=plan(),
    tally=tally(findings=FINDINGS),
    place=CLICKED,
    gate="override:polchk-1",
    applies_by_itself=True,
)
OUR_REASON = "moving *all* of it — asked for by Ana Ruiz (U0ANA) in #deploys, 2026-03-02 09:30 UTC (ref rb-1)"
HELD = Lock(workspace_id="ws-1", is_locked=True, reason=CLAIM, holder_kind="users", holder_id="user-1", holder_name="<!channel>")

CASES: dict[str, dict[str, Any]] = {
    "started": render(picture(run(RunStatus.PENDING, has_changes=None), request=request(), buttons=(Action.CANCEL,))),
    "planning": render(picture(run(RunStatus.PLANNING, has_changes=None), request=request(), buttons=(Action.CANCEL,))),
    "waiting": render(waiting()),
    "waiting_plain": render(waiting(), plain=True),
    "waiting_call": render(waiting(kind=Kind.CALL)),
    "answered_call": render(decided(IntentState.SETTLED, shown=run(RunStatus.APPLYING), kind=Kind.CALL)),
    "waiting_destroy": render(waiting(run=run(is_destroy=True), plan=plan(0, 0, 7))),
    "waiting_elsewhere": render(waiting(request=None, run=run(created_by="kim", message=CLAIM, source="tfe-ui"))),
    "waiting_unknown_counts": render(waiting(plan=None)),
    "votes_one_of_two": render(waiting(tally=tally(), votes=(vote(reason=CLAIM),))),
    "votes_call_mentions": render(waiting(kind=Kind.CALL, tally=tally(), mention="U0KIM", mention_groups=("S0SECURITY",))),
    "votes_fallen": render(
        waiting(tally=tally(falls=("The vote of @<!channel> fell: the plan has changed since.",), plan_unread=True), votes=(vote(),))
    ),
    "votes_project_unread": render(waiting(tally=tally(project_unread=True))),
    "votes_high_risk": render(waiting(tally=tally(risk=Risk.HIGH, wants_reason=True, wants_typed_name=True))),
    "votes_denied": render(
        waiting(buttons=(Action.DISCARD,), tally=tally(outcome=Outcome.DENIED, headline="A rule forbids it.", lacks=(CLAIM,)))
    ),
    "votes_outside": render(
        waiting(buttons=(Action.DISCARD,), tally=tally(outcome=Outcome.OUTSIDE, headline="This is decided elsewhere.", lacks=()))
    ),
    "votes_only_told": render(waiting(buttons=(), only_tells=True, tally=tally())),
    "votes_by_itself": render(waiting(tally=tally(rules=()), request=replace(request(), auto_apply=True))),
    "applied_by_itself": render(
        picture(run(RunStatus.APPLIED), plan=plan(), decision=decision(), intent=intent(IntentState.SETTLED, by_itself="yes"))
    ),
    "sent": render(decided(IntentState.SENT)),
    "unsure": render(decided(IntentState.UNSURE)),
    "unheard": render(decided(IntentState.UNHEARD, buttons=BOTH)),
    "applying": render(decided(IntentState.SETTLED, shown=run(RunStatus.APPLYING), buttons=(Action.CANCEL,))),
    "applied": render(decided(IntentState.SETTLED, shown=run(RunStatus.APPLIED))),
    "applied_end": render(decided(IntentState.SETTLED, shown=run(RunStatus.APPLIED), kind=Kind.END)),
    "applied_nobody_knows_by_whom": render(decided(IntentState.ELSEWHERE, shown=run(RunStatus.APPLIED))),
    "discarded": render(
        decided(
            IntentState.SETTLED,
            Action.DISCARD,
            run(RunStatus.DISCARDED),
            decision=decision(Action.DISCARD, reason="not <!before> the sale"),
        )
    ),
    "plan_failed_end": render(picture(run(RunStatus.ERRORED, has_changes=None), request=request(), kind=Kind.END)),
    "plan_only": render(picture(run(RunStatus.PLANNED_AND_FINISHED, plan_only=True), plan=plan(), request=request())),
    "no_changes": render(picture(run(RunStatus.PLANNED_AND_FINISHED, has_changes=False), plan=plan(0, 0, 0, has_changes=False))),
    "auto_apply": render(picture(run(RunStatus.PLANNING, auto_apply=True, has_changes=None))),
    "unknown_status": render(picture(run("dreaming_of_<sheep>"), buttons=BOTH)),
    "waiting_call_mention": render(waiting(kind=Kind.CALL, mention="U0KIM")),
    "applied_reply": render(decided(IntentState.SETTLED, shown=run(RunStatus.APPLIED), kind=Kind.REPLY)),
    "applied_history": render(decided(IntentState.SETTLED, shown=run(RunStatus.APPLIED, timestamps=TIMES))),
    "rollup": render(burst()),
    "rollup_plain": render(burst(), plain=True),
    "note_about_a_channel": render(NotePicture(text="I can say nothing in this channel: it is archived.", about="C0DEPLOYS")),
    "note": render(NotePicture(text="I cannot read the plan <yet>.", mention="U0ANA", link=LINK)),
    **confirmations.CASES,
    **LISTS,
    "list_watches": watches(
        [
            Watch(channel="C1", pattern="storefront-*", owner="U0ANA"),
            Watch(
                channel="C1",
                pattern="x",
                measure=Measure.ALL,
                tag="prod",
                project="web",
                in_thread=True,
                mentions=True,
                source="runbell.toml",
            ),
            Watch(channel="C1", pattern="*-prod", owner="U0ANA", measure=Measure.FAILURES, paused_at=AT, paused_why="it is archived"),
        ]
    ),
    "details_call": render(waiting(kind=Kind.CALL, request=None, run=run(commit=COMMIT, created_by="kim"), details=DETAILS)),
    "details_failed": render(picture(run(RunStatus.ERRORED, has_changes=None), details=FAILED)),
    "details_failed_end": render(picture(run(RunStatus.ERRORED, has_changes=None), kind=Kind.END, details=FAILED)),
    "details_failed_plain": render(picture(run(RunStatus.ERRORED, has_changes=None), kind=Kind.END, details=FAILED), plain=True),
    "waiting_blocks_others": render(waiting(kind=Kind.CALL, tally=tally(), behind=4)),
    "applied_broken_glass": render(
        picture(run(RunStatus.APPLIED), plan=plan(), decision=replace(decision(), broke_glass=True), intent=intent(IntentState.SETTLED))
    ),
    "expired": render(
        picture(run(RunStatus.DISCARDED), decision=decision(Action.DISCARD, "runbell"), intent=intent(IntentState.SETTLED, expired="yes"))
    ),
    "reminder": render(reminder()),
    "reminder_plain": render(reminder(link="nowhere", behind=1), plain=True),
    "reminder_direct": render(reminder(step=Step.DIRECT, about="C0DEPLOYS", tally=None)),
    "reminder_group": render(reminder(step=Step.GROUP, group="S0ONCALL", behind=4)),
    "reminder_warning": render(reminder(step=Step.WARNING, expires_at=AT + timedelta(hours=4), link="nowhere")),
    "reminder_over": render(reminder(is_over=True)),
    "freeze_declared": freezes.declared(FROZEN),
    "freeze_declared_without_end": freezes.declared(replace(FROZEN, until=None)),
    "freeze_declared_over_known": freezes.declared(FROZEN, coverage=FreezeCoverage(workspaces=1204, is_known=True)),
    "freeze_declared_over_one_known_so_far": freezes.declared(FROZEN, coverage=FreezeCoverage(workspaces=1, is_known=False)),
    "freeze_declared_over_nothing_known": freezes.declared(FROZEN, coverage=FreezeCoverage(workspaces=0, is_known=False)),
    "freeze_declared_under_way": freezes.declared(FROZEN, (SENT, replace(SENT, run_id="run-2", deed=Deed.OVERRIDE))),
    "freeze_declared_many_under_way": freezes.declared(FROZEN, [replace(SENT, run_id=f"run-{number}") for number in range(250)]),
    "reply_freeze_started": reply(FreezeStarted("run-1", "apply", [freeze_words(FROZEN.freeze)])),
    "freeze_lifted": freezes.lifted((FROZEN,)),
    "freezes": freezes.listing(
        (Freeze(scope="“year end”: *-prod", until=AT, source="runbell.toml"), FROZEN.freeze, Freeze(scope="dns")), (("night", AT),)
    ),
    "freezes_none": freezes.listing((), ()),
    "freezes_many": freezes.listing([Freeze(scope=f"ws-{number}") for number in range(25)], ()),
    "reply_snoozed": answers.snoozed("run-1", PROD, LINK, AT),
    "reply_wrong_moment": reply(WrongMoment("I cannot read “soon” as a time.")),
    "reply_unknown_freeze": reply(UnknownFreeze("*-prod")),
    "reply_freeze_covers_nothing": reply(FreezeCoversNothing("storefrnt-*", ["storefront-dev", "storefront-prod"])),
    "reply_several_freezes": reply(SeveralFreezes("SHOP-*", ["Shop-*", "shop-*"])),
    "reply_glass": reply(GlassNotTheirs(["U0RAJ"], ["S0SRE"])),
    "reply_glass_nobody": reply(GlassNotTheirs()),
    "reply_nothing_waits": reply(NothingWaits("run-1")),
    "help": help_about(),
    "help_watch": help_about("watch"),
    "help_family": help_about("hold"),
    "reply_right_missing": reply(
        RightMissing("decide", "acme/storefront-prod", people=["U0ANA"], groups=["S0PLATFORM"], source="runbell.toml")
    ),
    "reply_watch_is_code": reply(WatchIsCode("storefront-*", "runbell.toml")),
    "reply_several_watches": reply(SeveralWatches("shop-*", ["shop-* --tag prod", "shop-* --tag web"])),
    "reply_already_decided": reply(AlreadyDecided("run-1", "applied", "U0ANA", AT)),
    "reply_voted": answers.voted(run(), PROD, LINK, VERDICT),
    "reply_vote_taken_back": answers.vote_taken_back(run(), PROD, LINK),
    "reply_vote_not_counted": reply(VoteNotCounted("run-1", [("The vote of ", Named("U0KIM"), " does not count: they created the run.")])),
    "reply_not_granted": reply(NotGranted("run-1", "A rule forbids it.", [(CLAIM,)])),
    "reply_words_wanted": reply(WordsWanted("run-1", "storefront-prod", reason=True, typed_name=True)),
    **uploads.CASES,
    **promotions.CASES,
    "override_call": render(OVERRIDE),
    "override_call_plain": render(OVERRIDE, plain=True),
    "override_applies": render(replace(OVERRIDE, kind=Kind.CARD, run=replace(FAILING, auto_apply=True, is_destroy=True))),
    "override_in_terraform": render(
        replace(OVERRIDE, gate="override:policy_override", tally=None, buttons=(Action.DISCARD,), run=replace(FAILING, hurdle=UNSEEN))
    ),
    "overridden_card": render(waiting(overridden=OVERRIDDEN, run=run(RunStatus.POLICY_CHECKED))),
    "overridden_call": render(picture(run(RunStatus.POLICY_CHECKED), kind=Kind.CALL, gate=OVERRIDDEN.gate, overridden=OVERRIDDEN)),
    "overridden_and_decided_call": render(
        decided(
            IntentState.SETTLED,
            Action.DISCARD,
            run(RunStatus.DISCARDED),
            kind=Kind.CALL,
            gate="confirm",
            decision=decision(Action.DISCARD, reason="too late"),
            overridden=OVERRIDDEN,
        )
    ),
    "overriding": render(
        replace(OVERRIDE, kind=Kind.CARD, decision=OVERRIDDEN, intent=intent(IntentState.SENT, Action.OVERRIDE), buttons=())
    ),
    "saved_plan_call": render(waiting(kind=Kind.CALL, run=run(RunStatus.PLANNED_AND_SAVED, save_plan=True, allowed=frozenset(BOTH)))),
    "force_cancel_soon": render(
        decided(IntentState.SETTLED, Action.CANCEL, run(RunStatus.APPLYING, force_cancel_at=AT + timedelta(minutes=34)))
    ),
    "force_cancel_now": render(
        decided(
            IntentState.SETTLED,
            Action.CANCEL,
            run(RunStatus.APPLYING, force_cancel_at=AT, allowed=frozenset({Action.FORCE_CANCEL})),
            buttons=(Action.FORCE_CANCEL,),
        )
    ),
    "reply_voted_in_a_freeze": answers.voted(run(), PROD, LINK, replace(VERDICT, action=Action.OVERRIDE), breaks=True),
    "reply_form_not_opened": reply(FormNotOpened("run-1", "discard")),
    "reply_overridden": answers.acted(Action.OVERRIDE, FAILING, PROD, LINK, IntentState.SETTLED),
    "reply_override_words_wanted": reply(WordsWanted("run-1", "storefront-prod", word="override")),
    "reply_locked": locks.locked(PROD),
    "reply_unlocked": locks.unlocked(PROD, holder_words(HELD), by_force=True),
    "reply_held": reply(WorkspaceHeld("acme/storefront-prod", holder_words(HELD), by_other=True)),
    "reply_held_by_run": reply(WorkspaceHeld("acme/storefront-prod", "Its run run-1 holds the lock", by_run=True)),
    "reply_held_from_slack": reply(WorkspaceHeld("acme/storefront-prod", holder_words(replace(HELD, reason="moving (ref rb-1)")))),
    "reply_held_since": reply(WorkspaceHeld("acme/storefront-prod", holder_words(replace(HELD, reason=OUR_REASON)))),
    "reply_commented": locks.commented(run(), PROD, LINK, IntentState.SETTLED),
    "reply_comment_unsure": locks.commented(run(), PROD, LINK, IntentState.UNSURE),
    "reply_bad_usage": reply(BadUsage("Which workspace shall run?", "run <workspace> [message]", "run storefront-dev hello")),
}


VIEWS: dict[str, dict[str, Any]] = {
    "view_reason": approval(run(), PROD, plan(), CLICKED, Wanted(reason=True, typed_name=False), ("production wants two", CLAIM)),
    "view_reason_if_any": approval(run(), PROD, plan(), CLICKED, Wanted(reason=True, typed_name=False, may_be_silent=True)),
    "view_discard": discarding(run(is_destroy=True), PROD, plan(), CLICKED),
    "view_discard_without_a_plan": discarding(run(message=CLAIM), PROD, None, CLICKED),
    **uploads.VIEWS,
    **confirmations.VIEWS,
    **promotions.VIEWS,
    "view_override": override(ASKED),
    "view_override_applies": override(
        replace(
            ASKED,
            run=replace(FAILING, auto_apply=True),
            plan=None,
            tally=tally(wants_typed_name=True, lacks=("storefront-* is frozen, by @Ana Ruiz: the <!here> sale",)),
            applies_by_itself=True,
        )
    ),
    "view_glass": glass(replace(ASKED, gate=""), Action.APPLY),
    "view_override_glass": glass(replace(ASKED, run=replace(FAILING, is_destroy=True)), Action.OVERRIDE),
    "view_typed_name": approval(run(is_destroy=True), PROD, None, CLICKED, Wanted(reason=True, typed_name=True)),
}


@pytest.mark.parametrize("name", CASES | VIEWS)
def test_message_is_as_kept(name: str) -> None:
    file, shown = FOLDER / f"{name}.json", (CASES | VIEWS)[name]
    if REWRITE:
        file.write_text(json.dumps(shown, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8")) == shown


@pytest.mark.parametrize("name", VIEWS)
def test_slack_would_open_it(name: str) -> None:
    refuse_view(VIEWS[name], "modal")


@pytest.mark.parametrize("name", CASES)
def test_slack_would_draw_it(name: str) -> None:
    assert block_problems(CASES[name].get("blocks", []), "message") == []


def test_no_file_is_left_over() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(CASES | VIEWS)
