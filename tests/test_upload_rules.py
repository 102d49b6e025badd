"""`[uploads]` of runbell.toml."""

from __future__ import annotations

import pytest

from bot.rules import RulesWrong, parse_rules

RIGHTS = '[[rights]]\nmay = ["read"]\nmembers = true\n'


def test_exceptions_are_listed_and_change_no_verdict() -> None:
    policy = parse_rules(f'{RIGHTS}[uploads]\nallow = ["testdata/*.tfstate", ".env.ci"]\n')
    assert policy.allowed_uploads == ("testdata/*.tfstate", ".env.ci")
    assert policy.hash == parse_rules(RIGHTS).hash
    assert parse_rules(RIGHTS).allowed_uploads == ()


@pytest.mark.parametrize(
    "table, said",
    [
        ('allow = ["*"]', "matches everything"),
        ('allow = ["**/*"]', "matches everything"),
        ('allow = ["/etc/x"]', "no glob of paths"),
        ('allow = ["../x"]', "no glob of paths"),
        ("allow = []", "empty"),
        ("allow = 3", "is a list"),
        ('alow = ["x"]', "allow"),
    ],
)
def test_what_nobody_can_have_meant_is_told(table: str, said: str) -> None:
    with pytest.raises(RulesWrong, match=said):
        parse_rules(f"{RIGHTS}[uploads]\n{table}\n")
