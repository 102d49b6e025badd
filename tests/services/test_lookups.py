from __future__ import annotations

import pytest

from bot.core.commands.runs import RunReference
from bot.core.errors import NoCurrentRun, RightMissing
from bot.slack.cards.run import card
from tests.services.house import ANA, DEPLOYS, GUS, KIM, House


async def test_a_run_is_shown_as_it_is_now_with_nothing_to_press(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    run = house.runs.add_run(workspace, "planned")

    by_workspace = await house.lookups.show(RunReference(workspace="storefront-dev"), KIM)
    by_id = await house.lookups.show(RunReference(run_id=run.id), KIM)

    assert by_workspace == by_id
    assert (by_id.run.id, by_id.buttons) == (run.id, ())


async def test_who_asks_how_a_run_stands_is_told_in_which_channel_it_is_decided_and_what_is_missing(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    run_id = (await house.start("storefront-dev", place=DEPLOYS)).run_id
    assert run_id is not None
    await house.paint()
    house.runs.finish_plan(run_id)
    await house.turn()

    shown = await house.lookups.show(RunReference(run_id=run_id), KIM)

    assert (shown.for_one, shown.asked_in, shown.buttons) == (True, "C0DEPLOYS", ())
    said = "\n".join(str(block) for block in card(shown)["blocks"])
    assert "Asked in <#C0DEPLOYS>" in said
    assert "newer message" not in said
    assert "1 approval from people who may decide here" in said


async def test_a_guest_is_shown_nothing(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"))

    with pytest.raises(RightMissing):
        await house.lookups.show(RunReference(run_id=run.id), GUS)


async def test_a_workspace_that_never_ran_has_no_current_run(house: House) -> None:
    house.runs.add_workspace("fresh")

    with pytest.raises(NoCurrentRun):
        await house.lookups.show(RunReference(workspace="fresh"), ANA)
