from __future__ import annotations

import pytest

from bot.core.errors import UnknownRun
from bot.core.runs import Run
from bot.core.stored import StoredRun
from tests.services.house import House


async def kept(house: House, run_id: str) -> StoredRun:
    async with house.store.read() as transaction:
        stored = await transaction.runs.get(run_id)
    assert stored is not None
    return stored


async def read_once(house: House) -> Run:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned")
    await house.reader.read(run.id)
    return run


async def test_a_second_look_at_what_has_not_moved_writes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run = await read_once(house)
    before = await kept(house, run.id)
    house.clock.move(5)
    with monkeypatch.context() as patch:
        patch.setattr(house.store, "write", None)
        found = await house.reader.read(run.id)
    assert (found.run, await kept(house, run.id)) == (before.run, before)


async def test_a_look_that_shows_less_than_is_known_is_no_news(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every answer names who created the run."""
    run = await read_once(house)
    house.runs.move(run.id, "planned", created_by=None, timestamps=house.runs.run(run.id).timestamps)
    with monkeypatch.context() as patch:
        patch.setattr(house.store, "write", None)
        await house.reader.read(run.id)
    assert (await kept(house, run.id)).run.created_by == "kim"


async def test_a_look_at_what_has_moved_is_written_down(house: House) -> None:
    run = await read_once(house)
    house.clock.move(5)
    house.runs.move(run.id, "applied")
    await house.reader.read(run.id)
    stored = await kept(house, run.id)
    assert (stored.run.status_word, stored.version) == ("applied", 2)


async def test_a_run_of_a_foreign_organization_does_not_exist(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("secret", organization="elsewhere"), "planned")
    with pytest.raises(UnknownRun):
        await house.reader.read(run.id)
