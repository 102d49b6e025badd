"""Links to runs: shown where the channel hears of their workspace anyway, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.commands.watches import AddWatch
from bot.core.errors import TerraformUnreachable
from bot.core.people import Standing
from bot.core.runs import Run
from tests.services.house import DEPLOYS, KIM, House, open_house

HOST = "https://terraform.test/app/acme/workspaces"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        for name in ("shop-dev", "shop-prod"):
            house.runs.add_workspace(name)
        await house.poll()
        await house.watching.add(AddWatch("shop-dev"), KIM, DEPLOYS)
        yield house


async def run_of(house: House, name: str, *, seen: bool = True) -> Run:
    run = house.runs.add_run(await house.runs.read_workspace("acme", name), "planned")
    if seen:
        await house.reader.read(run.id)
    return run


async def shown(house: House, *urls: str, channel: str = DEPLOYS.channel, ts: str = "1.1") -> list[str]:
    return [picture.run.id for picture in (await house.unfurls.of(channel, ts, house.clock.now(), urls)).values()]


async def test_a_run_is_shown_once_in_a_channel_that_watches_its_workspace(house: House) -> None:
    run = await run_of(house, "shop-dev")
    assert await shown(house, f"{HOST}/shop-dev/runs/{run.id}") == [run.id]
    assert await shown(house, f"{HOST}/shop-dev/runs/{run.id}") == []
    assert await shown(house, f"{HOST}/shop-dev/runs/{run.id}", ts="1.2") == [run.id]


async def test_a_run_that_was_never_seen_is_read(house: House) -> None:
    run = await run_of(house, "shop-dev", seen=False)
    assert await shown(house, f"{HOST}/shop-dev/runs/{run.id}") == [run.id]
    house.runs.fail("read_run", TerraformUnreachable("terraform.test"))
    assert await shown(house, f"{HOST}/shop-dev/runs/run-never", ts="1.2") == []


async def test_nothing_is_shown_of_a_workspace_that_the_channel_does_not_watch(house: House) -> None:
    run = await run_of(house, "shop-prod")
    assert await shown(house, f"{HOST}/shop-prod/runs/{run.id}", f"{HOST}/shop-prod") == []
    assert await shown(house, f"{HOST}/shop-dev", channel="C0INFRA") == []


async def test_a_link_that_names_one_workspace_and_a_run_of_another_shows_neither(house: House) -> None:
    for seen, ts in ((True, "1.1"), (False, "1.2")):
        run = await run_of(house, "shop-prod", seen=seen)
        assert await shown(house, f"{HOST}/shop-dev/runs/{run.id}", ts=ts) == []


async def test_a_workspace_shows_its_current_run(house: House) -> None:
    assert await shown(house, f"{HOST}/shop-dev") == []
    run = await run_of(house, "shop-dev")
    assert await shown(house, f"{HOST}/shop-dev", ts="1.2") == [run.id]


async def test_a_watch_that_is_paused_or_whose_owner_may_read_no_more_shows_nothing(house: House) -> None:
    run = await run_of(house, "shop-dev")
    await house.closures.closed(DEPLOYS.channel, "is_archived")
    assert await shown(house, f"{HOST}/shop-dev/runs/{run.id}") == []
    await house.closures.opened(DEPLOYS.channel)
    assert await shown(house, f"{HOST}/shop-dev/runs/{run.id}") == [run.id]
    await house.watching.add(AddWatch("*-prod"), KIM, DEPLOYS)
    later = house.runs.add_workspace("later-prod")
    house.clock.move(60)
    late = house.runs.add_run(later, "planned")
    await house.poll()
    house.people.add("U0KIM", "kim", Standing.DEACTIVATED)
    assert await shown(house, f"{HOST}/later-prod/runs/{late.id}", ts="1.3") == []


async def test_other_links_are_none_of_ours(house: House) -> None:
    assert await shown(house, "https://evil.test/app/acme/workspaces/shop-dev", "https://terraform.test/", "nonsense") == []
