"""Messages that show every block and element that the page draws, for tests and for the eye."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]

PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def plain(text: str) -> Document:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Document:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str) -> Document:
    return {"text": plain(text), "value": value}


CONFIRM: Document = {
    "title": plain("Apply to storefront-prod?"),
    "text": mrkdwn("*2* to add, *1* to change, *1* to destroy.\nThis changes real infrastructure."),
    "confirm": plain("Approve & apply"),
    "deny": plain("Back"),
    "style": "danger",
}

CARD: list[Document] = [
    {"type": "header", "text": plain("Waiting for a decision :hourglass_flowing_sand:")},
    {
        "type": "section",
        "text": mrkdwn("*storefront-prod* · <https://example.com/run-1|run-CZcmD7eagjhyX0vN>\n>Raise the number of web servers"),
        "accessory": {"type": "image", "image_url": PIXEL, "alt_text": "state of the run"},
    },
    {
        "type": "section",
        "fields": [
            mrkdwn("*Asked for by*\n<@U0KIM>"),
            mrkdwn("*Plan*\n:heavy_plus_sign: 2  :twisted_rightwards_arrows: 1  :heavy_minus_sign: 1"),
            mrkdwn("*Rule*\n<!subteam^S0PLATFORM|platform> decides in <#C0PROD>"),
            mrkdwn("*Waiting since*\n<!date^1790000000^{date_short} {time}|a while>"),
        ],
    },
    {
        "type": "actions",
        "block_id": "decide",
        "elements": [
            {
                "type": "button",
                "action_id": "run.approve",
                "value": "run-1",
                "style": "primary",
                "text": plain("Approve & apply"),
                "confirm": CONFIRM | {"style": "primary"},
            },
            {
                "type": "button",
                "action_id": "run.discard",
                "value": "run-1",
                "style": "danger",
                "text": plain("Discard"),
                "confirm": CONFIRM,
            },
            {"type": "button", "action_id": "run.open", "url": "https://example.com/run-1", "text": plain("Open in Terraform")},
            {"type": "button", "action_id": "run.show", "value": "run-1", "text": plain("Show plan")},
            {
                "type": "overflow",
                "action_id": "run.more",
                "options": [option("Mute this run", "mute"), option("Copy the reference", "copy")],
            },
            {
                "type": "static_select",
                "action_id": "run.pick",
                "placeholder": plain("Pick one"),
                "options": [option("One", "1"), option("Two", "2")],
            },
        ],
    },
    {"type": "divider"},
    {
        "type": "context",
        "elements": [{"type": "image", "image_url": PIXEL, "alt_text": "bell"}, mrkdwn("Started in Slack · `auto-apply` is *off*")],
    },
]

WORDS = (
    "*bold* _italic_ ~strike~ `code` *bold with _italic_ inside* 2*3*4 snake_case_name\n"
    ">a quote with <https://example.com|a link>\n"
    "```\nPlan: 2 to add, 1 to change, 1 to destroy.\n  + &lt;computed&gt;\n```\n"
    "<@U0ANA> <@U0KIM> <#C0INFRA> <!subteam^S0PLATFORM|@platform> <!channel> :rocket: :not_an_emoji: a &amp; b &lt;c&gt; https://example.com/x."
)

RICH: Document = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Rich ", "style": {"bold": True}},
                {"type": "text", "text": "*not parsed* <@U0ANA> ", "style": {"italic": True, "strike": True}},
                {"type": "link", "url": "https://example.com", "text": "a link"},
                {"type": "text", "text": " "},
                {"type": "user", "user_id": "U0ANA"},
                {"type": "text", "text": " "},
                {"type": "emoji", "name": "tada"},
                {"type": "text", "text": " code", "style": {"code": True}},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "second"}]},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "below the second"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted words"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "# terraform_data.web will be created\n+ input = 3"}]},
    ],
}

TABLE: Document = {
    "type": "table",
    "column_settings": [{"is_wrapped": True}, None, {"align": "right"}],
    "rows": [
        [{"type": "raw_text", "text": "Workspace"}, {"type": "raw_text", "text": "State"}, {"type": "raw_text", "text": "Resources"}],
        [
            {"type": "raw_text", "text": "storefront-dev"},
            {"type": "raw_text", "text": "applied"},
            {"type": "raw_number", "value": 12, "text": "12"},
        ],
        [{"type": "raw_text", "text": "billing"}, {"type": "raw_text", "text": "errored"}, {"type": "raw_number", "value": 3, "text": "3"}],
    ],
}

DATA_TABLE: Document = {
    "type": "data_table",
    "caption": "Runs of this week",
    "page_size": 2,
    "rows": [[{"type": "raw_text", "text": "Run"}], *([{"type": "raw_text", "text": f"run-{number}"}] for number in range(4))],
}

MARKDOWN: Document = {
    "type": "markdown",
    "text": (
        "## What changed\n\n1. **two** servers\n2. *one* [rule](https://example.com)\n\n| a | b |\n|---|---|\n| 1 | `2` |\n\n> said ~~so~~"
    ),
}

CHOICES: Document = {
    "type": "actions",
    "elements": [
        {"type": "checkboxes", "action_id": "boxes", "options": [option("Notify me", "me"), option("Notify the channel", "all")]},
        {"type": "radio_buttons", "action_id": "radio", "options": [option("All runs", "all"), option("Failures", "failures")]},
        {"type": "datepicker", "action_id": "date", "initial_date": "2026-11-24"},
        {"type": "users_select", "action_id": "who", "placeholder": plain("Somebody")},
    ],
}

ODDITIES: list[Document] = [
    {"type": "image", "image_url": "https://elsewhere.example/graph.png", "alt_text": "a graph kept elsewhere", "title": plain("Drift")},
    {"type": "hologram", "title": "Runs a day"},
    {"type": "section", "text": plain("plain: *stays* <@U0ANA> &lt; :wave:")},
]

ATTACHMENTS: list[Document] = [
    {"color": "#2eb886", "blocks": [{"type": "section", "text": mrkdwn("*Applied* in 12 s")}], "fallback": "Applied"},
    {
        "color": "danger",
        "title": "Plan failed",
        "text": "`exit status 1`",
        "fields": [{"title": "Workspace", "value": "billing", "short": True}],
    },
]

FILES: list[Document] = [{"id": "F1", "name": "plan.txt", "size": 2048, "preview": "Plan: 2"}]


def series(name: str, *values: int) -> Document:
    return {"name": name, "data": [{"label": day, "value": value} for day, value in zip(DAYS, values, strict=True)]}


DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri"]
AXES: Document = {"categories": DAYS, "x_label": "Day", "y_label": "Runs"}
CHARTS: list[Document] = [
    {
        "type": "data_visualization",
        "title": "Runs a day",
        "chart": {"type": "bar", "axis_config": AXES, "series": [series("applied", 4, 9, 7, 12, 3), series("failed", 1, 0, 2, 1, 0)]},
    },
    {
        "type": "data_visualization",
        "title": "How they ended",
        "chart": {
            "type": "pie",
            "segments": [{"label": "applied", "value": 35}, {"label": "discarded", "value": 5}, {"label": "failed", "value": 4}],
        },
    },
]
MORE_CHARTS: list[Document] = [
    {
        "type": "data_visualization",
        "title": "Resources that drifted",
        "chart": {
            "type": kind,
            "axis_config": {"categories": DAYS},
            "series": [series("prod", -2, 5, 3, 8, 6), series("dev", 1, 2, 2, 4, 9)],
        },
    }
    for kind in ("line", "area")
]

WORDS_OF_TASK: Document = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "12 resources were read"}]}],
}
TASKS: list[Document] = [
    {"type": "task_card", "task_id": "t1", "title": "Read the state", "status": "complete", "details": WORDS_OF_TASK},
    {"type": "task_card", "task_id": "t2", "title": "Plan", "status": "in_progress", "output": WORDS_OF_TASK},
    {"type": "task_card", "task_id": "t3", "title": "Apply", "status": "error"},
]
HOLDERS: list[Document] = [
    {"type": "alert", "level": "warning", "text": mrkdwn("This changes *production*.")},
    {
        "type": "card",
        "block_id": "card",
        "title": plain("storefront-prod"),
        "subtitle": plain("12 resources"),
        "body": mrkdwn("Waits for *two* votes"),
        "icon": {"type": "image", "image_url": PIXEL, "alt_text": ""},
        "actions": [{"type": "button", "action_id": "card.open", "text": plain("Look")}],
    },
    {
        "type": "carousel",
        "elements": [
            {
                "type": "card",
                "title": plain(name),
                "body": plain("idle"),
                "hero_image": {"image_url": "https://x.example/1", "alt_text": name},
            }
            for name in ("dev", "staging", "prod", "docs")
        ],
    },
    {
        "type": "container",
        "title": plain("What stands in the way"),
        "subtitle": plain("one policy"),
        "is_collapsible": True,
        "has_header_divider": True,
        "child_blocks": [{"type": "section", "text": mrkdwn("`cost-below-100` failed")}],
    },
    {"type": "plan", "title": "Run 42", "tasks": TASKS},
    {
        "type": "video",
        "title": plain("How to read a plan"),
        "alt_text": "a plan, explained",
        "video_url": "https://video.example/1",
        "thumbnail_url": "https://video.example/1.png",
        "author_name": "Ana",
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Helped"), "value": "yes"},
                "negative_button": {"text": plain("Did not"), "value": "no"},
            },
            {"type": "icon_button", "action_id": "gone", "icon": "trash", "text": plain("Delete this")},
        ],
    },
]


def asked(label: str, element: Document, **more: Any) -> Document:
    return {"type": "input", "block_id": label.lower(), "label": plain(label), "element": {"action_id": label.lower(), **element}, **more}


PICKS = [option("Small", "s"), option("Large", "l")]
GROUPS = [{"label": plain("Sizes"), "options": PICKS}]
INPUTS: list[Document] = [
    asked("Reason", {"type": "plain_text_input", "placeholder": plain("Why now?")}, hint=plain("It stands on the card.")),
    asked("Notes", {"type": "plain_text_input", "multiline": True, "initial_value": "two\nlines"}, optional=True),
    asked("Size", {"type": "static_select", "option_groups": GROUPS, "initial_option": PICKS[1]}),
    asked("Sizes", {"type": "multi_static_select", "options": PICKS, "initial_options": PICKS[:1]}),
    asked("Place", {"type": "external_select", "min_query_length": 0, "initial_option": option("Berlin", "ber")}),
    asked("Places", {"type": "multi_external_select", "initial_options": [option("Berlin", "ber")]}),
    asked("Person", {"type": "users_select", "initial_user": "U0KIM"}),
    asked("People", {"type": "multi_users_select", "initial_users": ["U0ANA", "U0KIM"]}),
    asked("Channel", {"type": "channels_select", "initial_channel": "C0INFRA"}),
    asked("Conversations", {"type": "multi_conversations_select", "initial_conversations": ["C0INFRA"]}),
    asked("Flags", {"type": "checkboxes", "options": PICKS, "initial_options": PICKS[:1]}),
    asked("Speed", {"type": "radio_buttons", "options": PICKS, "initial_option": PICKS[0]}),
    asked("Day", {"type": "datepicker", "initial_date": "2026-11-24"}),
    asked("Hour", {"type": "timepicker", "initial_time": "09:30"}),
    asked("Moment", {"type": "datetimepicker", "initial_date_time": 1_790_000_000}),
]
