"""Who is who: what [people] says, what e-mail addresses say, and what nothing says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.identities import CREATION, PUSH, Identities, KnownPerson, Origin, Role, Sameness, origins_of

ANA = KnownPerson(
    slack=("U0ANA", "U0ANA2"), terraform=frozenset({"Ana", "ana@work.example"}), vcs=frozenset({"ana-gh", "ana@home.example"})
)
KIM = KnownPerson(slack=("U0KIM",), terraform=frozenset({"kim"}))
BOB = KnownPerson(slack=("U0BOB", "U0BOB2"))
VIC = KnownPerson(slack=("U0VIC",), vcs=frozenset({"vic"}))
IDENTITIES = Identities((ANA, KIM, BOB, VIC), {"U0RAJ": "Raj@acme.example", "U0NONE": ""})
YES, NO, UNKNOWN = Sameness.YES, Sameness.NO, Sameness.UNKNOWN


@pytest.mark.parametrize(
    "voter, origin, same",
    [
        ("U0ANA", None, NO),
        ("U0ANA", Origin(), UNKNOWN),
        ("U0ANA", Origin(slack="U0ANA"), YES),
        ("U0ANA2", Origin(slack="U0ANA"), YES),
        ("U0KIM", Origin(slack="U0ANA2"), NO),
        ("U0STRANGE", Origin(slack="U0ANA"), NO),
        ("U0ANA", Origin(terraform="ana"), YES),
        ("U0ANA2", Origin(terraform="ANA"), YES),
        ("U0KIM", Origin(terraform="ana"), NO),
        ("U0STRANGE", Origin(terraform="ana"), NO),
        ("U0ANA", Origin(terraform="ana-gh"), UNKNOWN),
        ("U0ANA", Origin(vcs="ana-gh"), YES),
        ("U0ANA", Origin(vcs="somebody"), UNKNOWN),
        ("U0KIM", Origin(vcs="somebody"), UNKNOWN),
        ("U0VIC", Origin(vcs="somebody"), UNKNOWN),
        ("U0VIC", Origin(terraform="else", vcs="somebody"), UNKNOWN),
        ("U0KIM", Origin(terraform="somebody"), UNKNOWN),
        ("U0BOB", Origin(terraform="somebody"), UNKNOWN),
        ("U0RAJ", Origin(terraform="somebody"), UNKNOWN),
        ("U0ANA", Origin(terraform="x", email="ANA@work.example"), YES),
        ("U0ANA", Origin(vcs="x", email="ana@home.example"), YES),
        ("U0RAJ", Origin(terraform="raj9", email="raj@ACME.example"), YES),
        ("U0OTHER", Origin(terraform="raj9", email="raj@acme.example"), NO),
        ("U0RAJ", Origin(terraform="raj9", email="else@acme.example"), UNKNOWN),
        ("U0NONE", Origin(terraform="x", email=""), UNKNOWN),
    ],
)
def test_a_voter_is_surely_the_same_surely_another_or_possibly_the_same(voter: str, origin: Origin | None, same: Sameness) -> None:
    assert IDENTITIES.same(voter, origin) is same


@pytest.mark.parametrize(
    "account", ["renovate[bot]", "GitHub-Actions[bot]", "web-flow", "github-merge-queue", "project_7_bot", "api-team_1234"]
)
def test_an_account_behind_which_anybody_may_be_is_nobodys_whatever_the_file_says(account: str) -> None:
    claimed = Identities((replace(ANA, vcs=frozenset({account}), terraform=frozenset({account})), VIC))
    for origin in (Origin(vcs=account), Origin(terraform=account, email="ana@work.example")):
        assert [claimed.same(voter, origin) for voter in ("U0ANA", "U0VIC", "U0STRANGE")] == [UNKNOWN] * 3
    assert not claimed.knows("vcs", account)
    assert claimed.knows("vcs", "VIC")


def test_without_any_knowledge_everybody_is_possibly_anybody() -> None:
    assert Identities().same("U0ANA", Origin(terraform="ana")) is UNKNOWN
    assert Identities().same("U0ANA", Origin(slack="U0ANA")) is YES


def test_a_likeness_of_names_proves_nothing() -> None:
    assert Identities().same("kim", Origin(terraform="kim")) is UNKNOWN


def test_all_accounts_of_a_human_are_one() -> None:
    assert [IDENTITIES.human(each) for each in ("U0ANA", "U0ANA2", "U0RAJ")] == ["U0ANA", "U0ANA", "U0RAJ"]


@pytest.mark.parametrize(
    "facts, origins",
    [
        (
            {"creator": "kim", "requester": "", "sender": None},
            {Role.CREATOR: Origin(terraform="kim")},
        ),
        (
            {"creator": "runbell", "requester": "U0KIM", "sender": None},
            {Role.CREATOR: Origin(slack="U0KIM"), Role.REQUESTER: Origin(slack="U0KIM")},
        ),
        (
            {"creator": "runbell", "requester": "", "sender": None},
            {Role.CREATOR: Origin(), Role.REQUESTER: Origin()},
        ),
        (
            {"creator": None, "requester": "", "sender": "kim-gh"},
            {Role.CREATOR: Origin(vcs="kim-gh"), Role.AUTHOR: Origin(vcs="kim-gh")},
        ),
        (
            {"creator": None, "requester": "", "sender": ""},
            {Role.CREATOR: Origin(), Role.AUTHOR: Origin()},
        ),
        (
            {"creator": None, "requester": "", "sender": None},
            {Role.CREATOR: Origin()},
        ),
        (
            {"creator": "kim", "requester": "", "sender": "ana-gh", "email": "kim@acme.example"},
            {Role.CREATOR: Origin(terraform="kim", email="kim@acme.example"), Role.AUTHOR: Origin(vcs="ana-gh")},
        ),
    ],
)
def test_a_run_comes_from_whom_the_server_and_slack_name(facts: dict[str, Any], origins: dict[Role, Origin]) -> None:
    assert dict(origins_of(own_account="runbell", **facts)) == origins


@pytest.mark.parametrize(
    "facts, events",
    [
        ({"creator": "kim", "sender": None}, {Role.CREATOR: CREATION}),
        ({"creator": "kim", "sender": "ana-gh"}, {Role.CREATOR: CREATION, Role.AUTHOR: PUSH}),
        ({"creator": None, "sender": "kim-gh"}, {Role.CREATOR: PUSH, Role.AUTHOR: PUSH}),
        ({"creator": None, "sender": ""}, {Role.CREATOR: "", Role.AUTHOR: ""}),
        ({"creator": None, "sender": None}, {Role.CREATOR: ""}),
        ({"creator": "runbell", "sender": None}, {Role.CREATOR: CREATION, Role.REQUESTER: CREATION}),
        ({"creator": "runbell", "sender": None, "requester": "U0KIM"}, {Role.CREATOR: CREATION, Role.REQUESTER: ""}),
        ({"creator": "kim", "sender": None, "own_account": ""}, {Role.CREATOR: CREATION, Role.REQUESTER: CREATION}),
    ],
)
def test_who_did_one_and_the_same_thing_is_surely_one_person(facts: dict[str, Any], events: dict[Role, str]) -> None:
    """By these events an unknown person who appears twice adds one vote and not two."""
    found = origins_of(**{"own_account": "runbell", "requester": "", **facts})
    assert {role: origin.event for role, origin in found.items()} == events


def test_where_our_own_account_is_not_known_the_address_of_the_creator_is_kept() -> None:
    found = origins_of(creator="kim9", own_account="", requester="", sender=None, email="raj@acme.example")
    assert dict(found) == dict.fromkeys(
        (Role.CREATOR, Role.REQUESTER), Origin(terraform="kim9", email="raj@acme.example", may_be_ours=True)
    )
    assert IDENTITIES.same("U0RAJ", found[Role.CREATOR]) is YES


def test_where_our_own_account_is_not_known_a_run_may_be_ours() -> None:
    asked_for = origins_of(creator="runbell", own_account="", requester="U0KIM", sender=None)
    assert dict(asked_for) == {Role.CREATOR: Origin(slack="U0KIM"), Role.REQUESTER: Origin(slack="U0KIM")}
    nobody = origins_of(creator="runbell", own_account="", requester="", sender=None)
    assert [IDENTITIES.same("U0KIM", nobody.get(role)) for role in Role] == [UNKNOWN, NO, UNKNOWN]
    listed = origins_of(creator="ana", own_account="", requester="", sender=None)
    assert [IDENTITIES.same("U0ANA", listed.get(role)) for role in Role] == [YES, NO, YES]
    assert [IDENTITIES.same("U0KIM", listed.get(role)) for role in Role] == [NO, NO, NO]


def test_an_unknown_person_is_told_by_the_name_that_is_known() -> None:
    assert [Origin(slack="U1").known_as, Origin(terraform="t", vcs="v").known_as, Origin(vcs="v").known_as, Origin().known_as] == [
        "U1",
        "t",
        "v",
        "",
    ]
