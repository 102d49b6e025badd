"""A click on the one button under a command survives a kill as any other click does: it is done once, or its person hears of it."""

from __future__ import annotations

from contextlib import suppress
from time import perf_counter
from typing import Any

import pytest

from bot.core.requests import Request, RequestState
from bot.core.runs import Run
from bot.services.requests import Requests
from bot.slack import ids
from handlers.requests import request_of
from handlers.resuming import resume
from tests.handlers.desk import Desk, button_in, click
from tests.handlers.test_confirmations import ask, planned
from tests.handlers.test_requests import Kill, Killed, values_in
from tests.handlers.test_words import decided
from tests.services.house import ANA, DEPLOYS

LEASE = 11
MOST_COMMITS = 8


async def acknowledged(desk: Desk, answer: dict[str, Any], owner: str = "gone") -> Request:
    """A click that was stored and acknowledged by a process that has judged nothing yet."""
    button = button_in(answer)
    body = click(button["action_id"], button["value"], ANA, DEPLOYS, "")
    asked = request_of("confirmation_clicked", values_in(desk, body))
    assert asked is not None
    requests = Requests(desk.house.store, desk.house.clock, desk.house.pace, owner)
    request = await requests.store(asked, body["trigger_id"], perf_counter())
    assert await requests.acknowledge(request)
    return request


async def resumed(desk: Desk) -> None:
    desk.house.clock.move(LEASE)
    await resume(desk.guard, desk.services)
    await desk.guard.finish(5)


async def shown(desk: Desk) -> tuple[Run, dict[str, Any]]:
    run = planned(desk)
    return run, await ask(desk, "approve storefront-dev")


async def state_of(desk: Desk, request: Request) -> RequestState:
    async with desk.house.store.read() as transaction:
        found = await transaction.requests.get(request.id)
    assert found is not None
    return found.state


async def test_the_row_of_the_click_holds_the_run_and_the_plan_that_were_shown(desk: Desk) -> None:
    run, answer = await shown(desk)
    request = await acknowledged(desk, answer)
    assert (request.person, request.action, request.run_id) == (ANA.id, ids.CONFIRM_COMMAND, run.id)
    assert request.digest == desk.house.shown(run.id) != ""


@pytest.mark.parametrize("at", range(1, MOST_COMMITS))
async def test_killed_after_any_commit_a_confirmed_decision_is_done_once_or_the_person_hears_of_it(desk: Desk, at: int) -> None:
    run, answer = await shown(desk)
    request = await acknowledged(desk, answer, owner="us")
    button, kill = button_in(answer), Kill(desk, at)
    values = values_in(desk, click(button["action_id"], button["value"], ANA, DEPLOYS, ""))
    judging = desk.guard.judging
    assert judging is not None
    with suppress(Killed):
        await judging.finish(desk.guard.acting["confirmation_clicked"], values, request)
    was_killed = kill.over()
    await resumed(desk)
    await desk.house.intents.tick(desk.house.clock.now())
    assert decided(desk) in ([], [("apply", run.id)])
    assert not was_killed or decided(desk) or desk.private.told
    assert "expired" not in str(desk.private.told)


async def test_killed_between_using_the_button_up_and_the_decision_it_is_decided_by_the_next_process(desk: Desk) -> None:
    run, answer = await shown(desk)
    request, kill = await acknowledged(desk, answer, owner="us"), Kill(desk, 1)
    button = button_in(answer)
    judging = desk.guard.judging
    assert judging is not None
    with pytest.raises(Killed):
        await judging.finish(
            desk.guard.acting["confirmation_clicked"],
            values_in(desk, click(button["action_id"], button["value"], ANA, DEPLOYS, "")),
            request,
        )
    kill.over()
    assert decided(desk) == []
    await resumed(desk)
    assert decided(desk) == [("apply", run.id)]
    assert await state_of(desk, request) is RequestState.JUDGED
    await resumed(desk)
    assert len(decided(desk)) == 1


async def test_another_click_never_takes_what_a_stored_one_has_used_up(desk: Desk) -> None:
    _, answer = await shown(desk)
    await desk.confirm(answer)
    await acknowledged(desk, answer)
    await resumed(desk)
    assert len(decided(desk)) == 1


@pytest.mark.parametrize("way", ["card", "button"])
async def test_a_click_that_would_open_a_form_and_is_judged_after_a_restart_says_what_to_type(desk: Desk, way: str) -> None:
    run = planned(desk, destructions=1)
    answer = await ask(desk, f"approve {run.id}")
    if way == "button":
        await acknowledged(desk, answer)
    else:
        body = click(ids.APPROVE, await desk.card(run.id), ANA, DEPLOYS, "")
        asked = request_of("approve_clicked", values_in(desk, body))
        assert asked is not None
        requests = Requests(desk.house.store, desk.house.clock, desk.house.pace, "gone")
        assert await requests.acknowledge(await requests.store(asked, body["trigger_id"], perf_counter()))
    await resumed(desk)
    assert (decided(desk), desk.private.views) == ([], [])
    [(_, person, told)] = desk.private.told
    assert (person, f"approve {run.id}" in told) == (ANA.id, True)
