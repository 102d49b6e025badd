"""runbell.toml: what it gives, and what is said of a file that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.policy import WITHOUT_FILE, Grant, Right
from bot.rules import RulesWrong, parse_rules, read_rules

WHOLE = """\
# who may do what
[[rights]]
may = ["start", "decide"]
workspaces = ["storefront-*", "acme/billing"]
people = ["U0ANA", "W0BEA"]
groups = ["S0PLATFORM"]

[[rights]]
may = ["read"]
members = true
"""


def test_a_whole_file_becomes_grants() -> None:
    policy = parse_rules(WHOLE, "etc/runbell.toml")
    assert policy.source == "etc/runbell.toml"
    assert policy.grants == (
        Grant(
            may=frozenset({Right.START, Right.DECIDE}),
            workspaces=("storefront-*", "acme/billing"),
            people=frozenset({"U0ANA", "W0BEA"}),
            groups=frozenset({"S0PLATFORM"}),
        ),
        Grant(may=frozenset({Right.READ}), members=True),
    )


def test_an_empty_file_gives_nothing_to_anybody() -> None:
    assert parse_rules("").grants == ()


def test_tables_may_be_written_on_one_line() -> None:
    assert parse_rules('rights = [{may = ["admin"], people = ["U0ANA"]}]').grants[0].may == frozenset({Right.ADMIN})


@pytest.mark.parametrize(
    "text,line,said",
    [
        ('[[rights]]\nmay = ["strat"]\nmembers = true', 2, "“strat” is no right. Did you mean “start”?"),
        ('[[rights]]\nmay = ["zzz"]\nmembers = true', 2, "There are: read, start, decide, admin."),
        ('[[rights]]\nmay = "read"\nmembers = true', 2, '“may” is a list: may = ["read"].'),
        ("[[rights]]\nmay = [1]\nmembers = true", 2, "holds 1, which is no word in quotes"),
        ("[[rights]]\nmay = 3\nmembers = true", 2, "“may” is a list: may = […]."),
        ("[[rights]]\nmembers = true", 1, "“may” is missing"),
        ('\n[[rights]]\nmay = ["read"]', 2, "gives rights to nobody"),
        ('[[rights]]\nmay = ["read"]\nmembers = "yes"', 3, "“members” is true or false"),
        ('[[rights]]\nmay = ["read"]\nmember = true\nmembers = true', 3, "[[rights]] has no “member”. Did you mean “members”?"),
        ('[[rights]]\nmay = ["read"]\nmembers = true\nxyzzy = 1', 4, "It has: may, workspaces, people, groups, members."),
        ('[[rights]]\nmay = ["read"]\npeople = ["ana"]', 3, "“ana” is no id of a person"),
        ('[[rights]]\nmay = ["read"]\npeople = ["S0PLATFORM"]', 3, "Move it to groups."),
        ('[[rights]]\nmay = ["read"]\ngroups = ["U0ANA"]', 3, "Move it to people."),
        ('[[rights]]\nmay = ["read"]\ngroups = ["platform"]', 3, "is no id of a user group"),
        ('[[rights]]\nmay = ["read"]\nworkspaces = ["a b"]\nmembers = true', 3, "cannot name a workspace"),
        ('[[rights]]\nmay = ["read"]\nworkspaces = ["a/b/c"]\nmembers = true', 3, "cannot name a workspace"),
        ('[[rights]]\nmay = ["read"]\nworkspaces = []\nmembers = true', 3, "“workspaces” is empty"),
        ('[rights]\nmay = ["read"]', 1, "write [[rights]] with two brackets"),
        ("\n[[right]]\nmay = []", 2, "There is no table or key “right”. Did you mean “rights”?"),
        ("xyzzy = 1", 1, "There is no table or key “xyzzy”. It may hold: rights, rules, people, chains, windows, "),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_right_word(text: str, line: int, said: str) -> None:
    with pytest.raises(RulesWrong) as caught:
        parse_rules(text)
    (problem,) = caught.value.problems
    assert problem.startswith(f"runbell.toml, line {line}: ")
    assert said in problem


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines() -> None:
    with pytest.raises(RulesWrong) as caught:
        parse_rules('[[rights]]\nmay = ["raed", "startt"]\npeople = ["ana"]\n\n[[rights]]\nmai = ["read"]\nmembers = true\n[other]\n')
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "runbell.toml, line 2",
        "runbell.toml, line 2",
        "runbell.toml, line 3",
        "runbell.toml, line 5",
        "runbell.toml, line 6",
        "runbell.toml, line 8",
    ]


def test_what_is_not_toml_is_told_with_its_place() -> None:
    with pytest.raises(RulesWrong, match=r"this is not TOML: .*line 3"):
        parse_rules('[[rights]]\nmay = ["read"\nmembers = true')


def test_without_a_file_members_may_read_and_no_more() -> None:
    assert read_rules(None) is WITHOUT_FILE


def test_a_file_is_read_with_its_path_as_the_source(tmp_path: Path) -> None:
    path = tmp_path / "runbell.toml"
    path.write_text(WHOLE, encoding="utf-8-sig")
    assert read_rules(path).source == str(path)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(RulesWrong, match=r"cannot be read: Is a directory"):
        read_rules(tmp_path)
    (tmp_path / "latin").write_bytes(b"\xe4")
    with pytest.raises(RulesWrong, match=r"is not UTF-8"):
        read_rules(tmp_path / "latin")
