from __future__ import annotations

import pytest

from bot.core.leavings import Leavings
from bot.core.pace import Pace
from bot.core.roles import Mode, Replica, looking, painting, sockets, sockets_trouble
from tests.core.making import NOON


def replica(name: str, mode: Mode) -> Replica:
    return Replica(id=name, started_at=NOON, beat_at=NOON, version="1", mode=mode)


def test_roles_are_named_by_what_they_are_for() -> None:
    assert looking("abc") != painting("abc")


def test_only_processes_in_socket_mode_take_a_connection() -> None:
    assert sockets([replica("a", Mode.SOCKET), replica("b", Mode.HTTP), replica("c", Mode.SOCKET)]) == 2


@pytest.mark.parametrize("count,said", [(9, None), (10, "none is left for an upgrade"), (11, "takes only 10")])
def test_ten_sockets_leave_no_room_for_an_upgrade_and_eleven_are_too_many(count: int, said: str | None) -> None:
    trouble = sockets_trouble(count)
    assert (trouble is None) if said is None else (said in str(trouble) and "signed HTTP" in str(trouble))


def test_a_dead_holder_is_followed_within_the_thirty_seconds_of_an_unknown_post() -> None:
    pace = Pace()
    assert pace.role_lease + pace.roles_every < pace.history_after
    assert pace.post_timeout + 2 * pace.roles_every < pace.role_lease


def test_leavings_add_up_and_say_what_they_are() -> None:
    both = Leavings(runs=1, messages=3) + Leavings(messages=2, payloads=5)
    assert str(both) == "1 runs, 5 messages, 0 plans, 0 decisions, 0 intents, 5 payloads"
    assert not both.is_empty
    assert Leavings().is_empty
