"""When a stored request is judged, answered, or left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.commands import GRAMMAR, opens_form, parse
from bot.core.commands.grammar import Command
from bot.core.requests import HELD, Due, Hold, Request, RequestKind, RequestState, due, holding, is_late, payload_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WITHIN = timedelta(seconds=60)
FREE, BUSY = NOW, NOW + timedelta(seconds=5)


def request(state: RequestState = RequestState.ACKNOWLEDGED, *, lease: datetime = FREE, age: float = 1, **more: object) -> Request:
    facts: dict[str, object] = {
        "id": "r1",
        "kind": RequestKind.CLICK,
        "listener": "approve_clicked",
        "person": "U0ANA",
        "action": "run.approve",
        "payload": payload_of(action_id="run.approve", value="r1:run-1"),
        "state": state,
        "lease_until": lease,
        "received_at": NOW - timedelta(seconds=age),
    }
    return Request(**{**facts, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given,wanted",
    [
        (request(), Due.JUDGE),
        (request(lease=BUSY), None),
        (request(age=60), Due.UNDONE),
        (request(lease=BUSY, age=60), Due.UNDONE),
        (request(has_values=True, payload={}), Due.UNDONE),
        (request(payload={"v": 0}), Due.UNDONE),
        (request(RequestState.RECEIVED), Due.UNDONE),
        (request(RequestState.RECEIVED, lease=BUSY), None),
        (request(RequestState.RECEIVED, lease=BUSY, age=60), Due.UNDONE),
        (request(RequestState.BEGUN), Due.UNCLEAR),
        (request(RequestState.BEGUN, lease=BUSY, age=600), None),
        (request(RequestState.UNDONE), Due.UNDONE),
        (request(RequestState.UNDONE, lease=BUSY, age=600), None),
        (request(RequestState.UNCLEAR, age=600), Due.UNCLEAR),
        (request(RequestState.JUDGED, age=600), None),
        (request(RequestState.ANSWERED, age=600), None),
        (request(RequestState.WITHDRAWN, age=600), None),
    ],
)
def test_what_is_due_hangs_on_its_state_its_lease_and_its_age(given: Request, wanted: Due | None) -> None:
    assert due(given, NOW, WITHIN) is wanted


def test_what_has_begun_is_never_late() -> None:
    assert is_late(request(age=60), NOW, WITHIN)
    assert not is_late(request(age=59), NOW, WITHIN)
    assert not is_late(request(RequestState.BEGUN, age=600), NOW, WITHIN)


def test_a_request_is_held_inside_the_block_alone() -> None:
    hold = Hold("r1", "us", "U0ANA")
    with holding(hold):
        assert HELD.get() is hold
        with holding(None):
            assert HELD.get() is None
    assert HELD.get() is None


def test_no_payload_shows_in_the_log() -> None:
    assert "run-1" not in repr(request())


CHANGING = {
    "run", "promote", "retry", "approve", "discard", "cancel", "unvote", "force-cancel", "override", "comment",
    "freeze", "unfreeze", "snooze", "lock", "unlock", "force-unlock", "watch", "unwatch", "notify",
}  # fmt: skip
ASKING = {
    "help", "next", "workspaces", "runs", "pending", "queue", "show", "why", "review", "upload", "freezes", "watches", "audit",
    "plan", "log",
}  # fmt: skip


def test_each_command_changes_something_or_is_a_question() -> None:
    """A new one that fails here: say `changes = False` on its class if it changes nothing, and list it here."""
    asking = {row.word for row in GRAMMAR if asks(parse(row.example))}
    assert asking == ASKING
    assert {row.word for row in GRAMMAR} - asking == CHANGING


@pytest.mark.parametrize("text", ["run", "promote", "promote storefront-dev", "notify", "notify me", ""])
def test_what_only_opens_a_form_or_asks_how_it_is_changes_nothing(text: str) -> None:
    assert asks(parse(text))


def asks(command: Command) -> bool:
    return not command.is_change or opens_form(command)
