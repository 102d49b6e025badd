from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.diagnostics import FOUND_MOST, SUMMARY_MOST, Diagnostic, first_diagnostics

BOXED = """Running apply...
\x1b[33m╷\x1b[0m\x1b[0m
\x1b[33m│\x1b[0m \x1b[0m\x1b[1m\x1b[33mWarning: \x1b[0mDeprecated
\x1b[33m│\x1b[0m
\x1b[33m│\x1b[0m Use another.
\x1b[33m╵\x1b[0m
╷
│ Error: creating DB Instance (main): InvalidParameterValue
│
│   with module.db.aws_db_instance.main["a b"],
│   on modules/db/main.tf line 12, in resource "aws_db_instance" "main":
│   12: resource "aws_db_instance" "main" {
│     ├────────────────
│     │ var.password is "canary"
│
│ The parameter MasterUserPassword is not valid.
│ 12: is no code.
│ password = "canary"
╵
and on it goes
"""
PLAIN = """
Error: Unsupported argument

  on main.tf line 7, in resource "terraform_data" "x":
   7:   inputt = 1
         ^^^^^^

An argument named "inputt" is not expected here.

Error: second

It stands alone.
"""


def test_an_error_is_found_in_its_box_and_warnings_stand_behind() -> None:
    [found] = first_diagnostics(BOXED)

    assert found == Diagnostic(
        severity="error",
        summary="creating DB Instance (main): InvalidParameterValue",
        detail="The parameter MasterUserPassword is not valid.\n12: is no code.\npassword = [redacted]",
        file="modules/db/main.tf",
        line=12,
        address='module.db.aws_db_instance.main["a b"]',
    )
    assert "canary" not in str(found)
    assert "goes" not in found.detail


def test_errors_without_colours_have_no_box() -> None:
    first, second = first_diagnostics(PLAIN)

    assert (first.summary, first.file, first.line) == ("Unsupported argument", "main.tf", 7)
    assert first.detail == 'An argument named "inputt" is not expected here.'
    assert (second.summary, second.detail, second.file, second.line) == ("second", "It stands alone.", "", 0)


def test_warnings_are_told_where_there_is_nothing_worse() -> None:
    [found] = first_diagnostics("╷\n│ Warning: Deprecated\n│\n│ Use another.\n╵")

    assert found == Diagnostic(severity="warning", summary="Deprecated", detail="Use another.")


def test_lines_of_json_are_read_as_they_are_meant() -> None:
    diagnostic = {
        "severity": "error",
        "summary": "No such thing",
        "detail": 'token = "canary"',
        "address": "a.b",
        "range": {"filename": "m.tf", "start": {"line": 4}},
    }
    lines = [
        "Error: said before",
        json.dumps({"@message": "Error: No such thing", "type": "diagnostic", "diagnostic": diagnostic}),
        json.dumps({"@message": "Error: No such thing", "type": "diagnostic", "diagnostic": diagnostic}),
        json.dumps({"@message": "x", "type": "diagnostic", "diagnostic": {"severity": "note", "summary": "x"}}),
        json.dumps({"@message": "x", "type": "diagnostic", "diagnostic": 3}),
        json.dumps({"@message": "x", "type": "apply_start"}),
    ]

    assert first_diagnostics("\n".join(lines)) == (
        Diagnostic(severity="error", summary="said before"),
        Diagnostic(severity="error", summary="No such thing", detail="token = [redacted]", file="m.tf", line=4, address="a.b"),
    )


def test_known_secrets_are_hidden_and_long_words_are_cut() -> None:
    [found] = first_diagnostics(f"Error: hunter2 {'long ' * 200}", secrets=("hunter2",))

    assert "hunter2" not in found.summary
    assert len(found.summary) <= SUMMARY_MOST
    assert found.summary.endswith("…")


def test_of_many_the_first_few_are_told() -> None:
    assert len(first_diagnostics("\n".join(f"Error: number {number}" for number in range(50)))) == FOUND_MOST


@pytest.mark.parametrize("log", ["", "No changes.", "╷\n╵", "│", "Errors: none", "with nothing,"])
def test_a_log_without_any_has_none(log: str) -> None:
    assert first_diagnostics(log) == ()


@given(st.text(alphabet='│╷╵ Eror:Waing\nx\x1b[0m{}"@mesag', max_size=300))
def test_no_log_is_too_odd(log: str) -> None:
    assert all(one.summary == one.summary.strip() for one in first_diagnostics(log))
