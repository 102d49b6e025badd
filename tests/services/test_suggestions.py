"""What is offered while somebody types: only workspaces in which they have the right, at most a hundred."""

from __future__ import annotations

import pytest

from bot.core.errors import RightMissing
from bot.core.people import Standing
from bot.core.policy import Actor, Right
from tests.services.house import ANA, GUS, KIM, House


async def names(house: House, typed: str, actor: Actor = ANA, right: Right = Right.START) -> list[str]:
    return [one.name for one in await house.suggestions.workspaces(typed, actor, right)]


@pytest.fixture
async def known(house: House) -> House:
    for name in ("billing-prod", "dns", "storefront-dev", "storefront-prod"):
        house.runs.add_workspace(name)
    await house.poll()
    return house


async def test_a_part_of_the_name_finds_it(known: House) -> None:
    assert await names(known, "") == ["billing-prod", "dns", "storefront-dev", "storefront-prod"]
    assert await names(known, " front ") == ["storefront-dev", "storefront-prod"]
    assert await names(known, "acme/dn") == ["dns"]
    assert await names(known, "*-prod") == ["billing-prod", "storefront-prod"]
    assert await names(known, "nothing") == []


@pytest.mark.parametrize("typed", ["FRONT", "Front-DEV", "ACME/storefront-d", "Acme/Store*-Dev", "*FRONT-dev"])
async def test_capitals_do_not_count_while_somebody_types(known: House, typed: str) -> None:
    assert "storefront-dev" in await names(known, typed)


async def test_signs_that_stand_for_others_in_a_database_stand_for_themselves(house: House) -> None:
    for name in ("STORE_front", "store-front"):
        house.runs.add_workspace(name)
    await house.poll()
    assert await names(house, "e_f") == ["STORE_front"]
    assert await names(house, "e%f") == []


async def test_only_what_somebody_may_start_is_offered_to_start(known: House) -> None:
    assert await names(known, "", KIM) == ["storefront-dev"]
    assert await names(known, "", KIM, Right.READ) == ["billing-prod", "dns", "storefront-dev", "storefront-prod"]


async def test_a_guest_is_offered_nothing(known: House) -> None:
    known.people.add(GUS.id, GUS.name, Standing.GUEST)
    with pytest.raises(RightMissing):
        await names(known, "", GUS)


async def test_slack_takes_a_hundred(house: House) -> None:
    for number in range(130):
        house.runs.add_workspace(f"ws-{number:03}")
    await house.poll()
    assert len(await names(house, "ws")) == 100
    assert await names(house, "ws-12") == [f"ws-12{number}" for number in range(10)]
