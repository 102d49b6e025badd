"""What a person is told when a wish was granted, and the one sentence that a channel is told when somebody else's watch ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from bot.core.decisions import IntentState
from bot.core.runs import Action, Run
from bot.core.verdicts import Verdict, falls, headline, lacks
from bot.core.watches import Measure, Watch
from bot.core.workspaces import Workspace
from bot.slack import ids
from bot.slack.blocks import Said, actions, button, section, sections
from bot.slack.cards.verdicts import spoken
from bot.slack.text import channel_mention, code, date, escape, link, mention, one_line, zoned


def started(run: Run, workspace: Workspace, url: str, channel: str = "", cautions: Sequence[str] = ()) -> Said:
    """The card follows in the channel, "" for this one; this says to one person that it was heard. `cautions` are outside text."""
    where = f"in {channel_mention(channel)}" if channel else "here"
    lines = [f"🔄 Started a {kind_of(run)} of {code(workspace.name)}: {link(url, run.id)}. It reports {where}."]
    return said("\n".join([*lines, *(f"⚠️ {zoned(escape(one_line(caution)))}" for caution in cautions)]))


def kind_of(run: Run) -> str:
    if run.plan_only:
        return "plan-only run"
    return "destroy run" if run.is_destroy else "refresh-only run" if run.refresh_only else "run"


def acted(action: Action, run: Run, workspace: Workspace, url: str, outcome: IntentState) -> Said:
    """How it stands with what they asked for, no better than we know."""
    return said(f"{outcome_words(action, outcome)} {link(url, run.id)} of {code(workspace.name)}.{outcome_step(outcome)}")


def voted(run: Run, workspace: Workspace, url: str, verdict: Verdict, *, breaks: bool = False) -> Said:
    """A vote was noted, and more is missing. It can be taken back here, until somebody decides.

    `breaks`: only a freeze is in the way, and whoever voted is one of those who may pass it.
    """
    head = f"🗳️ Your vote for {link(url, run.id)} of {code(workspace.name)} is noted. {escape(headline(verdict))}"
    lines = [f"• {spoken(phrase)}" for phrase in (*lacks(verdict), *falls(verdict.fallen))]
    back = button(ids.UNVOTE, "Take back my vote", ids.encode(ids.Address(run.id)))
    broken = (
        [button(ids.GLASS_FOR[verdict.action], "Break the glass…", ids.encode(ids.Address(run.id, verdict.digest)), style="danger")]
        if breaks
        else []
    )
    return {"text": "\n".join([head, *lines]), "blocks": [section(head), *sections(lines), actions([*broken, back])]}


def vote_taken_back(run: Run, workspace: Workspace, url: str) -> Said:
    return said(f"Your vote for {link(url, run.id)} of {code(workspace.name)} is taken back.")


def snoozed(run_id: str, workspace: Workspace, url: str, until: datetime) -> Said:
    return said(f"💤 No reminders of {link(url, run_id)} of {code(workspace.name)} until {date(until)}; it does not expire before.")


DONE = {
    Action.APPLY: "✅ Approved",
    Action.OVERRIDE: "✅ Overridden",
    Action.DISCARD: "✅ Discarded",
    Action.CANCEL: "✅ Asked to cancel",
    Action.FORCE_CANCEL: "✅ Asked to cancel by force",
}
TRIED = {
    Action.APPLY: "applying",
    Action.OVERRIDE: "overriding",
    Action.DISCARD: "discarding",
    Action.CANCEL: "canceling",
    Action.FORCE_CANCEL: "canceling by force",
}


def outcome_words(action: Action, outcome: IntentState) -> str:
    match outcome:
        case IntentState.SETTLED:
            return DONE[action]
        case IntentState.PENDING | IntentState.SENT:
            return f"🔄 I am {TRIED[action]}"
        case IntentState.UNSURE:
            return f"🔎 The server did not answer while I was {TRIED[action]}"
        case IntentState.REFUSED:
            return f"❌ The server refused {TRIED[action]}"
        case IntentState.ELSEWHERE:
            return f"❔ It is not known whether it was I or somebody else who was {TRIED[action]}"
        case IntentState.UNHEARD:
            return f"❌ The server never heard of {TRIED[action]}"
        case _:
            assert_never(outcome)


def outcome_step(outcome: IntentState) -> str:
    match outcome:
        case IntentState.UNSURE:
            return " I am looking at what became of it, and the card will say so; it is not sent again."
        case IntentState.REFUSED | IntentState.UNHEARD:
            return " The decision is open again."
        case IntentState.PENDING | IntentState.SENT | IntentState.SETTLED | IntentState.ELSEWHERE:
            return ""
        case _:
            assert_never(outcome)


def watched(watch: Watch, workspaces: int, names: Sequence[str]) -> Said:
    """`workspaces` is how many match now; `names` are some of them."""
    events = {
        Measure.ALL: "of every run",
        Measure.DECISIONS: "when a decision is needed and when a run fails",
        Measure.FAILURES: "when a run fails",
    }[watch.measure]
    manner = (", in threads" if watch.in_thread else "") + (", with a mention of who asked for the run" if watch.mentions else "")
    shown = [code(name) for name in names[:3]]
    more = f" and {workspaces - len(shown)} more" if workspaces > len(shown) else ""
    count = f"{workspaces} workspace{'' if workspaces == 1 else 's'}"
    matching = f"It matches {count} now: {', '.join(shown)}{more}." if shown else "It matches no workspace yet."
    return said(f"👀 This channel hears of {code(watch.title)} {events}{manner}. {matching}")


def unwatched(watch: Watch) -> Said:
    return said(f"This channel hears no more of {code(watch.title)}.")


def watch_ended(watch: Watch, by: str) -> Said:
    """For the whole channel, where an admin ends a watch that somebody else asked for."""
    owner = f", which {mention(watch.owner)} had asked for" if watch.owner else ""
    return said(f"{mention(by)} ended this channel’s watch of {code(watch.title)}{owner}.")


def said(text: str) -> Said:
    return {"text": text, "blocks": [section(text)]}
