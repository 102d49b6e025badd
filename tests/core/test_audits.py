"""What may be stored of a deed, and how a chain is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audits import REASON_MOST, WORDS_MOST, AuditKind, AuditRow, Entry, details_text, tidied
from bot.core.links import message_link, workspace_address
from bot.core.sealing import Head, Verifier, canonical, head_of, link

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROW = AuditRow(
    id=1,
    at=AT,
    kind="vote",
    person="U0ANA",
    person_name="",
    channel="",
    run_id="",
    workspace="",
    action="",
    plan_digest="",
    rules_hash="",
    reason="",
    outcome="",
    permalink="",
    details="",
    number=1,
    chained_at=AT,
)
TOKENS = ["xoxb-12-canary", "xapp-1-canary", "canary.atlasv1.canary", "https://u:canary@h/", "Bearer canarycanary"]
TEXTS = [name for name in AuditRow.__dataclass_fields__ if name not in {"link", "at", "chained_at", "id", "number"}]
DOMAINS = [("acme", "https://acme.slack.com"), ("acme.enterprise", "https://acme.enterprise.slack.com"), ("a/", ""), ("", ""), ("-x", "")]


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text(), max_size=40))
def test_an_entry_is_bounded_whatever_is_said(reason: str, name: str, details: dict[str, str]) -> None:
    kept = tidied(Entry(at=AT, kind=AuditKind.VOTE, reason=reason * 300, person_name=name * 300, details=details))
    assert len(kept.reason) <= REASON_MOST
    assert len(kept.person_name) <= WORDS_MOST
    assert len(kept.details) <= 20


@pytest.mark.parametrize("token", TOKENS)
def test_tokens_are_taken_out_of_every_field(token: str) -> None:
    fields: dict[str, Any] = dict.fromkeys(("reason", "action", "outcome", "workspace"), token)
    entry = Entry(at=AT, kind=AuditKind.COMMAND, details={"a": token, token: "b"}, **fields)
    assert "canary" not in repr(tidied(entry))


def test_details_are_one_text() -> None:
    assert (details_text({}), details_text({"b": "2", "a": "ü"})) == ("", '{"a":"\\u00fc","b":"2"}')


def test_a_row_reads_the_same_in_every_zone() -> None:
    there = replace(ROW, at=AT.astimezone(timezone(timedelta(hours=5))), chained_at=AT.astimezone(timezone(timedelta(hours=-3))))
    assert canonical(there) == canonical(ROW)


@given(st.sampled_from(TEXTS), st.text(max_size=5))
def test_every_field_is_part_of_the_link(name: str, text: str) -> None:
    other: dict[str, Any] = {name: text + "."}
    assert link("key", "", replace(ROW, **other)) != link("key", "", ROW)


@pytest.mark.parametrize("changes", [{"id": 2}, {"number": 2}, {"at": AT + timedelta(microseconds=1)}, {"chained_at": None}])
def test_numbers_and_times_are_part_of_the_link(changes: dict[str, Any]) -> None:
    assert link("key", "", replace(ROW, **changes)) != link("key", "", ROW)


def test_the_key_and_what_came_before_are_part_of_the_link() -> None:
    assert len({link("key", "", ROW), link("other", "", ROW), link("key", "a" * 64, ROW)}) == 3


def test_a_verifier_stops_at_the_first_break() -> None:
    verifier = Verifier("key")
    assert not verifier.feed(replace(ROW, link="0" * 64))
    assert not verifier.feed(replace(ROW, link=link("key", "", ROW)))
    assert str(verifier.end()).startswith("row 1 (id 1) is not as it was sealed")
    assert not Verifier("key").feed(replace(ROW, chained_at=None))
    assert not Verifier("key").feed(replace(ROW, link="ünicode"))


def test_an_empty_chain_is_well_unless_a_head_was_posted() -> None:
    assert Verifier("key").end() is None
    assert "row 1 is missing, and so is all up to row 3" in str(Verifier("key", [Head(3, "a" * 64)]).end())


def test_a_head_reads_as_it_was_posted() -> None:
    head = Head(4711, "0123456789abcdef" * 4)
    assert head_of(f" {str(head).upper()} ") == head


@pytest.mark.parametrize(
    "address,channel,ts,wanted",
    [
        ("https://acme.slack.com/", "C0DEPLOYS", "1700000000.000100", "https://acme.slack.com/archives/C0DEPLOYS/p1700000000000100"),
        ("", "C0DEPLOYS", "1700000000.000100", ""),
        ("https://acme.slack.com", "C0DEPLOYS", "", ""),
        ("https://acme.slack.com", "C0DEPLOYS", "1700/../x", ""),
        ("https://acme.slack.com", "../C0", "1700000000.000100", ""),
    ],
)
def test_a_message_has_its_address(address: str, channel: str, ts: str, wanted: str) -> None:
    assert message_link(address, channel, ts) == wanted


@pytest.mark.parametrize("domain,wanted", DOMAINS)
def test_a_slack_workspace_has_its_address(domain: str, wanted: str) -> None:
    assert workspace_address(domain) == wanted
