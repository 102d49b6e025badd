"""Events: an invitation is answered once, everything else is only acked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handlers.desk import APP_USER, Desk, event


def joined(user: str = APP_USER, **more: str) -> dict[str, Any]:
    return {"type": "member_joined_channel", "user": user, "channel": "C0SECRET", "channel_type": "G", "team": "T0ACME", **more}


async def test_an_invitation_is_answered_once_even_where_slack_sends_it_twice(desk: Desk) -> None:
    for _ in range(2):
        assert (await desk.send(event(joined(inviter="U0ANA")))).status == 200
        await desk.house.paint()
    (message,) = desk.house.chat.in_channel("C0SECRET")
    assert "/tf watch" in message.note.text


@pytest.mark.parametrize(
    "inner",
    [joined(), joined("U0KIM", inviter="U0ANA"), {"type": "channel_archive", "channel": "C0SECRET"}],
    ids=["joined by ourselves", "somebody else", "another event"],
)
async def test_other_events_are_acked_and_nothing_is_said(desk: Desk, inner: dict[str, Any]) -> None:
    assert (await desk.send(event(inner))).status == 200
    await desk.house.paint()
    assert desk.house.chat.messages == []
