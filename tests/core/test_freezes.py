"""Freezes: what they cover, when the file's are in force over the nights on which clocks are put, and how they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.core.freezes import BreakGlass, DeclaredFreeze, Freeze, FreezeWindow, in_force
from bot.core.judging import decide
from bot.core.policy import Policy
from bot.core.scopes import Scope
from bot.core.verdicts import Lack, Outcome, lacks, plain_words
from bot.core.windows import Window
from tests.core.cases import DECIDERS, HASH, KNOWN, circle, question, vote
from tests.core.making import ANA, DEV, KIM, NOON, PROD

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
TAGGED = replace(PROD, project_id="prj-web", tags=frozenset({"prod", "web"}))
DECLARED = DeclaredFreeze(pattern="*-prod", reason="sale", by="U0ANA", by_name="ana", channel="C1", at=NOON)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "scope, covers, words",
    [
        (Scope(), True, "every workspace"),
        (Scope(workspaces=("*-prod", "dns")), True, "*-prod, dns"),
        (Scope(workspaces=("*-dev",)), False, "*-dev"),
        (Scope(projects=frozenset({"prj-web"})), True, "project prj-web"),
        (Scope(projects=frozenset({"prj-data"})), False, "project prj-data"),
        (Scope(tags=frozenset({"prod"})), True, "tag prod"),
        (Scope(tags=frozenset({"dev"})), False, "tag dev"),
        (
            Scope(workspaces=("*-prod",), projects=frozenset({"prj-web"}), tags=frozenset({"dev"})),
            False,
            "*-prod, project prj-web, tag dev",
        ),
    ],
)
def test_all_that_a_scope_says_has_to_fit(scope: Scope, covers: bool, words: str) -> None:  # noqa: FBT001 - a table
    assert scope.covers(TAGGED) is covers
    assert str(scope) == words


@pytest.mark.parametrize(
    "window, moment, until",
    [
        (Window(start=time(9), end=time(17), zone=BERLIN), "2026-03-29T07:30", "2026-03-29T15:00"),
        (Window(start=time(9), end=time(17), zone=BERLIN), "2026-03-29T06:59", None),
        (Window(start=time(9), end=time(17), zone=BERLIN), "2026-10-25T08:00", "2026-10-25T16:00"),
        (Window(start=time(2), end=time(3), zone=BERLIN), "2026-03-29T01:30", None),
        (Window(start=time(2), end=time(3), zone=BERLIN), "2026-10-25T00:00", "2026-10-25T02:00"),
        (Window(start=time(2), end=time(2, 30), zone=BERLIN), "2026-10-25T01:10", "2026-10-25T01:30"),
        (Window(start=time(1), end=time(2), zone=NEW_YORK), "2026-11-01T06:30", "2026-11-01T07:00"),
        (Window(start=time(2), end=time(3), zone=NEW_YORK), "2026-03-08T07:10", None),
        (Window(start=time(2), end=time(3), zone=LORD_HOWE), "2026-10-03T15:29", None),
        (Window(start=time(2), end=time(3), zone=LORD_HOWE), "2026-10-03T15:30", "2026-10-03T16:00"),
        (Window(start=time(1, 30), end=time(2), zone=LORD_HOWE), "2026-04-04T15:20", "2026-04-04T15:30"),
        (Window(since=date(2026, 12, 20), until=date(2027, 1, 3), zone=BERLIN), "2027-01-03T22:59", "2027-01-03T23:00"),
        (Window(since=date(2026, 12, 20), until=date(2027, 1, 3), zone=BERLIN), "2027-01-03T23:00", None),
    ],
)
def test_a_freeze_of_the_file_is_in_force_by_the_wall_clock_of_its_zone(window: Window, moment: str, until: str | None) -> None:
    found = FreezeWindow(name="f", scope=Scope(), window=window, reason="r").at(at(moment), "runbell.toml")
    wanted = Freeze(scope="“f”: every workspace", reason="r", until=at(until), source="runbell.toml") if until else None
    assert found == wanted


def test_those_count_that_cover_the_workspace_and_are_not_over() -> None:
    window = FreezeWindow(name="always", scope=Scope(workspaces=("*-prod",)), window=Window())
    closed = replace(window, name="closed", window=Window(days=frozenset()))
    over = replace(DECLARED, reason="over", until=NOON)
    lasting = replace(DECLARED, reason="lasting", until=NOON + timedelta(seconds=1))
    found = in_force((window, closed), "f", (DECLARED, over, lasting), PROD, NOON)
    assert [one.reason or one.scope for one in found] == ["“always”: *-prod", "sale", "lasting"]
    assert in_force((window,), "f", (DECLARED,), DEV, NOON) == ()


def test_what_is_in_force_says_who_froze_until_when_and_in_which_file() -> None:
    window = FreezeWindow(name="year end", scope=Scope(), window=Window(start=time(9), end=time(17)), reason="audit")
    assert in_force((window,), "runbell.toml", (replace(DECLARED, until=NOON + timedelta(hours=1)),), PROD, NOON) == (
        Freeze(scope="“year end”: every workspace", reason="audit", until=NOON + timedelta(hours=5), source="runbell.toml"),
        Freeze(scope="*-prod", reason="sale", until=NOON + timedelta(hours=1), by="U0ANA", by_name="ana"),
    )


def test_a_freeze_holds_up_what_has_its_votes_and_says_who_may_break_the_glass() -> None:
    breakers = BreakGlass(circle=circle(KIM, groups=("S0SRE",)), channel="C1")
    policy = Policy(grants=(DECIDERS,), people=KNOWN, hash=HASH, break_glass=breakers)
    verdict = decide(question(policy=policy, votes=(vote(ANA),), freezes=(DECLARED.freeze,)))
    assert verdict.outcome is Outcome.MISSING
    assert [one.lack for one in verdict.missing] == [Lack.FREEZE]
    assert [plain_words(one) for one in lacks(verdict)] == [
        "*-prod is frozen, by @U0ANA: sale. With a reason and --break-glass these approve it all the same: @S0SRE, @U0KIM."
    ]


def test_a_freeze_of_the_file_names_the_file_and_ends_its_sentence() -> None:
    freeze = Freeze(scope="“year end”: *", source="runbell.toml", until=NOON)
    policy = Policy(grants=(DECIDERS,), people=KNOWN, hash=HASH, break_glass=BreakGlass(circle=circle(KIM), channel="C1"))
    (sentence,) = lacks(decide(question(policy=policy, votes=(vote(ANA),), freezes=(freeze,))))
    assert plain_words(sentence) == (
        "“year end”: * is frozen until 2026-03-02 12:00 UTC, by runbell.toml. "
        "With a reason and --break-glass these approve it all the same: @U0KIM."
    )
