"""That the glass stays broken only for as long as whoever broke it may do so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.commands.freezes import DeclareFreeze, LiftFreeze
from bot.core.decisions import IntentState
from bot.core.errors import TerraformRateLimited
from bot.core.freezes import BreakGlass
from bot.core.people import Circle
from bot.core.runs import Action
from tests.services.house import ANA, DEPLOYS, KIM, POLICY, open_house
from tests.services.test_approvals import waiting_run

POLICE = replace(POLICY, break_glass=BreakGlass(circle=Circle(groups=frozenset({"S0SRE"})), channel="C0REVIEW"), hash="with glass")


@pytest.mark.parametrize(
    "is_in_the_group, is_lifted, state",
    [(True, False, IntentState.SETTLED), (False, False, IntentState.REFUSED), (False, True, IntentState.SETTLED)],
)
async def test_a_call_that_had_to_wait_passes_a_freeze_only_while_whoever_broke_the_glass_may(
    tmp_path: Path,
    is_in_the_group: bool,  # noqa: FBT001 - a table
    is_lifted: bool,  # noqa: FBT001 - a table
    state: IntentState,
) -> None:
    async with open_house(tmp_path, policy=POLICE) as house:
        house.people.groups["S0SRE"] = frozenset({KIM.id})
        run = await waiting_run(house)
        await house.freezing.declare(DeclareFreeze("storefront-dev", "the sale", ""), ANA, DEPLOYS)
        house.runs.fail("act", TerraformRateLimited("terraform.test", 20))
        await house.act(Action.APPLY, run.id, actor=KIM, comment="it burns", breaks_glass=True)
        house.people.groups["S0SRE"] = frozenset({KIM.id} if is_in_the_group else ())
        if is_lifted:
            await house.freezing.lift(LiftFreeze("storefront-dev"), ANA, DEPLOYS)

        await house.turn(25)

        assert (await house.intent_of(run.id)).state is state
        assert len(house.runs.calls_of("act")) == (1 if state is IntentState.REFUSED else 2)
