"""What a button carries, and what is not taken for ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.runs import Action
from bot.slack.ids import ACTION_OF, BUTTON_FOR, Address, decode, encode


@given(st.from_regex(r"run-[A-Za-z0-9_-]{1,80}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[1-9][0-9]{0,9}", fullmatch=True))
def test_an_address_comes_back_as_itself(run_id: str) -> None:
    assert decode(encode(Address(run_id))) == Address(run_id)


@pytest.mark.parametrize(
    "value", [None, 7, "", "run-1", "r1:", "r1:run-", "r1:run-1\n", "r2:run-1", "r1:run-" + "x" * 200, "r1:run-1/../2"]
)
def test_what_we_did_not_write_is_no_address(value: object) -> None:
    assert decode(value) is None


@given(st.text())
def test_no_text_makes_decoding_fail(value: str) -> None:
    found = decode(value)
    assert found is None or encode(found) == value


def test_every_action_has_one_button() -> None:
    assert {ACTION_OF[BUTTON_FOR[action]] for action in Action} == set(Action)


def test_a_button_carries_the_digest_of_the_plan_that_was_shown() -> None:
    digest = "sha256:" + "a" * 64
    assert decode(encode(Address("run-abc", digest))) == Address("run-abc", digest)
    assert decode("r1:run-abc=sha256:short") is None
