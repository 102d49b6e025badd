"""What a command would do, shown to the person who asked, with the one button that does it."""

from __future__ import annotations

from typing import assert_never

from bot.core.previews import Preview
from bot.core.runs import Action
from bot.slack import ids
from bot.slack.blocks import Block, Said, actions, button, context, sections
from bot.slack.cards.plan_summaries import lost_lines, plan_line
from bot.slack.text import TEXT_MOST, code, cut, escape, link, mention

LOST_MOST = 3
COMMAND_MOST = 1000
ESCAPED_MOST = 2900
MESSAGE_MOST = 150
REASON_MOST = 300
SMALL = "Nothing was done yet. The button is for you alone and works once, for 10 minutes."
OPENED = "You opened the form. Nothing is done until you submit it. If you closed it, type the command again."
"""It stays where the button was, also after the form was submitted or closed."""

CHANGED = "⚠️ The plan has changed since it was shown to you, so nothing was done. This is the run as it is now."
HALF_DONE = "⚠️ The run is applying. Resources can be left half created."
KILLED = "⚠️ Terraform is killed at once. What it was doing may be left half done, and its state may be lost."


def about_run(asked: Preview, confirmation_id: str, url: str, *, reason: str = "", opens_form: bool, lead: str = "") -> Said:
    """The run, what its plan does, and the button; `opens_form`: the click asks for more first."""
    run = asked.run
    head = f"*{verb(asked.action)} this run?* {link(url, run.id)} of {code(asked.workspace.full_name, 160)}"
    lines = [
        *([lead] if lead else []),
        head,
        code(asked.message, MESSAGE_MOST) if asked.message.strip() else "",
        f"Started by {mention(asked.requester) if asked.is_ours else code(asked.requester)}" if asked.requester else "",
        plan_line(asked.plan),
        *lost_lines(run, asked.summary, LOST_MOST),
        *warnings(asked),
        f"Reason: {code(reason, REASON_MOST)}" if reason.strip() else "",
    ]
    label = label_of(asked.action) + ("…" if opens_form else "")
    value = ids.encode_confirmation(confirmation_id, run.id, asked.digest)
    return answered(lines, label, value, opens_form=opens_form, style=style_of(asked))


def style_of(asked: Preview) -> str:
    """Approving is never red; where something may be lost it does not stand out either."""
    if asked.action in DANGEROUS:
        return "danger"
    return "primary" if asked.summary.keeps_all else ""


DANGEROUS = frozenset({Action.CANCEL, Action.FORCE_CANCEL, Action.DISCARD})


def verb(action: Action) -> str:
    match action:
        case Action.APPLY:
            return "Approve"
        case Action.OVERRIDE:
            return "Override"
        case Action.DISCARD:
            return "Discard"
        case Action.CANCEL:
            return "Cancel"
        case Action.FORCE_CANCEL:
            return "Force-cancel"
        case _:
            assert_never(action)


def label_of(action: Action) -> str:
    """Return the label of the button. “Cancel” alone would look as if it dismissed the question."""
    return "Cancel run" if action is Action.CANCEL else verb(action)


def warnings(asked: Preview) -> list[str]:
    is_canceled = asked.action in {Action.CANCEL, Action.FORCE_CANCEL}
    return [
        *([HALF_DONE] if is_canceled and asked.run.was_confirmed else []),
        *([KILLED] if asked.action is Action.FORCE_CANCEL else []),
    ]


def about_command(typed: str, summary: str, confirmation_id: str, label: str) -> Said:
    """A command as it would be typed, what that kind of command does, and the button that does it."""
    shown = code(typed, COMMAND_MOST)
    # Escaping makes a letter five, and a section holds 3000.
    shown = shown if len(shown) < ESCAPED_MOST else code(typed, COMMAND_MOST // 2)
    lines = [f"*Do this?* {shown}", escape(summary)]
    return answered(lines, label, ids.encode_confirmation(confirmation_id), opens_form=False, style="primary")


def answered(lines: list[str], label: str, value: str, *, opens_form: bool, style: str) -> Said:
    said = cut("\n".join(filter(None, lines)), TEXT_MOST - len(SMALL) - 1)
    action_id = ids.CONFIRM_FORM if opens_form else ids.CONFIRM_COMMAND
    clicked: Block = button(action_id, label, value, style=style)
    return {"text": f"{said}\n{SMALL}", "blocks": [*sections(filter(None, lines)), actions([clicked], "confirm"), context(SMALL)]}
