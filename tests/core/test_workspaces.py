from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.workspaces import is_called, is_glob, matches, near_names
from tests.core.making import PROD

NAMES = ["storefront-dev", "storefront-prod", "storefront-staging", "catalog-import", "billing", "dns"]


@pytest.mark.parametrize(
    "pattern, matched",
    [
        ("storefront-prod", True),
        ("storefront-*", True),
        ("*", True),
        ("Storefront-*", False),
        ("storefront", False),
        ("acme/storefront-prod", True),
        ("acme/*", True),
        ("*/storefront-????", True),
        ("umbrella/*", False),
        ("", False),
    ],
)
def test_a_glob_without_a_slash_means_the_name_in_every_organization(pattern: str, matched: bool) -> None:  # noqa: FBT001 - a table
    assert matches(pattern, PROD) is matched


@pytest.mark.parametrize("pattern, glob", [("dns", False), ("acme/dns", False), ("d*", True), ("dn?", True), ("[dn]s", True)])
def test_a_glob_has_a_letter_that_stands_for_others(pattern: str, glob: bool) -> None:  # noqa: FBT001 - a table
    assert is_glob(pattern) is glob


def test_only_three_letters_stand_for_others() -> None:
    assert [letter for letter in string.printable if is_glob(letter)] == ["*", "?", "["]


@pytest.mark.parametrize(
    "written, called",
    [
        ("storefront-prod", True),
        ("Storefront-PROD", True),
        ("ACME/storefront-prod", True),
        ("umbrella/storefront-prod", False),
        ("storefront-*", False),
        ("storefront-dev", False),
    ],
)
def test_a_workspace_is_called_by_its_name_in_any_capitals_and_by_no_glob(written: str, called: bool) -> None:  # noqa: FBT001 - a table
    assert is_called(written, PROD) is called


@pytest.mark.parametrize(
    "wanted, near",
    [
        ("storefront-prd", "storefront-prod"),
        ("import", "catalog-import"),
        ("STAGING", "storefront-staging"),
        ("biling", "billing"),
        ("STOREFRNT-PROD", "storefront-prod"),
        ("Biling", "billing"),
    ],
)
def test_the_nearest_name_comes_first(wanted: str, near: str) -> None:
    assert near_names(wanted, NAMES)[0] == near


def test_three_near_names_are_enough_where_nobody_asks_for_more() -> None:
    assert len(near_names("dns", [f"dns-{number}" for number in range(9)])) == 3
    assert len(near_names("prod", ["prad", "pord", "pro", "prd", "rod"], 4)) == 4


def test_a_name_is_near_where_half_of_its_letters_are_alike() -> None:
    assert near_names("stge", ["staging", "qqqqqqq"]) == ("staging",)


def test_a_name_like_no_other_has_no_near_one() -> None:
    assert near_names("qqqq", NAMES) == ()


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=8), st.integers(1, 4))
def test_near_names_are_names_without_doubles_and_not_too_many(wanted: str, names: list[str], most: int) -> None:
    near = near_names(wanted, names, most)
    assert len(near) <= most
    assert len(set(near)) == len(near)
    assert set(near) <= set(names)
