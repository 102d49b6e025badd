"""Events: an invitation is answered once, everything else is only acked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handlers.desk import APP_USER, Desk, event, settle
from tests.services.house import DEPLOYS


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
    [
        joined(),
        joined("U0KIM", inviter="U0ANA"),
        {"type": "channel_archive", "channel": "C0SECRET"},
        {"type": "member_left_channel", "channel": "C0SECRET", "user": "U0KIM"},
        {"type": "channel_rename", "channel": {"id": "C0SECRET"}},
    ],
    ids=["joined by ourselves", "somebody else", "no watch there", "somebody left", "another event"],
)
async def test_other_events_are_acked_and_nothing_is_said(desk: Desk, inner: dict[str, Any]) -> None:
    assert (await desk.send(event(inner))).status == 200
    await desk.house.paint()
    assert desk.house.chat.messages == []


async def heard(desk: Desk, inner: dict[str, Any], event_id: str = "Ev1") -> int:
    """Bolt acks an event before its listener begins."""
    response = await desk.send(event(inner, event_id))
    await settle()
    await desk.guard.finish(5)
    return response.status


async def watch(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    await desk.type("watch storefront-dev")


async def paused(desk: Desk) -> list[str]:
    async with desk.house.store.read() as transaction:
        return [watch.paused_why for watch in await transaction.watches.all()]


@pytest.mark.parametrize(
    "inner, why",
    [
        ({"type": "channel_archive"}, "it is archived"),
        ({"type": "group_archive"}, "it is archived"),
        ({"type": "channel_deleted"}, "it is gone, or I am not in it any more"),
        ({"type": "group_deleted"}, "it is gone, or I am not in it any more"),
        ({"type": "member_left_channel", "user": APP_USER}, "I am not in it any more"),
    ],
)
async def test_a_channel_in_which_nothing_can_be_said_any_more_pauses_its_watches(desk: Desk, inner: dict[str, Any], why: str) -> None:
    await watch(desk)
    for number in range(2):
        assert await heard(desk, {**inner, "channel": DEPLOYS.channel}, f"Ev{number}") == 200
    await desk.house.paint()
    assert await paused(desk) == [why]
    [note] = desk.house.chat.in_channel("U0ANA")
    assert why in note.note.text


@pytest.mark.parametrize("kind", ["channel_unarchive", "group_unarchive"])
async def test_a_channel_that_is_brought_back_has_them_go_on_where_we_are_still_in_it(desk: Desk, kind: str) -> None:
    await watch(desk)
    desk.house.chat.archived.add(DEPLOYS.channel)
    await heard(desk, {"type": "channel_archive", "channel": DEPLOYS.channel})
    await heard(desk, {"type": kind, "channel": DEPLOYS.channel}, "Ev2")
    assert await paused(desk) == ["it is archived"]

    desk.house.chat.archived.clear()
    await heard(desk, {"type": kind, "channel": DEPLOYS.channel}, "Ev3")

    assert await paused(desk) == [""]


async def test_an_invitation_back_has_them_go_on(desk: Desk) -> None:
    await watch(desk)
    await heard(desk, {"type": "member_left_channel", "channel": DEPLOYS.channel, "user": APP_USER})
    await heard(desk, joined(inviter="U0ANA") | {"channel": DEPLOYS.channel}, "Ev2")
    assert await paused(desk) == [""]


async def test_a_watch_that_is_paused_goes_on_when_it_is_typed_again(desk: Desk) -> None:
    await watch(desk)
    await heard(desk, {"type": "channel_archive", "channel": DEPLOYS.channel})
    assert "hears of `storefront-dev`" in await desk.type("watch storefront-dev")
    assert await paused(desk) == [""]


@pytest.mark.parametrize(
    "inner, is_dead",
    [
        ({"type": "app_uninstalled"}, True),
        ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [APP_USER]}}, True),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U0ANA"], "bot": []}}, False),
        ({"type": "tokens_revoked"}, False),
    ],
)
async def test_a_token_that_is_revoked_is_known_at_once(desk: Desk, inner: dict[str, Any], *, is_dead: bool) -> None:
    assert await heard(desk, inner) == 200
    assert desk.house.painter.is_dead is is_dead
