from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.commands.runs import RunReference
from bot.core.errors import NoCurrentRun, RightMissing
from bot.core.policy import Grant, Policy, Right
from tests.services.house import ANA, GUS, KIM, RAJ, House, open_house


async def test_workspaces_are_listed_with_their_current_runs_from_what_we_know(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    house.runs.add_workspace("dns")
    run = house.runs.add_run(workspace)
    await house.poll()
    house.runs.calls.clear()

    found = await house.lookups.workspaces("storefront-*", KIM)

    assert [(row.workspace.name, row.run and row.run.id) for row in found.rows] == [("storefront-dev", run.id)]
    assert found.looked_at is not None
    assert house.runs.calls == []


async def test_nobody_is_shown_what_they_may_not_read(tmp_path: Path) -> None:
    policy = Policy((Grant(may=frozenset({Right.READ}), workspaces=("*-dev",), people=frozenset({"U0RAJ"})),))
    async with open_house(tmp_path, policy=policy) as house:
        for name in ("storefront-dev", "storefront-prod"):
            house.runs.add_workspace(name)
        await house.poll()

        found = await house.lookups.workspaces("*", RAJ)

        assert [row.workspace.name for row in found.rows] == ["storefront-dev"]
        with pytest.raises(RightMissing):
            await house.lookups.runs("storefront-prod", RAJ)


async def test_the_runs_of_a_workspace_come_newest_first_with_their_links(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    older = house.runs.add_run(workspace)
    house.clock.move(1)
    newer = house.runs.add_run(workspace)

    found = await house.lookups.runs("storefront-dev", KIM)

    assert [row.run.id for row in found.rows] == [newer.id, older.id]
    assert found.rows[0].link == f"https://terraform.test/app/acme/workspaces/storefront-dev/runs/{newer.id}"


async def test_a_run_is_shown_as_it_is_now_with_nothing_to_press(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    run = house.runs.add_run(workspace, "planned")

    by_workspace = await house.lookups.show(RunReference(workspace="storefront-dev"), KIM)
    by_id = await house.lookups.show(RunReference(run_id=run.id), KIM)

    assert by_workspace == by_id
    assert (by_id.run.id, by_id.buttons) == (run.id, ())


async def test_a_guest_is_shown_nothing(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"))

    for attempt in (house.lookups.workspaces("*", GUS), house.lookups.runs("storefront-dev", GUS)):
        with pytest.raises(RightMissing):
            await attempt
    with pytest.raises(RightMissing):
        await house.lookups.show(RunReference(run_id=run.id), GUS)


async def test_a_workspace_that_never_ran_has_no_current_run(house: House) -> None:
    house.runs.add_workspace("fresh")

    with pytest.raises(NoCurrentRun):
        await house.lookups.show(RunReference(workspace="fresh"), ANA)
