"""How a card tells which rules apply: each by its name, and once."""

from __future__ import annotations

import json

from bot.slack.cards.tallies import LINES_MOST, tally_blocks
from tests.slack.pictures import tally, waiting


def told(rules: tuple[str, ...], *lacks: str, falls: tuple[str, ...] = ()) -> str:
    return json.dumps(tally_blocks(waiting(tally=tally(rules=rules, lacks=lacks, falls=falls))), ensure_ascii=False)


def test_a_rule_that_is_named_with_what_it_lacks_is_not_named_again() -> None:
    shown = told(("two", "dear"), "Rule “two”: 0 of 2 votes. Who may: @platform.")
    assert shown.count("two") == 1
    assert "Other rule: `dear`" in shown
    assert "`" not in told(("two",), "Rule “two”: 0 of 2 votes. Who may: @platform.")


def test_a_rule_that_is_named_with_a_vote_that_does_not_count_is_not_named_again() -> None:
    assert "`" not in told(("eyes",), falls=("The vote of @ana does not count for rule “eyes”: they created the run.",))


def test_a_rule_that_denies_in_its_own_words_is_named_below() -> None:
    assert "Rule: `no`" in told(("no",), "Not on my watch.")


def test_a_rule_of_which_no_line_is_shown_is_named_below() -> None:
    names = tuple(f"rule {number}" for number in range(LINES_MOST + 1))
    shown = told(names, *(f"Rule “{name}”: 0 of 1 vote. Who may: @ana." for name in names))
    assert f"Other rule: `{names[-1]}`" in shown
