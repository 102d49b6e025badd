"""Who holds a lock, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.locks import Lock, SlackLock, from_slack, holder_words, is_ours, signed_reason
from bot.core.one_line import one_line
from bot.core.people import Person, Place, Standing

AT = datetime(2026, 11, 24, 12, 12, tzinfo=UTC)
ANA = Person(id="U0ANA", name="ana", standing=Standing.MEMBER)
DEPLOYS = Place(channel="C0DEPLOYS", channel_name="deploys")


def lock(**facts: str) -> Lock:
    return Lock(workspace_id="ws-1", is_locked=True, **facts)


@pytest.mark.parametrize(
    "held, words",
    [
        (lock(holder_kind="runs", holder_id="run-1", holder_name="a message"), "Its run run-1 holds the lock"),
        (lock(holder_kind="users", holder_id="user-1", holder_name="raj", reason="mine"), "raj holds the lock: mine"),
        (lock(holder_kind="teams", holder_id="team-1"), "team-1 holds the lock"),
        (lock(reason="why"), "The server does not say who holds the lock: why"),
        (lock(holder_name="bot", reason="x — asked for (ref rb-1)"), "It was locked from Slack: x — asked for (ref rb-1)"),
    ],
)
def test_a_lock_says_who_holds_it_as_far_as_the_server_does(held: Lock, words: str) -> None:
    assert holder_words(held) == words


def test_a_lock_is_ours_by_its_reason_or_by_its_holder() -> None:
    assert is_ours(lock(reason="x (ref rb-1)"), "")
    assert is_ours(lock(holder_name="runbell"), "runbell")
    assert is_ours(lock(holder_id="user-1"), "user-1")
    assert not is_ours(lock(holder_name="raj", reason="mine"), "runbell")
    assert not is_ours(lock(), "")


@pytest.mark.parametrize("reason", ["moving its state", "", "two\nlines", "what was asked for by raj"])
@pytest.mark.parametrize("place", [DEPLOYS, Place(channel="D0ANA", channel_name="")])
def test_a_lock_from_slack_tells_who_set_it_when_and_why(reason: str, place: Place) -> None:
    held = lock(holder_name="runbell", reason=signed_reason(reason, ANA, place, AT, "rb-0123456789ab"))
    said = one_line(reason)
    assert from_slack(held) == SlackLock(person="ana", at=AT, reason=said)
    assert holder_words(held) == f"ana locked it from Slack, 2026-11-24 12:12 UTC{f': {said}' if said else ''}"


def test_a_lock_that_was_signed_at_its_end_is_still_read() -> None:
    signature = "asked for by ana (U0ANA) in #deploys, 2026-11-24 12:12 UTC (ref rb-0123456789ab)"
    assert from_slack(lock(reason=f"two\nlines — {signature}")) == SlackLock(person="ana", at=AT, reason="two\nlines")
    assert from_slack(lock(reason=signature)) == SlackLock(person="ana", at=AT, reason="")
    assert from_slack(lock(reason=f"{signature.replace('-24', '-99')}: “x”")) is None


@pytest.mark.parametrize(
    "reason",
    [
        "asked for by ana (U0ANA) in #deploys, 2026-11-24 12:12 UTC (ref rb-1) and more",
        "asked for by ana (U0ANA) in #deploys, 2026-99-24 12:12 UTC (ref rb-1)",
        "asked for by ana in #deploys (ref rb-1)",
        "mine",
        f"asked for by {'a' * 500} (U0ANA) in #deploys, 2026-11-24 12:12 UTC (ref rb-1)",
    ],
)
def test_a_reason_that_somebody_has_changed_is_told_as_it_is(reason: str) -> None:
    held = lock(holder_name="runbell", reason=reason)
    assert from_slack(held) is None
    assert reason in holder_words(held)
