"""Elements: what stands in actions, in a section's accessory, in an input or a context (docs: the Block Kit elements)."""

from __future__ import annotations

from bot.sandbox.slack.blocks.objects import (
    CONFIRM,
    DISPATCH,
    FILTER,
    IDENTIFIER,
    LINK,
    OPTION_GROUP,
    PLAIN_OPTION,
    RICH_OPTION,
    SLACK_FILE,
    STYLE,
    any_text,
    plain_text,
)
from bot.sandbox.slack.blocks.shapes import Check, Table, anything, boolean, integer, items, shape, string, word

FOCUS = {"action_id": IDENTIFIER, "focus_on_load": boolean}
ASKING = {**FOCUS, "confirm": CONFIRM, "placeholder": plain_text(150)}
TYPING = {**FOCUS, "placeholder": plain_text(150), "dispatch_action_config": DISPATCH}
CHOICES = {"options": items(PLAIN_OPTION, 1, 100), "option_groups": items(OPTION_GROUP, 1, 100)}
MANY = {"max_selected_items": integer(1, 100)}
IDS = items(IDENTIFIER, 0, 100)
CONVERSATIONS = {"default_to_current_conversation": boolean, "filter": FILTER}


def _chooser(more: Table, **keywords: tuple[str, ...]) -> Check:
    return shape({}, {**ASKING, **more}, **keywords)


BUTTON = shape(
    {"text": plain_text(75)},
    {
        "action_id": IDENTIFIER,
        "url": LINK,
        "value": string(2000),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "visible_to_user_ids": IDS,
        "agent_prompt": anything,
        "agent_prompt_display": anything,
    },
)
IMAGE = shape({"alt_text": string(2000)}, {"image_url": LINK, "slack_file": SLACK_FILE}, one_of=("image_url", "slack_file"))
ON_MESSAGES: dict[str, Check] = {
    "button": BUTTON,
    "overflow": shape({"options": items(PLAIN_OPTION, 1, 5)}, {"action_id": IDENTIFIER, "confirm": CONFIRM}),
    "static_select": _chooser({**CHOICES, "initial_option": PLAIN_OPTION}, one_of=("options", "option_groups")),
    "multi_static_select": _chooser(
        {**CHOICES, **MANY, "initial_options": items(PLAIN_OPTION, 1, 100)}, one_of=("options", "option_groups")
    ),
    "external_select": _chooser({"min_query_length": integer(0, 255), "initial_option": PLAIN_OPTION}),
    "multi_external_select": _chooser({"min_query_length": integer(0, 255), **MANY, "initial_options": items(PLAIN_OPTION, 1, 100)}),
    "users_select": _chooser({"initial_user": IDENTIFIER}),
    "multi_users_select": _chooser({**MANY, "initial_users": IDS}),
    "conversations_select": _chooser({**CONVERSATIONS, "initial_conversation": IDENTIFIER, "response_url_enabled": boolean}),
    "multi_conversations_select": _chooser({**CONVERSATIONS, **MANY, "initial_conversations": IDS}),
    "channels_select": _chooser({"initial_channel": IDENTIFIER, "response_url_enabled": boolean}),
    "multi_channels_select": _chooser({**MANY, "initial_channels": IDS}),
    "radio_buttons": shape({"options": items(RICH_OPTION, 1, 10)}, {**FOCUS, "confirm": CONFIRM, "initial_option": RICH_OPTION}),
    "checkboxes": shape(
        {"options": items(RICH_OPTION, 1, 10)}, {**FOCUS, "confirm": CONFIRM, "initial_options": items(RICH_OPTION, 1, 10)}
    ),
    "datepicker": _chooser({"initial_date": string(10, pattern=r"\d{4}-\d\d-\d\d")}),
    "timepicker": _chooser({"initial_time": string(5, pattern=r"\d\d:\d\d"), "timezone": string(100)}),
    "datetimepicker": shape({}, {**FOCUS, "confirm": CONFIRM, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}),
    "workflow_button": shape({"text": plain_text(75), "workflow": anything}, {"action_id": IDENTIFIER, "style": STYLE}),
}
PLAIN_INPUT = shape(
    {},
    {
        **TYPING,
        "initial_value": string(3000, 0),
        "multiline": boolean,
        "min_length": integer(0, 3000),
        "max_length": integer(1, 3000),
    },
)
ADDRESS = shape({}, {**TYPING, "initial_value": string(3000, 0)})
NUMBER = shape(
    {"is_decimal_allowed": boolean},
    {**TYPING, "initial_value": string(255), "min_value": string(255), "max_value": string(255)},
)
IN_MODALS: dict[str, Check] = {
    "number_input": NUMBER,
    "email_text_input": ADDRESS,
    "url_text_input": ADDRESS,
    "rich_text_input": shape({}, {**TYPING, "initial_value": anything}),
    "file_input": shape({}, {"action_id": IDENTIFIER, "filetypes": items(string(30), 1, 100), "max_files": integer(1, 10)}),
}
FEEDBACK = shape({"text": plain_text(75), "value": string(2000)}, {"accessibility_label": string(75)})
IN_CONTEXT_ACTIONS: dict[str, Check] = {
    "feedback_buttons": shape({"positive_button": FEEDBACK, "negative_button": FEEDBACK}, {"action_id": IDENTIFIER}),
    "icon_button": shape(
        {"icon": word("trash"), "text": plain_text(75)},
        {"action_id": IDENTIFIER, "value": string(2000), "confirm": CONFIRM, "accessibility_label": string(75), "visible_to_user_ids": IDS},
    ),
}
INPUTS = {name: check for name, check in ON_MESSAGES.items() if name not in ("button", "overflow", "workflow_button")}
CONTEXT_TEXT = {name: any_text(3000) for name in ("plain_text", "mrkdwn")}
