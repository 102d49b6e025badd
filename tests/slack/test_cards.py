"""What a run's message says, state by state."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decisions import IntentState
from bot.core.messages import Kind
from bot.core.pictures import NotePicture, Request, RunPicture
from bot.core.plan_summaries import PlanSummary
from bot.core.plans import PlanFacts
from bot.core.runs import FINAL, Action, RunStatus
from bot.core.workspaces import Workspace
from bot.slack import ids
from bot.slack.cards import render
from bot.slack.cards.counts import counts
from bot.slack.cards.labels import LABELS, run_label
from bot.slack.cards.stages import stages
from tests.slack.pictures import (
    AT,
    BOTH,
    button_ids,
    decided,
    decision,
    intent,
    mrkdwn_texts,
    nodes,
    picture,
    plan,
    request,
    run,
    seen,
    tally,
    waiting,
)

OURS = re.compile(r"<(?:@U0[A-Z]+|!date\^\d+\^[^|>]*\|[^>]*|https://app\.terraform\.io/[^|>]*(?:\|[^<>]*)?)>")
ODD = st.text(st.one_of(st.characters(), st.sampled_from("<>&`“”*_~|@!#:\u202e\u200d\u0301\n\x00\ud800")), max_size=400)


@pytest.mark.parametrize("status", RunStatus)
@pytest.mark.parametrize("kind", [Kind.CARD, Kind.CALL, Kind.END])
def test_every_status_has_words_and_an_emoji(status: RunStatus, kind: Kind) -> None:
    said = render(picture(run(status), kind=kind, request=request()))
    first = said["blocks"][0]["text"]["text"].split("\n")[0]
    assert re.match(r"\S+ \*[^*]+\* · `storefront-prod`", first)
    assert said["text"].startswith(first.split(" ")[0])


def test_the_table_has_a_label_for_every_known_status() -> None:
    assert set(LABELS) == set(RunStatus) - {RunStatus.UNKNOWN}


@pytest.mark.parametrize(
    "facts, words",
    [
        ({"status": RunStatus.PLANNED}, "Decision needed"),
        ({"status": RunStatus.PLANNED, "allowed": frozenset()}, "Planned"),
        ({"status": RunStatus.PLANNED, "has_changes": False}, "No changes"),
        ({"status": RunStatus.PLANNED_AND_FINISHED}, "No changes"),
        ({"status": RunStatus.PLANNED_AND_FINISHED, "plan_only": True}, "Plan finished"),
        ({"status": RunStatus.PLANNED_AND_FINISHED, "plan_only": True, "has_changes": False}, "No changes"),
        ({"status": RunStatus.ERRORED}, "Plan failed"),
        ({"status": RunStatus.ERRORED, "timestamps": {"confirmed": AT}}, "Apply failed"),
        ({"status": RunStatus.APPLIED}, "Applied"),
        ({"status": RunStatus.APPLIED, "is_destroy": True}, "Destroyed"),
        ({"status": RunStatus.APPLYING, "is_destroy": True}, "Destroying"),
        ({"status": "made_up"}, "Status “made_up”"),
        ({"status": ""}, "Status “?”"),
    ],
)
def test_facts_change_the_words(facts: dict[str, Any], words: str) -> None:
    assert run_label(run(**facts)).words == words


@pytest.mark.parametrize(
    "facts, words",
    [
        (plan(2, 1, 3), "+2 to add, ~1 to change, −3 to destroy"),
        (plan(0, 1, 0, imports=4), "~1 to change, 4 to import"),
        (plan(0, 0, 0), "outputs only"),
        (plan(0, 0, 0, has_changes=False), "no changes"),
        (plan(0, 0, 0, has_changes=None), "no resource changes"),
        (plan(None, 1, 0), "the server does not say how much changes"),
    ],
)
def test_counts_are_said_in_words(facts: PlanFacts, words: str) -> None:
    assert counts(facts) == words


@pytest.mark.parametrize(
    "facts, line",
    [
        ({"status": RunStatus.PENDING}, "Plan … → Confirm → Apply"),
        ({"status": RunStatus.PLANNING, "plan_only": True}, "Plan …"),
        ({"status": RunStatus.PLANNING, "auto_apply": True}, "Plan … → Apply"),
        ({"status": RunStatus.PLANNED}, "Plan ✓ → Confirm … → Apply"),
        ({"status": RunStatus.PLANNED, "allowed": frozenset()}, "Plan ✓ → Confirm … → Apply"),
        ({"status": RunStatus.PLANNED, "allowed": frozenset(), "auto_apply": True}, "Plan ✓ → Apply …"),
        ({"status": RunStatus.POLICY_CHECKING}, "Plan ✓ → Checks … → Confirm → Apply"),
        ({"status": RunStatus.POLICY_OVERRIDE}, "Plan ✓ → Checks … → Confirm → Apply"),
        ({"status": RunStatus.POLICY_CHECKED, "timestamps": {"policy-checked": AT}}, "Plan ✓ → Checks ✓ → Confirm … → Apply"),
        ({"status": RunStatus.APPLYING}, "Plan ✓ → Confirm ✓ → Apply …"),
        ({"status": RunStatus.APPLIED}, ""),
        ({"status": RunStatus.PLANNED, "has_changes": False}, ""),
        ({"status": "made_up"}, ""),
    ],
)
def test_the_way_is_one_line(facts: dict[str, Any], line: str) -> None:
    assert stages(run(**facts)) == line


def deed_of(said: dict[str, Any]) -> str:
    """The last line of the head; dates without their markup."""
    last = str(said["blocks"][0]["text"]["text"]).split("\n")[-1]
    return re.sub(r"<!date[^>]*>", "TIME", last)


@pytest.mark.parametrize(
    "state, action, status, line",
    [
        (IntentState.PENDING, Action.APPLY, RunStatus.PLANNED, "Applying for <@U0ANA>"),
        (IntentState.SENT, Action.APPLY, RunStatus.PLANNED, "Applying for <@U0ANA>"),
        (IntentState.SENT, Action.APPLY, RunStatus.APPLIED, "Applied by <@U0ANA> · TIME"),
        (IntentState.UNSURE, Action.APPLY, RunStatus.PLANNED, "<@U0ANA> approved; waiting to see whether the server heard it"),
        (IntentState.UNSURE, Action.CANCEL, RunStatus.PLANNING, "<@U0ANA> asked to cancel; waiting to see whether the server heard it"),
        (IntentState.SETTLED, Action.APPLY, RunStatus.PLANNED, "Approved by <@U0ANA> · TIME"),
        (IntentState.SETTLED, Action.APPLY, RunStatus.APPLYING, "Approved by <@U0ANA> · TIME"),
        (IntentState.SETTLED, Action.APPLY, RunStatus.APPLIED, "Applied by <@U0ANA> · TIME"),
        (IntentState.SETTLED, Action.APPLY, RunStatus.ERRORED, "Approved by <@U0ANA> · TIME"),
        (IntentState.SETTLED, Action.APPLY, RunStatus.CANCELED, "Approved by <@U0ANA> · TIME"),
        (IntentState.SETTLED, Action.DISCARD, RunStatus.PLANNED, "Discarding for <@U0ANA> · TIME"),
        (IntentState.SETTLED, Action.DISCARD, RunStatus.DISCARDED, "Discarded by <@U0ANA> · TIME"),
        (IntentState.SETTLED, Action.CANCEL, RunStatus.FORCE_CANCELED, "Canceled by <@U0ANA> · TIME"),
        (IntentState.SETTLED, Action.CANCEL, RunStatus.APPLIED, "<@U0ANA> asked to cancel · TIME; the run ended otherwise"),
    ],
)
def test_a_decision_names_who_and_when(state: IntentState, action: Action, status: RunStatus, line: str) -> None:
    assert deed_of(render(decided(state, action, run(status), kind=Kind.END))) == line


@pytest.mark.parametrize(
    "action, status, verb",
    [
        (Action.APPLY, RunStatus.APPLYING, "Approved by"),
        (Action.APPLY, RunStatus.APPLIED, "Applied by"),
        (Action.DISCARD, RunStatus.DISCARDED, "Discarded by"),
        (Action.CANCEL, RunStatus.PLANNING, "Canceling for"),
    ],
)
def test_a_decision_says_why_in_words_that_are_not_parsed(action: Action, status: RunStatus, verb: str) -> None:
    said = decided(IntentState.SETTLED, action, run(status), kind=Kind.END, decision=decision(action, reason="see <!here> — *now*"))
    assert deed_of(render(said)) == f"{verb} <@U0ANA> · TIME: `see &lt;!here&gt; — *now*`"


@pytest.mark.parametrize("comment, line", [("too late — ", ": `too late`"), ("", "")])
def test_a_name_with_a_dash_is_no_reason(comment: str, line: str) -> None:
    taken = replace(decision(), person_name="Ana — the boss", comment=f"{comment}applied by Ana — the boss (U0ANA) in #deploys (ref int-1)")
    said = decided(IntentState.SETTLED, shown=run(RunStatus.APPLIED), kind=Kind.END, decision=taken)
    assert deed_of(render(said)) == f"Applied by <@U0ANA> · TIME{line}"


def test_what_was_never_sent_is_not_put_on_the_server() -> None:
    kept = replace(intent(IntentState.REFUSED), sent_at=None)
    said = render(decided(IntentState.REFUSED, shown=run(RunStatus.PLANNED), kind=Kind.END, intent=kept))
    assert deed_of(said) == "The last approval did not go through: it was not sent; please decide again"


@pytest.mark.parametrize(
    "state, action, status, line",
    [
        (
            IntentState.REFUSED,
            Action.APPLY,
            RunStatus.PLANNED,
            "The last approval did not go through: the server refused it; please decide again",
        ),
        (
            IntentState.UNHEARD,
            Action.DISCARD,
            RunStatus.PLANNED,
            "The last discard did not go through: the server never heard it; please decide again",
        ),
        (IntentState.REFUSED, Action.CANCEL, RunStatus.APPLYING, "The last cancel did not go through: the server refused it"),
        (IntentState.REFUSED, Action.APPLY, RunStatus.APPLYING, "The server does not say who decided"),
        (IntentState.ELSEWHERE, Action.APPLY, RunStatus.APPLIED, "The server does not say who decided"),
        (IntentState.ELSEWHERE, Action.CANCEL, RunStatus.CANCELED, "The server does not say who decided"),
    ],
)
def test_no_name_is_claimed_for_what_was_not_done_through_us(state: IntentState, action: Action, status: RunStatus, line: str) -> None:
    said = render(decided(state, action, run(status), kind=Kind.END))
    assert deed_of(said) == line
    assert "U0ANA" not in str(said)


@pytest.mark.parametrize("state, status", [(IntentState.REFUSED, RunStatus.APPLIED), (IntentState.ELSEWHERE, RunStatus.APPLIED)])
def test_a_cancel_that_came_to_nothing_is_no_longer_news_at_the_end(state: IntentState, status: RunStatus) -> None:
    assert deed_of(render(decided(state, Action.CANCEL, run(status)))) == "Plan: +2 to add, ~1 to change"


@pytest.mark.parametrize(
    "facts, line",
    [
        ({"status": RunStatus.PLANNING, "auto_apply": True}, "Applies by itself once planned (auto-apply)"),
        ({"status": RunStatus.APPLYING, "auto_apply": True}, "Confirmed by itself (auto-apply)"),
        ({"status": RunStatus.APPLIED}, "Confirmed outside of Slack"),
        ({"status": RunStatus.POLICY_OVERRIDE}, "A check has failed. Whoever may override it does so in Terraform."),
        ({"status": RunStatus.PLANNING, "plan_only": True}, "Plan only: it can never be applied"),
        ({"status": RunStatus.PLANNING, "refresh_only": True}, "Refresh only: it brings the state into line and changes no resource"),
        ({"status": RunStatus.PLANNING, "is_destroy": True}, "⚠️ *Destroy run*: it removes everything that the workspace manages"),
    ],
)
def test_runs_of_a_special_kind_say_so(facts: dict[str, Any], line: str) -> None:
    assert deed_of(render(picture(run(**facts), kind=Kind.END))) == line


@pytest.mark.parametrize(
    "shown, line",
    [
        (decided(IntentState.SETTLED, shown=run(RunStatus.APPLYING), kind=Kind.CALL), "Approved by <@U0ANA> · TIME"),
        (decided(IntentState.SETTLED, Action.DISCARD, run(RunStatus.DISCARDED), kind=Kind.CALL), "Discarded by <@U0ANA> · TIME"),
        (decided(IntentState.ELSEWHERE, shown=run(RunStatus.APPLIED), kind=Kind.CALL), "The server does not say who decided"),
        (picture(run(RunStatus.DISCARDED), kind=Kind.CALL), "outside of Slack"),
    ],
)
def test_a_call_that_is_answered_shrinks_to_its_answer(shown: RunPicture, line: str) -> None:
    said = render(shown)
    assert deed_of(said) == f"☑️ *Decided* · `storefront-prod` · {line} · `run-7bQ2kLm9XyZ1aB3c`"
    assert len(said["blocks"]) == 1


def test_buttons_are_those_of_the_picture() -> None:
    assert button_ids(render(waiting())) == ["run.approve", "run.discard", "run.review", "run.open"]
    assert button_ids(render(waiting(buttons=(Action.CANCEL,)))) == ["run.cancel", "run.review", "run.open"]
    assert button_ids(render(waiting(buttons=()))) == ["run.review", "run.open"]


def test_a_reason_is_offered_behind_dots_where_none_is_demanded() -> None:
    [menu] = menus(render(waiting()))
    assert menu["options"] == [
        {"text": {"type": "plain_text", "text": "Approve with a reason…", "emoji": False}, "value": "r1:run-7bQ2kLm9XyZ1aB3c"}
    ]
    for shown in (
        waiting(tally=tally(wants_reason=True)),
        waiting(buttons=(Action.OVERRIDE, Action.DISCARD)),
        decided(IntentState.SENT, buttons=BOTH),
    ):
        assert menus(render(shown)) == []


def menus(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in nodes(said["blocks"]) if node.get("action_id") == "approve.because"]


@pytest.mark.parametrize("status", sorted(FINAL))
def test_nothing_is_offered_at_an_end(status: RunStatus) -> None:
    assert button_ids(render(picture(run(status), buttons=tuple(Action)))) == ["run.open"]


def test_nothing_is_offered_at_a_status_nobody_knows() -> None:
    assert button_ids(render(picture(run("made_up"), buttons=tuple(Action)))) == ["run.open"]


@pytest.mark.parametrize(
    "state, left",
    [
        (IntentState.SENT, ["run.cancel", "run.force_cancel"]),
        (IntentState.SETTLED, ["run.cancel", "run.force_cancel"]),
        (IntentState.UNSURE, []),
        (IntentState.UNHEARD, ["run.approve", "run.discard", "run.cancel", "run.force_cancel"]),
    ],
)
def test_a_decision_that_stands_takes_its_buttons(state: IntentState, left: list[str]) -> None:
    buttons = tuple(action for action in Action if action is not Action.OVERRIDE)
    assert button_ids(render(decided(state, buttons=buttons))) == [*left, "run.review", "run.open"]


def test_a_plan_can_be_reviewed_once_it_is_finished() -> None:
    assert "run.review" not in button_ids(render(waiting(plan=None)))
    assert "run.review" not in button_ids(render(waiting(plan=plan(status_word="running"))))
    assert "run.review" in button_ids(render(picture(run(RunStatus.APPLIED), plan=plan(), kind=Kind.END)))


def approve_button(said: dict[str, Any]) -> dict[str, Any]:
    return next(node for node in nodes(said["blocks"]) if node.get("action_id") == "run.approve")


def test_the_dialog_names_workspace_and_counts() -> None:
    dialog = approve_button(render(waiting(tally=tally(plan=PlanSummary(keeps_all=True)))))["confirm"]
    assert dialog["title"]["text"] == "Apply to storefront-prod?"
    assert dialog["text"]["text"] == "acme/storefront-prod: +2 to add, ~1 to change."


def primary(said: dict[str, Any]) -> list[str]:
    """The buttons that stand out."""
    return [node["action_id"] for node in nodes(said["blocks"]) if node.get("style") == "primary"]


def test_approving_stands_out_only_where_nothing_is_lost_else_the_review_does_and_it_is_never_red() -> None:
    assert primary(render(waiting())) == ["run.approve"]
    read = tally(plan=PlanSummary(is_read=True, lost=(("replace", "a.b"),)))
    for known in ({"plan": plan(0, 0, 1)}, {"run": run(is_destroy=True)}, {"plan": plan(None, None, None)}, {"tally": read}):
        said = render(waiting(**known))
        assert primary(said) == ["run.review"]
        assert "style" not in approve_button(said)


@pytest.mark.parametrize("known", [{}, {"tally": tally()}, {"tally": tally(plan=PlanSummary(is_read=True, lost=(("destroy", "a.b"),)))}])
def test_what_is_not_known_to_destroy_nothing_is_not_approved_in_a_dialog(known: dict[str, Any]) -> None:
    assert "confirm" not in approve_button(render(waiting(**known)))


def test_what_decides_carries_the_digest_of_the_plan_that_was_judged() -> None:
    digest = f"sha256:{'0f' * 32}"
    said = render(waiting(tally=tally(digest=digest), buttons=(Action.APPLY, Action.OVERRIDE, Action.DISCARD)))
    values = {node["action_id"]: node["value"] for node in nodes(said["blocks"]) if "value" in node and "action_id" in node}
    assert {values[ids.APPROVE], values[ids.OVERRIDE], values[ids.DISCARD]} == {f"r1:run-7bQ2kLm9XyZ1aB3c={digest}"}


def test_an_apply_is_not_canceled_in_a_dialog() -> None:
    for status, has_dialog in ((RunStatus.PLANNING, True), (RunStatus.APPLYING, False)):
        said = render(waiting(run=run(status), buttons=(Action.CANCEL,)))
        [cancel] = [node for node in nodes(said["blocks"]) if node.get("action_id") == ids.CANCEL]
        assert ("confirm" in cancel) is has_dialog


def test_a_button_carries_an_address_and_no_fact() -> None:
    values = {node["value"] for node in nodes(render(waiting(buttons=tuple(Action)))["blocks"]) if "value" in node}
    assert values == {"r1:run-7bQ2kLm9XyZ1aB3c"}


def test_a_run_without_a_web_page_and_without_buttons_has_no_row_of_them() -> None:
    assert [block["type"] for block in render(picture(run(RunStatus.APPLIED), link="", request=request("")))["blocks"]] == [
        "section",
        "context",
    ]


def test_an_end_is_short() -> None:
    said = render(decided(IntentState.SETTLED, shown=run(RunStatus.APPLIED), kind=Kind.END))
    assert "Bump the image" not in seen(said)
    assert len(seen(said).split("\n")) <= 6


def test_a_message_that_claims_an_approval_is_shown_as_a_quotation() -> None:
    said = render(waiting(request=None, run=run(message="Approved by Ana\n✅ *Applied*")))
    quote = next(node for node in nodes(said["blocks"]) if node.get("type") == "rich_text_quote")
    assert quote["elements"][0]["text"] == "Approved by Ana\n✅ *Applied*"
    assert "Approved by Ana" not in said["blocks"][0]["text"]["text"]
    assert said["text"].endswith("Its message: “Approved by Ana ✅ *Applied*”")


WORDS = st.one_of(ODD, st.sampled_from([*RunStatus]))
FACTS = st.fixed_dictionaries({"status": WORDS, "message": ODD, "created_by": ODD, "source": WORDS, "allowed": st.just(frozenset(BOTH))})


@given(facts=FACTS, names=st.tuples(ODD, ODD), asked=st.booleans(), plain=st.booleans(), kind=st.sampled_from(Kind))
def test_no_text_from_outside_is_ever_read_by_slack(
    *, facts: dict[str, Any], names: tuple[str, str], asked: bool, plain: bool, kind: Kind
) -> None:
    workspace = Workspace(id="ws-1", name=names[0], organization=names[1])
    request = Request(person="U0KIM", message=facts["message"], asked_at=AT) if asked else None
    said = render(waiting(run=run(**facts), request=request, workspace=workspace, kind=kind), plain=plain)
    for parsed in mrkdwn_texts(said):
        assert not set("<>") & set(OURS.sub("", parsed))
    demand_limits(said)


@given(text=ODD, person=ODD)
def test_no_note_is_read_by_slack(text: str, person: str) -> None:
    said = render(NotePicture(text=text, mention=person if person.startswith("U") else "U0ANA"))
    assert not set("<>") & set(re.sub(r"<@U[A-Z0-9]+>", "", said["text"]))
    demand_limits(said)


def demand_limits(said: dict[str, Any]) -> None:
    """Slack's own: 50 blocks, 3000 letters a text, 75 a button, 100, 300 and 30 in a dialog; 4000 for the text of an update."""
    assert 0 < len(said["text"]) <= 4000
    assert len(said.get("blocks", [])) <= 50
    for node in nodes(said.get("blocks", [])):
        text = node.get("text")
        assert not isinstance(text, str) or 1 <= len(text) <= 3000
        if node.get("type") == "button":
            assert isinstance(text, dict)
            assert len(text["text"]) <= 75
        if "deny" in node:
            assert [len(node[part]["text"]) <= most for part, most in (("title", 100), ("text", 300), ("confirm", 30))] == [True] * 3


def test_a_plain_card_is_cut_at_a_line() -> None:
    link = "https://app.terraform.io/?" + "&" * 1900
    said = render(waiting(run=run(created_by="kim"), request=None, link=link), plain=True)
    assert set(said) == {"text"}
    assert said["text"].endswith("`run-7bQ2kLm9XyZ1aB3c`")
    assert render(waiting(link="https://app.terraform.io/x"), plain=True)["text"].endswith("\n<https://app.terraform.io/x>")
