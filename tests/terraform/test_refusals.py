from __future__ import annotations

import pytest

from bot.core.errors import (
    NotVisible,
    RequestRefused,
    StateMovedOn,
    TerraformFailed,
    TerraformRateLimited,
    TerraformTrouble,
    TokenRejected,
    UnexpectedAnswer,
)
from bot.terraform.refusals import said, trouble
from tests.terraform.samples import as_bytes


@pytest.mark.parametrize(
    "status, error, was_received",
    [
        (401, TokenRejected, False),
        (403, NotVisible, False),
        (404, NotVisible, False),
        (405, NotVisible, False),
        (501, NotVisible, False),
        (409, StateMovedOn, False),
        (400, RequestRefused, False),
        (422, RequestRefused, False),
        (429, TerraformRateLimited, False),
        (500, TerraformFailed, True),
        (503, TerraformFailed, True),
        (302, UnexpectedAnswer, True),
        (418, UnexpectedAnswer, True),
    ],
)
def test_a_status_has_one_meaning(status: int, error: type[TerraformTrouble], was_received: bool) -> None:  # noqa: FBT001
    found = trouble(status, b"", host="tfe.test", what="Run run-1")
    assert type(found) is error
    assert found.was_received is was_received


@pytest.mark.parametrize(
    "document, words",
    [
        ({"errors": [{"status": "422", "title": "Invalid Attribute", "detail": "Still being processed."}]}, "Still being processed."),
        ({"errors": [{"status": 422, "title": "Invalid Attribute"}]}, "Invalid Attribute"),
        ({"errors": [{"title": "", "detail": None}, {"detail": "second"}]}, "second"),
        ({"errors": ["no such include parameter"]}, "no such include parameter"),
        ({"errors": "plainly no"}, "plainly no"),
        ({"errors": {"detail": "one object"}}, "one object"),
        ({"detail": "of another server"}, "of another server"),
        ({"message": "of a gateway"}, "of a gateway"),
        ({"detail": [{"loc": ["body"]}]}, "HTTP 422 Unprocessable Entity"),
        ([], "HTTP 422 Unprocessable Entity"),
        (None, "HTTP 422 Unprocessable Entity"),
    ],
)
def test_the_servers_own_words_are_found_in_every_form(document: object, words: str) -> None:
    assert said(422, as_bytes(document)).replace("Content", "Entity") == words


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_leaves_the_name_of_the_status(body: bytes) -> None:
    assert said(400, body) == "HTTP 400 Bad Request"
    assert said(599, body) == "HTTP 599"


def test_a_conflict_is_told_by_its_title() -> None:
    body = as_bytes({"errors": [{"title": "transition not allowed", "detail": "Run is applying"}]})
    assert "transition not allowed" in trouble(409, body, host="tfe.test", what="Run run-1").sentence


def test_words_are_one_short_line_without_control_characters() -> None:
    words = said(422, as_bytes({"detail": "a\x1b[31m\nb\u202ec\x00 " + "x" * 1000}))
    assert words.startswith("a [31m b c xxx")
    assert len(words) == 300
    assert words.endswith("…")


def test_a_token_that_the_server_repeats_is_not_repeated_by_us() -> None:
    body = as_bytes({"errors": [{"detail": "bad token s3cr3t-t0ken given"}]})
    assert said(422, body, secret="s3cr3t-t0ken") == "bad token … given"


def test_a_limit_says_how_long_to_wait() -> None:
    found = trouble(429, b"", host="tfe.test", what="x", pause=12.4)
    assert isinstance(found, TerraformRateLimited)
    assert found.retry_after == 12.4
