"""Faults in a few words."""

from __future__ import annotations

import pytest

from bot.sandbox.fault_words import checked_fault, parse_fault


@pytest.mark.parametrize(
    "text,wanted",
    [
        ("lost x1 on POST */actions/apply", {"side": "terraform", "kind": "lost", "times": 1, "match": "POST */actions/apply"}),
        ("429 on GET */runs", {"side": "terraform", "kind": "status", "status": 429, "match": "GET */runs"}),
        ("slow:2.5", {"side": "terraform", "kind": "slow", "seconds": 2.5, "match": "*"}),
        (
            "refused:422 x3 on POST /api/v2/runs",
            {"side": "terraform", "kind": "refused", "status": 422, "times": 3, "match": "POST /api/v2/runs"},
        ),
        (
            "refused:not_in_channel on chat.postMessage",
            {"side": "slack", "kind": "refused", "error": "not_in_channel", "match": "chat.postMessage"},
        ),
        ('{"side": "slack", "match": "*", "kind": "cut"}', {"side": "slack", "match": "*", "kind": "cut"}),
    ],
)
def test_words_make_a_fault(text: str, wanted: dict[str, object]) -> None:
    assert parse_fault(text) == wanted
    assert checked_fault(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "lost on", "odd on */x", "{", '"lost"', "{}", "slow:long", "raced on chat.postMessage", "299", "lost x0"]
)
def test_words_that_make_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        checked_fault(text)
