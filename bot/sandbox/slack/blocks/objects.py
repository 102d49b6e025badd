"""Composition objects: texts, options, the confirm dialog, and files shown as images."""

from __future__ import annotations

from bot.sandbox.slack.blocks.shapes import Check, anything, boolean, items, shape, string, typed, word

IDENTIFIER = string(255)
LINK = string(3000, pattern=r"(?s)[a-zA-Z][\w+.-]*:.+")
STYLE = word("primary", "danger")


def plain_text(most: int, least: int = 1) -> Check:
    return typed({"plain_text": shape({"text": string(most, least)}, {"emoji": boolean})})


def any_text(most: int) -> Check:
    return typed(
        {
            "plain_text": shape({"text": string(most)}, {"emoji": boolean}),
            "mrkdwn": shape({"text": string(most)}, {"verbatim": boolean}),
        }
    )


def option(text: Check) -> Check:
    return shape({"text": text, "value": string(150)}, {"description": any_text(75), "url": LINK})


PLAIN_OPTION = option(plain_text(75))
RICH_OPTION = option(any_text(75))
OPTION_GROUP = shape({"label": plain_text(75), "options": items(PLAIN_OPTION, 1, 100)})
CONFIRM = shape(
    {"title": plain_text(100), "text": any_text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": STYLE},
)
SLACK_FILE = shape({}, {"id": string(255), "url": string(3000)}, one_of=("id", "url"))
DISPATCH = shape({}, {"trigger_actions_on": items(word("on_enter_pressed", "on_character_entered"), 1, 2)})
FILTER = shape({}, {"include": anything, "exclude_external_shared_channels": boolean, "exclude_bot_users": boolean})
