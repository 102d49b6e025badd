"""How it stands at a gate is judged once for all the channels whose messages are about to ask."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.commands.watches import AddWatch
from bot.core.errors import TerraformUnreachable
from bot.core.tallies import Tally
from bot.services.reading import Found
from bot.services.voting import Voting
from tests.services.house import ANA, DEPLOYS, OTHER, House


async def waiting_in_two_channels(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    await house.poll()
    for place in (DEPLOYS, OTHER):
        await house.watching.add(AddWatch("*"), ANA, place)
    house.runs.add_run(workspace, "planned")
    await house.poll()


def cards(house: House) -> int:
    return len(house.in_channel(DEPLOYS)) + len(house.in_channel(OTHER))


@pytest.mark.parametrize("is_down", [False, True])
async def test_channels_that_ask_at_once_share_one_judgement_or_its_failure(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    is_down: bool,  # noqa: FBT001
) -> None:
    judged: list[Found] = []
    tally = Voting.tally

    async def counted(voting: Voting, found: Found) -> Tally | None:
        judged.append(found)
        await asyncio.sleep(0.05)
        if is_down:
            raise TerraformUnreachable("tfe.example")
        return await tally(voting, found)

    monkeypatch.setattr(Voting, "tally", counted)
    await waiting_in_two_channels(house)
    await house.paint()
    assert (cards(house), len(judged)) == (2, 1)
