"""A run as a message: a card that changes in place, a call for a decision, an end. Few lines, the outcome first."""

from __future__ import annotations

from bot.core.messages import Kind
from bot.core.pictures import RunPicture
from bot.core.runs import Action, Run, RunStatus, action_at
from bot.slack.blocks import Block, Said, context, quotation, section
from bot.slack.cards.buttons import buttons
from bot.slack.cards.counts import picture_counts
from bot.slack.cards.deeds import deed_line
from bot.slack.cards.details import commit_words, detail_lines, failure_blocks, failure_words
from bot.slack.cards.hurdles import force_line, hurdle_line, overridden_line
from bot.slack.cards.labels import label
from bot.slack.cards.origins import origin_lines
from bot.slack.cards.requests import request_lines
from bot.slack.cards.stages import passed, stages
from bot.slack.cards.tallies import tally_blocks
from bot.slack.text import TEXT_MOST, channel_mention, code, cut, date, escape, group_mention, link, mention, one_line, quoted

SOURCES = {
    "tfe-ui": "in Terraform’s web pages",
    "tfe-api": "through Terraform’s API",
    "tfe-configuration-version": "by a new configuration",
    "tfe-run-trigger": "by another workspace’s run",
    "terraform": "from a command line",
    "terraform+cloud": "from a command line",
}


def card(picture: RunPicture) -> Said:
    """The `text` and `blocks` of a run's message, whichever its kind."""
    return {"text": headline_text(picture), "blocks": blocks(picture)}


def blocks(picture: RunPicture) -> list[Block]:
    if is_answered_call(picture):
        return [section(answer_line(picture))]
    times = passed(picture.run) if picture.kind is Kind.CARD else ""
    said = [section("\n".join(filter(None, head(picture)))), *failure_blocks(picture), context(*filter(None, [origin(picture), times]))]
    message = run_message(picture)
    if message and picture.kind is not Kind.END:
        said.append(quotation(message))
    tally = tally_blocks(picture) if picture.kind is not Kind.END and not is_asked_elsewhere(picture) else []
    return [*said, *tally, *buttons(picture)]


def is_answered_call(picture: RunPicture) -> bool:
    """A call whose question is answered has done its work: the card and the end tell the rest."""
    if picture.kind is not Kind.CALL:
        return False
    if action_at(picture.gate) is Action.OVERRIDE:
        return picture.run.is_final or picture.run.gate != picture.gate
    return picture.run.is_final or picture.run.was_confirmed


def is_asked_elsewhere(picture: RunPicture) -> bool:
    """A card whose question stands on a call of its own."""
    asks = picture.run.gate is not None and not picture.decision_stands
    return picture.kind is Kind.CARD and asks and not (picture.buttons or picture.only_tells or picture.for_one)


def answer_line(picture: RunPicture) -> str:
    """By whom the question of the call was answered; that the run was overridden before is told by the card."""
    asked_to_override = action_at(picture.gate) is Action.OVERRIDE
    deed = (overridden_line(picture) if asked_to_override else "") or deed_line(picture) or "outside of Slack"
    return f"☑️ *Decided* · {code(picture.workspace.name)} · {deed} · {code(picture.run.id)}"


def head(picture: RunPicture) -> list[str]:
    """The lines that are read first, as mrkdwn."""
    plan, deed = picture_counts(picture), deed_line(picture)
    shown = label(picture)
    return [
        f"{shown.emoji} *{escape(shown.words)}* · {code(picture.workspace.name)}{addressed(picture)}",
        *warnings(picture.run),
        *(request_lines(picture) if picture.kind is not Kind.END else ()),
        f"Plan: {plan}" if plan else "",
        *origin_lines(picture),
        *(detail_lines(picture) if picture.kind is not Kind.END else ()),
        stages(picture.run) if picture.kind is Kind.CARD else "",
        "Asked in a newer message, which has the buttons" if is_asked_elsewhere(picture) else "",
        f"Asked in {channel_mention(picture.asked_in)}" if picture.asked_in and not picture.decision_stands else "",
        overridden_line(picture),
        deed,
        force_line(picture.run),
    ]


def addressed(picture: RunPicture) -> str:
    called = [*([mention(picture.mention)] if picture.mention else []), *map(group_mention, picture.mention_groups)]
    return f" · {' '.join(called)}" if called else ""


def warnings(run: Run) -> list[str]:
    return [line for line in (hurdle_line(run), warning(run)) if line]


def warning(run: Run) -> str:
    """What kind of run it is, where that is not the usual one."""
    if run.status is RunStatus.PLANNED_AND_SAVED:
        return "Saved plan: it can be applied as long as the state does not change"
    if run.is_destroy:
        return "" if run.is_final else "⚠️ *Destroy run*: it removes everything that the workspace manages"
    if run.plan_only:
        return "Plan only: it can never be applied"
    return "Refresh only: it brings the state into line and changes no resource" if run.refresh_only else ""


def origin(picture: RunPicture) -> str:
    """Who asked and when, and the run's address in words."""
    run, request = picture.run, picture.request
    address = f"{escape(cut(one_line(picture.workspace.organization), 60))} · {code(run.id)}"
    if run.commit is not None:
        address = f"{commit_words(run.commit)} · {address}"
    if request is not None:
        return f"Asked by {mention(request.person)} · {date(request.asked_at)} · {address}"
    how = SOURCES.get(run.source, "outside of Slack")
    by = f"By {code(run.created_by, 60)} {how}" if run.created_by else f"Started {how}"
    when = f" · {date(run.created_at)}" if run.created_at else ""
    return f"{by}{when} · {address}"


def run_message(picture: RunPicture) -> str:
    return picture.request.message if picture.request else picture.run.message


def headline_text(picture: RunPicture) -> str:
    """What a notification and a screen reader say: the same outcome, with nobody mentioned but whom the message is addressed to."""
    if is_answered_call(picture):
        return f"☑️ Decided: {escape(cut(one_line(picture.workspace.name), 80))}"
    plan, message = picture_counts(picture), run_message(picture)
    said = f"{escape(str(label(picture)))}: {escape(cut(one_line(picture.workspace.name), 80))}{addressed(picture)}"
    failure = failure_words(picture.details)
    said += f". Its log: {failure}" if failure else ""
    return said + (f". Plan: {plan}" if plan else "") + (f". Its message: {quoted(message)}" if message.strip() else "")


def plain_card(picture: RunPicture) -> Said:
    """The same without blocks, for a message that Slack would not draw: nothing can be clicked, so the link leads on."""
    lines = [
        headline_text(picture),
        *warnings(picture.run),
        *origin_lines(picture),
        overridden_line(picture),
        deed_line(picture),
        origin(picture),
        link(picture.link),
    ]
    return {"text": cut_at_line("\n".join(filter(None, lines)))}


def cut_at_line(text: str) -> str:
    """Never within a line, so never within a mention or an escape."""
    while len(text) > TEXT_MOST:
        text = text.rpartition("\n")[0]
    return text
