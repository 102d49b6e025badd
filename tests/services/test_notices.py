"""Direct messages about runs of one's own: off until asked for, one for each question and one for the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.errors import RightMissing
from bot.core.identities import KnownPerson
from bot.core.messages import Kind
from bot.core.people import Standing
from bot.core.policy import Place
from tests.fakes.chat import FakeMessage
from tests.services.house import ANA, DEPLOYS, GUS, KIM, POLICY, RAJ, House, open_house

RAJ_IS = replace(POLICY, people=(KnownPerson(slack=("U0RAJ",), terraform=frozenset({"Raj.Patel"})),), hash="with people")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=RAJ_IS) as house:
        yield house


async def started(house: House, place: Place = DEPLOYS) -> str:
    house.runs.add_workspace("storefront-dev")
    run_id = (await house.start("storefront-dev", actor=KIM, place=place)).run_id
    assert run_id is not None
    await house.paint()
    return run_id


async def seen(house: House, run_id: str, status: str) -> None:
    """A run that gets so far is looked at, and what is wanted is painted."""
    if status == "planned":
        house.runs.finish_plan(run_id)
    else:
        house.runs.move(run_id, status)
    await house.reader.read(run_id)
    await house.turn()


def notices(house: House, person: str = "U0KIM") -> list[FakeMessage]:
    return [one for one in house.chat.in_channel(person) if one.run_picture.kind is Kind.NOTICE]


async def test_nobody_is_written_to_who_has_not_asked_for_it(house: House) -> None:
    assert not await house.notices.ask(KIM, wanted=None)
    run_id = await started(house)
    await seen(house, run_id, "planned")
    assert notices(house) == []


async def test_a_run_of_ones_own_is_told_of_when_it_waits_and_when_it_has_ended(house: House) -> None:
    assert await house.notices.ask(KIM, wanted=True)
    run_id = await started(house)
    for status in ("planned", "planned"):
        await seen(house, run_id, status)
    (waits,) = notices(house)
    assert (waits.run_picture.run.gate, waits.run_picture.asked_in, waits.run_picture.buttons) == ("confirm", "C0DEPLOYS", ())
    for status in ("confirmed", "applied", "applied"):
        await seen(house, run_id, status)
    first, end = notices(house)
    assert end.run_picture.run.is_final
    assert first.run_picture.run.is_final
    assert house.chat.in_channel("U0ANA") == []


async def test_what_waits_already_is_told_as_soon_as_somebody_asks(house: House) -> None:
    run_id = await started(house)
    await seen(house, run_id, "planned")
    for _ in range(2):
        await house.notices.ask(KIM, wanted=True)
        await house.paint()
    assert len(notices(house)) == 1


async def test_off_ends_it(house: House) -> None:
    await house.notices.ask(KIM, wanted=True)
    assert not await house.notices.ask(KIM, wanted=False)
    assert not await house.notices.ask(KIM, wanted=None)
    await seen(house, await started(house), "planned")
    assert notices(house) == []


async def test_a_run_that_was_started_in_direct_messages_is_not_told_of_twice_there(house: House) -> None:
    await house.notices.ask(KIM, wanted=True)
    await seen(house, await started(house, Place(channel="D0KIM")), "planned")
    assert notices(house) == []
    assert [one.run_picture.kind for one in house.chat.in_channel("D0KIM")] == [Kind.CARD, Kind.CALL]


async def test_the_account_that_the_file_says_is_theirs_makes_a_run_ones_own(house: House) -> None:
    await house.notices.ask(RAJ, wanted=True)
    await house.notices.ask(ANA, wanted=True)
    workspace = house.runs.add_workspace("storefront-dev")
    house.runs.add_run(workspace, "planned", created_by="raj.patel")
    house.runs.add_run(house.runs.add_workspace("dns"), "planned", created_by="raj")
    await house.poll()
    await house.paint()
    assert [one.run_picture.workspace.name for one in notices(house, "U0RAJ")] == ["storefront-dev"]
    assert notices(house, "U0ANA") == []


async def test_whoever_may_no_longer_read_the_workspace_hears_nothing(house: House) -> None:
    await house.notices.ask(KIM, wanted=True)
    run_id = await started(house)
    house.people.add("U0KIM", "kim", Standing.GUEST)
    await seen(house, run_id, "planned")
    assert notices(house) == []


async def test_nobody_is_written_to_whose_standing_slack_cannot_tell(house: House) -> None:
    await house.notices.ask(KIM, wanted=True)
    run_id = await started(house)
    house.people.unreachable.add("U0KIM")
    await seen(house, run_id, "planned")
    assert notices(house) == []
    house.people.unreachable.clear()
    await seen(house, run_id, "confirmed")
    await seen(house, run_id, "applied")
    assert len(notices(house)) == 1


async def test_a_guest_cannot_ask_for_it(house: House) -> None:
    with pytest.raises(RightMissing):
        await house.notices.ask(GUS, wanted=True)
