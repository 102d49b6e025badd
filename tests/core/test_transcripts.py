from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.transcripts import plain, readable


def line(**facts: Any) -> str:
    return json.dumps({"@level": "info", "@message": "said", **facts})


@pytest.mark.parametrize(
    "raw, shown",
    [
        ("\x1b[1m\x1b[32mPlan:\x1b[0m 1 to add\x1b[K", "Plan: 1 to add"),
        ("\x1b]8;;https://evil.example\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("\x1bPhidden\x1b\\shown", "shown"),
        ("\x9b31mred", "red"),
        ("\x02Terraform v1.15\x03", "Terraform v1.15"),
        ("10%\r50%\r100%\r", "100%"),
        ("tab\tstays", "tab\tstays"),
        ("\u202eevil\u202c\u200b\x07", "evil"),
        ("\x1b", ""),
    ],
)
def test_a_line_is_shown_as_a_terminal_would_at_last(raw: str, shown: str) -> None:
    assert plain(raw) == shown


def test_lines_of_json_become_the_words_they_stand_for() -> None:
    lines = [
        "Running plan in HCP Terraform.",
        line(type="planned_change", **{"@message": "random_pet.dog: Plan to create"}),
        line(
            type="outputs",
            **{"@message": "Outputs: 4"},
            outputs={
                "pet": {"sensitive": False, "value": "cat"},
                "key": {"sensitive": True, "value": "canary"},
                "later": {"action": "create"},
                "odd": 1,
                "soon": {},
            },
        ),
        line(type="outputs", outputs=[]),
        '{"no": "log"}',
        '{"@message": broken',
        '["@message"]',
        '{"@message": 3}',
        '{"@message": ' + "[" * 100_000,
    ]

    shown = list(readable(lines))

    assert shown[:7] == [
        "Running plan in HCP Terraform.",
        "random_pet.dog: Plan to create",
        "Outputs: 4",
        '  pet = "cat"',
        "  key = (sensitive value)",
        "  later = (create)",
        "  odd = (sensitive value)",
    ]
    assert shown[7:11] == ["  soon = (known after apply)", "said", '{"no": "log"}', '{"@message": broken']
    assert "canary" not in "\n".join(shown)


def test_a_diagnostic_is_told_with_its_place_and_code() -> None:
    diagnostic = {
        "severity": "error",
        "summary": "Unsupported attribute",
        "detail": "It has none.\nSee the docs.",
        "address": "aws_x.y",
        "range": {"filename": "main.tf", "start": {"line": 3}},
        "snippet": {"context": 'resource "aws_x" "y"', "code": "  a = b.c", "values": [{"traversal": "b", "statement": "is canary"}]},
    }

    shown = "\n".join(readable([line(type="diagnostic", diagnostic=diagnostic)]))

    assert "Error: Unsupported attribute" in shown
    assert 'on main.tf line 3, in resource "aws_x" "y":\n  3:   a = b.c' in shown
    assert "with aws_x.y," in shown
    assert "It has none.\nSee the docs." in shown
    assert "canary" not in shown


@pytest.mark.parametrize("place", [None, {}, {"filename": "a.tf"}, {"filename": "a.tf", "start": {"line": True}}, {"start": {"line": 2}}])
def test_a_diagnostic_without_a_whole_place_is_told_all_the_same(place: object) -> None:
    shown = list(readable([line(type="diagnostic", diagnostic={"summary": "No", "range": place, "snippet": 1})]))

    assert "Error: No" in shown


@given(st.text())
def test_no_control_is_left(text: str) -> None:
    shown = plain(text.replace("\n", ""))

    assert not any(ord(letter) < 32 and letter != "\t" for letter in shown)
    assert "\x7f" not in shown
