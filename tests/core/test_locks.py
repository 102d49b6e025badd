"""Who holds a lock, in words."""

from __future__ import annotations

import pytest

from bot.core.locks import Lock, holder_words, is_ours


def lock(**facts: str) -> Lock:
    return Lock(workspace_id="ws-1", is_locked=True, **facts)


@pytest.mark.parametrize(
    "held, words",
    [
        (lock(holder_kind="runs", holder_id="run-1", holder_name="a message"), "Its run run-1 holds the lock"),
        (lock(holder_kind="users", holder_id="user-1", holder_name="raj", reason="mine"), "raj holds the lock: mine"),
        (lock(holder_kind="teams", holder_id="team-1"), "team-1 holds the lock"),
        (lock(reason="why"), "It is locked, and the server does not say by whom: why"),
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
