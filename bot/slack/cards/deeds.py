"""Who decided, said no stronger than we know it: a name is claimed only for what was done through us."""

from __future__ import annotations

from typing import assert_never

from bot.core.decisions import Decision, Deed, Intent, IntentState, has_moved, shows_deed
from bot.core.pictures import RunPicture
from bot.core.runs import Action, Run
from bot.core.signatures import words_signed
from bot.slack.text import code, date, mention

REASON_MOST = 120


def deed_line(picture: RunPicture) -> str:
    """One line of mrkdwn about the decision; empty where there is nothing to say."""
    line = decision_line(picture)
    return f"{line} · in spite of a freeze" if line and picture.decision is not None and picture.decision.broke_glass else line


def decision_line(picture: RunPicture) -> str:
    decision, intent = picture.decision, picture.intent
    if decision is None:
        return undecided(picture.run)
    state = intent.state if intent else IntentState.SETTLED
    match state:
        case IntentState.SETTLED | IntentState.PENDING | IntentState.SENT if is_by_itself(intent):
            return f"Approved by itself, as {mention(decision.person)} had asked · {date(decision.decided_at)}"
        case IntentState.SETTLED | IntentState.PENDING | IntentState.SENT if is_expired(intent):
            return f"Discarded by itself, since nobody decided in time · {date(decision.decided_at)}"
        case IntentState.PENDING | IntentState.SENT:
            return done(decision, picture.run) or f"{DOING[decision.action]} for {mention(decision.person)}"
        case IntentState.UNSURE:
            return f"{mention(decision.person)} {DECIDED[decision.action]}; waiting to see whether the server heard it"
        case IntentState.SETTLED:
            return done(decision, picture.run) or accepted(decision, picture.run)
        case IntentState.REFUSED | IntentState.UNHEARD:
            return failed(decision, intent, picture.run)
        case IntentState.ELSEWHERE:
            return NOBODY if is_answered(decision, picture.run) else ""
        case _:
            assert_never(state)


def is_by_itself(intent: Intent | None) -> bool:
    """Whether nobody clicked: the run was started with --auto-apply."""
    return intent is not None and intent.payload.get("by_itself") == "yes"


def is_expired(intent: Intent | None) -> bool:
    """Whether nobody decided, and the file of rules has it discarded then."""
    return intent is not None and intent.payload.get("expired") == "yes"


DOING = {
    Action.APPLY: "Applying",
    Action.OVERRIDE: "Overriding",
    Action.DISCARD: "Discarding",
    Action.CANCEL: "Canceling",
    Action.FORCE_CANCEL: "Canceling by force",
}
DECIDED = {
    Action.APPLY: "approved",
    Action.OVERRIDE: "asked to override",
    Action.DISCARD: "discarded",
    Action.CANCEL: "asked to cancel",
    Action.FORCE_CANCEL: "asked to cancel by force",
}
DONE = {
    Action.APPLY: "Applied",
    Action.OVERRIDE: "Overridden",
    Action.DISCARD: "Discarded",
    Action.CANCEL: "Canceled",
    Action.FORCE_CANCEL: "Canceled by force",
}
NOUN = {
    Action.APPLY: "approval",
    Action.OVERRIDE: "override",
    Action.DISCARD: "discard",
    Action.CANCEL: "cancel",
    Action.FORCE_CANCEL: "forced cancel",
}
STOPS = frozenset({Action.CANCEL, Action.FORCE_CANCEL})


NOBODY = "The server does not say who decided"


def is_answered(decision: Decision, run: Run) -> bool:
    """Whether the question has been answered after all: a cancel by a canceled run, the others by any way on."""
    deed = Deed(decision.action.value)
    return shows_deed(deed, run) if decision.action in STOPS else has_moved(deed, run, decision.gate)


def undecided(run: Run) -> str:
    if run.auto_apply and not run.plan_only:
        if run.was_confirmed:
            return "Confirmed by itself (auto-apply)"
        return "" if run.is_final or run.gate else "Applies by itself once planned (auto-apply)"
    return "Confirmed outside of Slack" if run.was_confirmed else ""


def done(decision: Decision, run: Run) -> str:
    """`Applied by @ana · 10:02: why` once the run is where the decision wanted it; empty before."""
    is_there = run.is_final and not run.has_failed and shows_deed(Deed(decision.action.value), run)
    if not is_there or (decision.action is Action.APPLY and run.status_word != "applied"):
        return ""
    verb = "Destroyed" if decision.action is Action.APPLY and run.is_destroy else DONE[decision.action]
    return f"{verb} by {mention(decision.person)} · {date(decision.decided_at)}{why(decision)}"


def accepted(decision: Decision, run: Run) -> str:
    """The server took the call, and the run is not where it was to go, or not yet."""
    who, at = mention(decision.person), date(decision.decided_at)
    if decision.action is Action.APPLY:
        return f"Approved by {who} · {at}{why(decision)}"
    if run.is_final:
        return f"{who} {DECIDED[decision.action]} · {at}; the run ended otherwise"
    return f"{DOING[decision.action]} for {who} · {at}{why(decision)}"


def why(decision: Decision) -> str:
    """In the words of whoever decided, without what we sign them with; empty where they gave none."""
    if words := words_signed(decision.comment):
        return f": {code(words, REASON_MOST)}"
    said, signed, _ = decision.comment.rpartition(f" by {decision.person_name} ({decision.person}) in ")
    reason, given, _ = said.rpartition(" — ")
    return f": {code(reason, REASON_MOST)}" if signed and given else ""


def failed(decision: Decision, intent: Intent | None, run: Run) -> str:
    """No name: nothing came of it. Once the run has moved on the failed try is no longer news."""
    if is_answered(decision, run) or run.is_final:
        return NOBODY if decision.action is Action.APPLY and run.was_confirmed else ""
    reason = "the server never heard it"
    if intent is not None and intent.state is IntentState.REFUSED:
        reason = "the server refused it" if intent.sent_at is not None else "it was not sent"
    again = "; please decide again" if run.gate else ""
    return f"The last {NOUN[decision.action]} did not go through: {reason}{again}"
