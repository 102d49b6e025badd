"""Whoever was refused too often is answered without anything being done, while their buttons still work."""

from __future__ import annotations

from bot.core.repetitions import CONFIRMATIONS_MOST, REFUSALS_MOST
from bot.slack import ids
from tests.handlers.desk import Desk
from tests.services.house import KIM, RAJ


async def test_beyond_the_cap_a_command_does_nothing_and_a_button_still_decides(desk: Desk) -> None:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"), "planned")
    for _ in range(REFUSALS_MOST):
        await desk.type("show run-nosuch0000000000", KIM)
    asked = len(desk.house.runs.calls)
    assert str(REFUSALS_MOST) in await desk.type("show storefront-dev", KIM)
    assert len(desk.house.runs.calls) == asked
    assert "storefront-dev" in await desk.type("show storefront-dev", RAJ)
    assert await desk.click(ids.APPROVE, await desk.card(run.id), KIM) == []
    assert len(desk.house.runs.calls_of("act")) == 1
    async with desk.house.store.read() as transaction:
        outcomes = [row.outcome for row in await transaction.audit.page(0) if row.kind == "refusal"]
    assert outcomes == ["UnknownRun", "TooManyRefused"]


async def test_of_the_buttons_that_somebody_was_shown_in_a_channel_the_newest_work(desk: Desk) -> None:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"), "planned")
    shown = []
    for _ in range(CONFIRMATIONS_MOST + 1):
        await desk.type("discard storefront-dev", KIM)
        shown.append(desk.answers[-1])
        desk.house.clock.move(0.1)
    await desk.confirm(shown[0], KIM)
    assert desk.house.runs.calls_of("act") == []
    await desk.confirm(shown[1], KIM)
    [call] = desk.house.runs.calls_of("act")
    assert call.given["run_id"] == run.id
