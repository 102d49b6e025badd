"""The end of a run's message that is ours: written once, and taken off again wherever people read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.one_line import quoted, unquoted
from bot.core.people import Person, Place
from bot.core.signatures import signed, unsigned

ANA = Person(id="U0ANA", name="Ana Ruiz")
DEPLOYS = Place(channel="C0DEPLOYS", channel_name="deploys")
OURS = "asked for by Ana Ruiz (U0ANA) in #deploys (ref rb-0123456789ab)"


def test_it_says_what_was_asked_who_asked_where_and_the_reference() -> None:
    assert signed(" bump it ", ANA, DEPLOYS, "rb-0123456789ab") == f"{OURS}: “bump it”"
    assert signed("", ANA, DEPLOYS, "rb-0123456789ab") == OURS
    assert signed("", ANA, Place(channel="C0INFRA"), "rb-1").endswith("in C0INFRA (ref rb-1)")


@given(st.text(max_size=60) | st.sampled_from([OURS, f"x — {OURS}", "asked for by nobody —", "—"]))
def test_what_was_asked_comes_back_on_one_line(message: str) -> None:
    assert unsigned(signed(message, ANA, DEPLOYS, "rb-0123456789ab")) == unquoted(quoted(message))


@pytest.mark.parametrize(
    "message, plain",
    [
        ("bump", "bump"),
        (f"{OURS}: “bump”", "bump"),
        (f" {OURS}: “bump — {OURS}”\n", f"bump — {OURS}"),
        (f"{OURS}: “two” “ends”", f"{OURS}: “two” “ends”"),
        (f"bump — {OURS}\n", "bump"),
        (f"bump\n—\n{OURS}", "bump"),
        ("x (ref rb-0123456789ab)", "x"),
        ("x (ref rb-not)", "x (ref rb-not)"),
        (f"it was {OURS}", "it was asked for by Ana Ruiz (U0ANA) in #deploys"),
        ("x — asked for by\nsomebody (ref rb-1)", "x — asked for by\nsomebody"),
        ("x — asked for by \nsomebody (ref rb-1)", "x — asked for by \nsomebody"),
        (f"{OURS} and more", f"{OURS} and more"),
        (f"x — asked for by {'a' * 500} (ref rb-1)", f"x — asked for by {'a' * 500}"),
    ],
)
def test_only_the_end_that_is_ours_is_taken_off(message: str, plain: str) -> None:
    assert unsigned(message) == plain


def test_a_message_of_any_length_is_read_at_once() -> None:
    odd = f"x{' ' * 1_000_000}y"
    assert unsigned(odd) == odd
