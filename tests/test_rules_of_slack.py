"""`[slack]` of runbell.toml: in which shared channels people may act, and what is said of a table that is wrong."""

from __future__ import annotations

import pytest

from bot.rules import RulesWrong, parse_rules


def test_channels_that_are_allowed_are_part_of_the_rules_in_force() -> None:
    allowed = parse_rules('[slack]\nallow_shared_channels = ["C0PARTNERS", "G0PRIVATE"]\n')
    assert allowed.shared_channels == {"C0PARTNERS", "G0PRIVATE"}
    assert allowed.hash != parse_rules("").hash
    assert parse_rules("").shared_channels == frozenset()


@pytest.mark.parametrize(
    "text, said",
    [
        ('[slack]\nallow_shared_channels = ["#partners"]', "line 2: “#partners” is no id of a channel"),
        ("[slack]\nallow_shared_channels = []", "line 2: “allow_shared_channels” is empty"),
        ('[slack]\nallow_shared_channel = ["C0PARTNERS"]', "Did you mean “allow_shared_channels”?"),
        ('[[slack]]\nallow_shared_channels = ["C0PARTNERS"]', "“slack” is one table: write [slack] with one bracket"),
        ('slack = "C0PARTNERS"', "“slack” is one table"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(RulesWrong) as caught:
        parse_rules(text)
    assert any(said in problem for problem in caught.value.problems), caught.value.problems
