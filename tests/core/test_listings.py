"""Pages of lists: from a row on and back to it, whatever may not be shown; what waits; globs as a database knows them; who is who."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.identities import KnownPerson
from bot.core.listings import EPOCH, FIRST, Page, Scope, Turn, like, page_of, waiting_since, whose
from bot.core.people import Person, Standing
from bot.core.policy import Grant, Policy, Right
from bot.core.reaches import Reach
from bot.core.runs import Action, Run
from bot.core.workspaces import Workspace

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = [f"{number:04}" for number in range(1000)]


def page(rows: Sequence[str], turn: Turn = FIRST, keeps: Callable[[str], bool] = lambda _: True, size: int = 3) -> Page[str]:
    async def fetch(at: Turn, most: int) -> Sequence[str]:
        way = rows[::-1] if at.back else rows
        start = way.index(at.anchor) + 1 if at.anchor in way else 0
        return way[start : start + most]

    return asyncio.run(page_of(fetch, keeps, lambda row: row, turn, size))


def test_a_list_of_nothing_has_no_pages() -> None:
    assert page([]) == Page((), None, None)


def test_a_page_that_holds_all_has_none_beside_it() -> None:
    assert page(["a", "b", "c"]) == Page(("a", "b", "c"), None, None)


def test_a_list_goes_on_and_back() -> None:
    rows = list("abcdefg")
    first = page(rows)
    assert first == Page(("a", "b", "c"), None, Turn("c"))
    second = page(rows, Turn("c"))
    assert second == Page(("d", "e", "f"), Turn("d", back=True), Turn("f"))
    assert page(rows, Turn("f")) == Page(("g",), Turn("g", back=True), None)
    assert page(rows, Turn("g", back=True)) == Page(("d", "e", "f"), Turn("d", back=True), Turn("f"))


def test_going_back_to_less_than_a_page_ends_at_the_first() -> None:
    assert page(list("abcdefg"), Turn("c", back=True)) == page(list("abcdefg"))


def test_where_nothing_is_left_the_first_page_is_shown() -> None:
    assert page(["a", "b"], Turn("b")) == page(["a", "b"])


def test_few_that_may_be_shown_are_found_among_many() -> None:
    found = page(ROWS, keeps=lambda row: row.endswith("99"), size=4)
    assert found == Page(("0099", "0199", "0299", "0399"), None, Turn("0399"))
    assert page(ROWS, Turn("0799"), lambda row: row.endswith("99"), 4).rows == ("0899", "0999")


@given(st.integers(0, 30), st.integers(1, 7), st.sets(st.integers(0, 29)))
def test_whoever_goes_on_to_the_end_and_back_sees_every_row_once_each_way(many: int, size: int, hidden: set[int]) -> None:
    rows = ROWS[:many]
    shown = [row for row in rows if int(row) not in hidden]

    def keeps(row: str) -> bool:
        return row in shown

    pages = [page(rows, FIRST, keeps, size)]
    while pages[-1].later is not None:
        pages.append(page(rows, pages[-1].later, keeps, size))
    assert [row for one in pages for row in one.rows] == shown

    back = [pages[-1]]
    while back[-1].earlier is not None:
        back.append(page(rows, back[-1].earlier, keeps, size))
    assert back[::-1] == [replace(one, later=Turn(one.rows[-1]) if one is not pages[-1] else None) if one.rows else one for one in pages]


def run(status: str = "planned", **facts: object) -> Run:
    made = Run(id="run-1", workspace_id="ws-1", status_word=status, allowed=frozenset({Action.APPLY}), has_changes=True)
    return replace(made, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "one, since",
    [
        (run(timestamps={"planned": NOON, "plan-queued": NOON - timedelta(hours=1)}), NOON),
        (run(created_at=NOON), NOON),
        (run(), EPOCH),
        (run("policy_override", allowed=frozenset(), created_at=NOON), NOON),
        (run("planning", allowed=frozenset()), None),
        (run(has_changes=False), None),
        (run("applied"), None),
    ],
)
def test_a_run_waits_since_its_last_milestone(one: Run, since: datetime | None) -> None:
    assert waiting_since(one) == since


def matches_like(pattern: str, text: str) -> bool:
    """What SQL does."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    made = "".join(".*" if part == "%" else "." if part == "_" else re.escape(part[-1]) for part in parts)
    return re.fullmatch(made, text, re.DOTALL) is not None


@pytest.mark.parametrize(
    "pattern, sql",
    [("shop-*", "shop-%"), ("a_b%", r"a\_b\%"), ("d?s", "d_s"), ("[ab]x", "_x"), ("[!a]x*", "_x%"), ("a[", "a["), ("\\", r"\\")],
)
def test_a_glob_is_told_to_a_database(pattern: str, sql: str) -> None:
    assert like(pattern) == sql


@given(st.text("ab*?[]!%_\\-", max_size=8), st.text("ab[]!%_\\-", max_size=8))
def test_a_database_lets_pass_all_that_a_glob_means(pattern: str, text: str) -> None:
    if fnmatchcase(text, pattern):
        assert matches_like(like(pattern), text)


def test_everything_is_told_from_something() -> None:
    assert Scope().is_everything
    some = (Scope(pattern="a"), Scope(allowed=("a",)), Scope(tag="t"), Scope(project_ids=("p",)))
    assert not any(scope.is_everything for scope in some)


def test_somebodys_own_are_those_of_all_their_names() -> None:
    people = (KnownPerson(slack=("U1", "W1"), terraform=frozenset({"Kim", "kim@acme.example"})), KnownPerson(slack=("U2",)))
    assert whose(people, "W1") == (frozenset({"U1", "W1"}), frozenset({"kim", "kim@acme.example"}))
    assert whose(people, "U3") == (frozenset({"U3"}), frozenset())


POLICY = Policy(
    (
        Grant(may=frozenset({Right.READ}), workspaces=("*-dev",), members=True),
        Grant(may=frozenset({Right.START}), workspaces=("*-prod",), groups=frozenset({"S1"})),
        Grant(may=frozenset(), workspaces=("x",), members=True),
    )
)


@pytest.mark.parametrize(
    "right, members, globs",
    [
        (Right.READ, frozenset({"U1"}), ("*-dev", "*-prod")),
        (Right.READ, frozenset[str](), ("*-dev",)),
        (Right.START, frozenset({"U1"}), ("*-prod",)),
        (Right.ADMIN, frozenset({"U1"}), ()),
    ],
)
def test_a_right_reaches_as_far_as_what_is_granted(right: Right, members: frozenset[str], globs: tuple[str, ...]) -> None:
    reach = Reach(POLICY, Person(id="U1", name="kim"), right, {"S1": members})
    assert reach.globs == globs
    names = ("shop-dev", "shop-prod", "x")
    may = [name for name in names if reach.allows(Workspace(id=name, name=name, organization="acme"))]
    assert may == [f"shop{glob[1:]}" for glob in globs]


def test_a_guest_reaches_nothing() -> None:
    assert Reach(POLICY, Person(id="U1", name="gus", standing=Standing.GUEST), Right.READ, {}).globs == ()
