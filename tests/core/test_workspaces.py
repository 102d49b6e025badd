from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.workspaces import is_glob, matches, near_names
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


def test_a_name_like_no_other_has_no_near_one() -> None:
    assert near_names("qqqq", NAMES) == ()


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=8), st.integers(1, 4))
def test_near_names_are_names_without_doubles_and_not_too_many(wanted: str, names: list[str], most: int) -> None:
    near = near_names(wanted, names, most)
    assert len(near) <= most
    assert len(set(near)) == len(near)
    assert set(near) <= set(names)
