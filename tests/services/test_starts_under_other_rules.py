"""A start that was judged by rules which are no longer active is not sent."""

from __future__ import annotations

import pytest

from bot.core.decisions import IntentState
from bot.core.errors import RulesReplaced
from tests.services.house import House
from tests.services.test_sending import activate, house, meanwhile  # noqa: F401 - a fixture


async def test_an_activation_between_the_wish_and_the_request_starts_nothing(house: House) -> None:  # noqa: F811 - the fixture
    house.runs.add_workspace("storefront-dev")
    meanwhile(house, lambda: activate(house))
    with pytest.raises(RulesReplaced):
        await house.start("storefront-dev", variables=(("password", '"hunter2"'),))
    assert house.runs.calls_of("create_run") == []
    async with house.store.read() as transaction:
        assert await transaction.intents.open() == ()
        assert await transaction.intents.counts() == {IntentState.REFUSED: 1}
    assert house.intents.values._kept == {}
