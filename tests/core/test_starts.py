"""What is wrong with a wish for a run: a sentence for each option, and never a word of what a variable is set to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands.starts import wish
from bot.core.starts import LONGEST_KEY, LONGEST_VALUE, MOST, Wanted, problems, shown

SECRET = "hunter2-canary"


def wanted(*flags: str, **given: tuple[str, ...]) -> Wanted:
    return Wanted(workspace="dns", flags=frozenset(flags), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "asked, name, said",
    [
        (wanted("plan-only", "auto-apply"), "plan-only", "can never be applied, so auto-apply does not go with it"),
        (wanted("plan-only", "save-plan"), "plan-only", "nothing to save its plan for"),
        (wanted("save-plan", "auto-apply"), "save-plan", "waits until somebody confirms it"),
        (wanted("destroy", "refresh-only"), "destroy", "choose destroy or refresh-only"),
        (wanted("destroy", replacements=("a.b",)), "replace", "does not go with destroy"),
        (wanted("refresh-only", replacements=("a.b",)), "replace", "does not go with refresh-only"),
        (Wanted(workspace="dns", message="x" * 1001), "message", "longer than 1000 letters"),
        (wanted(targets=("web",)), "target", "“web” is no address of a resource or a module"),
        (wanted(targets=("x" * 200,)), "target", "x…”"),
        (wanted(replacements=("module.a",)), "replace", "“module.a” is no address of a resource that can be made anew"),
        (wanted(targets=tuple(f"a.b{number}" for number in range(MOST + 1))), "target", "101 times target"),
        (wanted(variables=("region",)), "var", "Variable 1 is not written as a name"),
        (wanted(variables=("a=1", "b c=2")), "var", "Variable 2 is not written as a name"),
        (wanted(variables=("-a=1",)), "var", "Variable 1 is not"),
        (wanted(variables=("a" * (LONGEST_KEY + 1) + "=1",)), "var", "Variable 1 is not"),
        (wanted(variables=("region= ",)), "var", "The variable region has no value."),
        (wanted(variables=(f"region={'x' * (LONGEST_VALUE + 1)}",)), "var", "is longer than 4000 letters"),
        (wanted(variables=("zones=[a]",)), "var", "The value of the variable zones begins as"),
        (wanted(variables=("a=1", "a=2")), "var", "The variable a is given twice"),
    ],
)
def test_each_thing_that_cannot_be_has_its_sentence(asked: Wanted, name: str, said: str) -> None:
    found = problems(asked)
    assert list(found) == [name]
    assert said in found[name]


@pytest.mark.parametrize(
    "variables", [(SECRET,), (f"{SECRET} x=1",), (f"a b={SECRET}",), (f"a=[{SECRET}",), (f"a={SECRET}", f"a={SECRET}2"), (f'a="{SECRET}',)]
)
def test_no_sentence_holds_what_a_variable_is_set_to(variables: tuple[str, ...]) -> None:
    asked = wanted(variables=variables)
    assert problems(asked)
    assert SECRET not in str(problems(asked))
    assert SECRET not in repr(asked)


def test_what_is_right_becomes_a_wish_that_does_not_show_its_values() -> None:
    asked = Wanted(
        workspace="dns",
        message="bump",
        flags=frozenset({"destroy", "save-plan", "debug"}),
        targets=("a.b", "a.b", "module.c[d]"),
        variables=("count = 3", f"secret={SECRET}"),
        version="abc1234",
    )
    assert problems(asked) == {}
    made = wish(asked)
    assert (made.destroy, made.save_plan, made.debugging, made.plan_only, made.auto_apply) == (True, True, True, False, False)
    assert made.targets == ("a.b", 'module.c["d"]')
    assert made.variables == (("count", "3"), ("secret", f'"{SECRET}"'))
    assert made.version == "abc1234"
    assert SECRET not in repr(made)


@given(st.lists(st.text(max_size=20), max_size=4).map(tuple), st.lists(st.text(max_size=20), max_size=4).map(tuple))
def test_whatever_is_written_is_taken_or_told_and_nothing_breaks(variables: tuple[str, ...], targets: tuple[str, ...]) -> None:
    asked = wanted(variables=variables, targets=targets)
    if not problems(asked):
        assert len(wish(asked).variables) == len(variables)


def test_a_long_word_is_shown_by_its_beginning() -> None:
    assert shown("x" * 61) == "x" * 59 + "…"
    assert shown("short") == "short"
