"""Values of variables become HCL literals: what is one stays, words are quoted, and what is neither is refused."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.literals import is_literal, literal, quoted

SCALARS = st.one_of(
    st.integers(-(10**14), 10**14).map(str), st.sampled_from(["true", "false", "null", "1.5", "1e5"]), st.text(max_size=8).map(quoted)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=3).map(lambda items: "{" + ", ".join(f"k{number} = {item}" for number, item in enumerate(items)) + "}"),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "typed, made",
    [
        ("3", "3"),
        ("-0.5", "-0.5"),
        ("true", "true"),
        ("null", "null"),
        ("eu-west-1", '"eu-west-1"'),
        (" padded ", '"padded"'),
        ("", '""'),
        ('say "hi" \\ bye', '"say \\"hi\\" \\\\ bye"'),
        ("two\nlines\tand\r\x07", '"two\\nlines\\tand\\r\\u0007"'),
        ('"quoted already"', '"quoted already"'),
        ('"a $${b} %%{c} $5 100%"', '"a $${b} %%{c} $5 100%"'),
        ('["a", 1, true,]', '["a", 1, true,]'),
        ("[]", "[]"),
        ("{}", "{}"),
        ('{a = 1, "b c": [{x = "y"}],}', '{a = 1, "b c": [{x = "y"}],}'),
    ],
)
def test_a_value_is_written_as_terraform_wants_it(typed: str, made: str) -> None:
    assert literal(typed) == made
    assert literal(made) == made


@pytest.mark.parametrize("typed", ["1.10", "007", "1e5", "+1", "0x1f", ".5", "1.", "1234567890123456", "True"])
def test_what_would_be_other_letters_as_a_number_stays_text(typed: str) -> None:
    """Terraform makes a number of text where one is wanted, and cannot give the letters back."""
    assert literal(typed) == f'"{typed}"'


@pytest.mark.parametrize("typed", ["${var.secret}", "%{ if true }", "$${x}", "$$${x}"])
def test_nothing_in_a_text_is_ever_worked_out(typed: str) -> None:
    made = literal(typed)
    assert made is not None
    assert is_literal(made)
    assert made.replace("$${", "${").replace("%%{", "%{") == f'"{typed}"'


@pytest.mark.parametrize(
    "typed",
    [
        '"open',
        '"a" and more',
        '"${var.x}"',
        '"%{x}"',
        '"\\q"',
        "[1, 2",
        "[a]",
        "[1 2]",
        '["a", var.b]',
        "[1, 2]]",
        "{a}",
        "{a = }",
        "{a = 1 b = 2}",
        "{1 = 2}",
        '{"a" = file("x")}',
        "[" * 30 + "]" * 30,
    ],
)
def test_what_only_begins_as_a_literal_is_refused(typed: str) -> None:
    assert literal(typed) is None


@given(VALUES)
def test_every_literal_is_left_as_it_is(text: str) -> None:
    assert is_literal(text)
    assert literal(text) == text or re.fullmatch(r"[\d.e]+", text)


@given(st.text())
def test_any_text_can_be_quoted_and_is_then_a_literal(text: str) -> None:
    made = quoted(text)
    assert is_literal(made)
    undone = made.replace("$${", "${").replace("%%{", "%{")
    assert json.loads(undone) == text


@given(st.text())
def test_whatever_is_typed_becomes_a_literal_or_nothing(text: str) -> None:
    made = literal(text)
    assert made is None or (is_literal(made) and literal(made) == made)
