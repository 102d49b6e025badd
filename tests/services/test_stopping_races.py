"""What is known to have happened while a run was read counts before it is stopped."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.commands.runs import RunReference
from bot.core.errors import ApplyInterrupted
from bot.core.runs import Action
from tests.services.house import ANA, DEPLOYS, House


async def test_a_run_that_began_to_apply_while_it_was_read_is_not_canceled_without_a_form(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planning")
    await house.poll()
    finder = house.approvals._finder
    read = finder.run

    async def slowly(*given: Any) -> Any:
        found = await read(*given)
        house.clock.move(1)
        house.runs.move(run.id, "applying")
        await house.reader.read(run.id)
        house.clock.move(1)
        return found

    finder.run = slowly  # type: ignore[method-assign, assignment]
    with pytest.raises(ApplyInterrupted):
        await house.approvals.act(Action.CANCEL, RunReference(run_id=run.id), ANA, DEPLOYS)
    assert house.runs.calls_of("act") == []
