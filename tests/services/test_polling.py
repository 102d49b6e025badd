from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.cadence import Recipe
from bot.core.commands.watches import AddWatch
from bot.core.errors import ChatUnreachable, TerraformRateLimited, TerraformUnreachable
from bot.core.messages import Kind
from bot.core.runs import Run
from bot.services.recording import Sighting
from tests.services.house import ANA, DEPLOYS, OTHER, House, open_house


async def watch(house: House, pattern: str = "*") -> None:
    await house.poll()
    await house.watching.add(AddWatch(pattern), ANA, DEPLOYS)


def kinds(house: House) -> list[Kind]:
    return [message.run_picture.kind for message in house.in_channel()]


async def test_a_run_started_elsewhere_reaches_the_watching_channel_when_it_waits(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-prod")
    await watch(house)
    run = house.runs.add_run(workspace)
    await house.turn()
    assert house.in_channel() == []
    house.runs.finish_plan(run.id, additions=3)

    await house.turn()

    [card] = house.in_channel()
    assert card.run_picture.kind is Kind.CARD
    assert card.run_picture.buttons
    assert card.run_picture.plan is not None
    assert card.run_picture.plan.additions == 3


async def test_a_run_that_waits_is_announced_once_however_often_it_is_seen(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-prod")
    await watch(house)
    house.runs.add_run(workspace, "planned")

    for _ in range(5):
        await house.turn()

    assert kinds(house) == [Kind.CARD]


async def test_a_failure_is_told_and_a_success_that_nobody_here_had_a_part_in_is_not(house: House) -> None:
    bad, good = house.runs.add_workspace("billing"), house.runs.add_workspace("dns")
    await watch(house)
    failed, fine = house.runs.add_run(bad), house.runs.add_run(good)
    await house.turn()
    house.runs.move(failed.id, "errored")
    house.runs.move(fine.id, "planned_and_finished", has_changes=False)

    await house.turn()

    [card] = house.in_channel()
    assert card.run_picture.run.id == failed.id


async def test_a_run_that_began_and_ended_between_two_looks_is_not_missed(house: House) -> None:
    workspace = house.runs.add_workspace("billing")
    await watch(house)
    first, second = house.runs.add_run(workspace), house.runs.add_run(workspace)
    house.runs.move(first.id, "errored")
    house.runs.move(second.id, "errored")

    await house.turn(40)
    await house.turn(40)

    assert {message.run_picture.run.id for message in house.in_channel()} == {first.id, second.id}


async def test_a_run_that_waited_while_nobody_looked_is_announced_however_old(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-prod")
    house.runs.add_run(workspace, "planned")
    house.clock.move(7 * 24 * 3600)

    await watch(house)
    await house.turn()

    assert kinds(house) == [Kind.CARD]


async def test_an_old_failure_is_no_news(house: House) -> None:
    workspace = house.runs.add_workspace("billing")
    house.runs.move(house.runs.add_run(workspace).id, "errored")
    house.clock.move(2 * 3600)

    await watch(house)
    await house.turn()

    assert house.in_channel() == []


async def test_the_end_of_a_run_started_here_is_told(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    started = await house.start("storefront-dev")
    assert started.run_id is not None
    await house.paint()
    house.runs.finish_plan(started.run_id, additions=0)

    await house.turn()

    assert kinds(house) == [Kind.CARD, Kind.END]


async def test_a_run_queued_behind_another_is_followed(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    first = house.runs.add_run(workspace, "planned")
    started = await house.start("storefront-dev")
    assert started.run_id is not None
    await house.turn()

    house.runs.move(first.id, "discarded")
    house.runs.finish_plan(started.run_id)
    await house.turn()

    assert kinds(house) == [Kind.CARD, Kind.CALL]


async def test_a_plan_only_run_is_followed_to_its_end(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    started = await house.start("storefront-dev", plan_only=True)
    assert started.run_id is not None
    await house.paint()
    house.runs.finish_plan(started.run_id)

    await house.turn()
    await house.turn()

    assert kinds(house) == [Kind.CARD, Kind.END]


async def test_a_server_without_an_organization_run_list_is_served_by_what_it_has(house: House) -> None:
    house.runs.has_organization_runs = False
    workspace = house.runs.add_workspace("storefront-prod")
    await watch(house)
    await house.turn()
    asked = len(house.runs.calls_of("list_organization_runs"))
    house.runs.add_run(workspace, "planned")

    await house.turn()
    await house.turn()

    assert kinds(house) == [Kind.CARD]
    assert len(house.runs.calls_of("list_organization_runs")) == asked


async def test_a_server_that_ignores_filters_is_served_by_whole_lists(house: House) -> None:
    house.runs.heeds_filters = False
    house.runs.has_organization_runs = False
    quiet, busy = house.runs.add_workspace("a-quiet"), house.runs.add_workspace("busy")
    house.clock.move(1)
    house.runs.move(house.runs.add_run(quiet).id, "applied")
    house.clock.move(1)
    house.runs.move(house.runs.add_run(busy).id, "applied")
    await watch(house)
    await house.turn(30)

    house.runs.add_run(busy, "planned")
    await house.turn(30)

    assert kinds(house) == [Kind.CARD]


async def test_an_outage_of_the_server_is_waited_out(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-prod")
    await watch(house)
    house.runs.add_run(workspace, "planned")
    for method in ("list_workspaces", "list_organization_runs"):
        house.runs.fail(method, *[TerraformUnreachable("terraform.test")] * 3)

    for _ in range(4):
        await house.turn(60)

    assert kinds(house) == [Kind.CARD]


async def test_after_a_rate_limit_it_looks_half_as_often(house: House) -> None:
    house.runs.add_run(house.runs.add_workspace("storefront-prod"))
    await house.poll()
    house.runs.fail("list_workspaces", *[TerraformRateLimited("terraform.test", 1)] * 3)
    await house.poll()
    async with house.store.read() as transaction:
        looks = {look.recipe: look for look in await transaction.looks.all()}

    live = looks[Recipe.LIVE]
    assert live.next_at is not None
    assert live.next_at - house.clock.now() == timedelta(seconds=2 * house.pace.look_live)


async def test_one_organization_that_fails_does_not_keep_the_other(tmp_path: Path) -> None:
    async with open_house(tmp_path, organizations=("acme", "globex")) as house:
        house.runs.organizations = ("globex",)
        house.runs.add_run(house.runs.add_workspace("dns", organization="globex"), "planned")
        await house.poll()
        await house.watching.add(AddWatch("globex/*"), ANA, DEPLOYS)

        await house.turn()

        assert kinds(house) == [Kind.CARD]


async def test_a_workspace_that_is_gone_is_forgotten_with_its_runs(house: House) -> None:
    workspace = house.runs.add_workspace("temporary")
    run = house.runs.add_run(workspace)
    await house.poll()
    house.runs.remove_workspace(workspace.id)

    await house.poll()
    await house.poll(400)

    async with house.store.read() as transaction:
        assert await transaction.workspaces.all() == ()
        assert await transaction.runs.get(run.id) is None


async def test_requests_grow_with_pages_and_not_with_workspaces(house: House) -> None:
    for number in range(250):
        house.clock.move(10)
        house.runs.move(house.runs.add_run(house.runs.add_workspace(f"ws-{number:03}")).id, "applied")
    await house.poll()
    house.runs.calls.clear()

    await house.poll(30)

    assert len(house.runs.calls) <= 4


async def test_a_glob_watch_is_judged_again_for_a_workspace_that_came_later(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    await house.poll()
    await house.watching.add(AddWatch("*"), ANA, OTHER)
    house.people.add("U0ANA", "ana", standing=house.people.people["U0GUS"].standing)
    late = house.runs.add_workspace("secret-later")
    house.clock.move(300)

    house.runs.add_run(late, "planned")
    await house.turn()

    assert house.in_channel(OTHER) == []


async def test_where_slack_cannot_say_who_may_read_the_call_comes_later_and_is_not_lost(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    await house.poll()
    await house.watching.add(AddWatch("*"), ANA, DEPLOYS)
    house.clock.move(1)
    house.runs.add_run(house.runs.add_workspace("later"), "planned")
    house.people.fail(ChatUnreachable(), times=2)

    for _ in range(4):
        await house.turn()

    assert kinds(house) == [Kind.CARD]


@pytest.mark.parametrize("status", ["some_new_status", "waiting_for_godot"])
async def test_a_status_that_nobody_knows_is_shown_and_never_acted_on(house: House, status: str) -> None:
    house.runs.add_workspace("storefront-dev")
    started = await house.start("storefront-dev")
    assert started.run_id is not None
    await house.paint()
    house.runs.move(started.run_id, status, allowed=frozenset())

    await house.turn()

    [card] = house.in_channel()
    assert (card.run_picture.run.status_word, card.run_picture.buttons) == (status, ())


async def test_a_run_that_rests_is_not_painted_again_and_again(house: House) -> None:
    """Lists do not bring the creator's name along and reads do; that is no change."""
    workspace = house.runs.add_workspace("storefront-prod")
    await watch(house)
    run = house.runs.add_run(workspace, "planned")
    await house.turn()
    house.runs.put(replace(house.runs.run(run.id), created_by=None))
    await house.turn()
    painted = len(house.chat.calls)

    for _ in range(3):
        await house.turn()

    assert len(house.chat.calls) == painted
    assert house.in_channel()[0].run_picture.run.created_by == "kim"


async def test_a_workspace_that_a_moving_list_skips_is_asked_for_before_it_is_forgotten(house: House) -> None:
    kept = house.runs.add_workspace("kept")
    run = house.runs.add_run(kept, "planned")
    gone = house.runs.add_workspace("temporary")
    await house.poll()
    house.runs.remove_workspace(gone.id)
    whole, house.runs._workspaces = house.runs._workspaces, {}

    async def back() -> None:
        house.runs._workspaces = whole

    house.runs.before["read_workspace"] = back
    await house.poll(400)

    async with house.store.read() as transaction:
        assert [one.name for one in await transaction.workspaces.all()] == ["kept"]
        assert await transaction.runs.get(run.id) is not None


async def test_what_has_not_moved_costs_no_transaction(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        house.runs.add_run(house.runs.add_workspace(f"ws-{number}"))
    await house.poll()
    await house.poller._recipes.all("acme")
    recorded: list[int] = []

    async def record(sightings: list[Sighting], *_: object, **__: object) -> int:
        recorded.append(len(sightings))
        return 0

    monkeypatch.setattr(house.recorder, "record", record)
    await house.poller._recipes.all("acme")
    assert recorded == []
    house.runs.add_run(house.runs.add_workspace("another"), "planned")
    await house.poller._recipes.all("acme")
    assert recorded == [1]


async def test_a_run_that_somebody_asked_for_does_not_end_the_look_for_new_ones_too_early(house: House) -> None:
    house.runs.page_size = 2
    house.runs.add_run(house.runs.add_workspace("first"))
    await house.poll()
    house.clock.move(600)
    runs = [house.runs.add_run(house.runs.add_workspace(f"later-{number}")) for number in range(5)]
    for run in runs:
        house.runs.move(run.id, "errored")
    async with house.store.read() as transaction:
        reached = next(look.watermark for look in await transaction.looks.all() if look.recipe is Recipe.NEW)
    await house.reader.read(runs[3].id)

    await house.poller._recipes.new("acme", reached)

    async with house.store.read() as transaction:
        assert len(await transaction.runs.many([run.id for run in runs])) == 5


@pytest.mark.parametrize("organization", ["acme", "globex"])
async def test_a_run_that_waits_is_called_for_while_a_long_list_is_read(tmp_path: Path, organization: str) -> None:
    async with open_house(tmp_path, organizations=("acme", "globex")) as house:
        house.runs.page_size = 2
        workspaces = [house.runs.add_workspace(f"ws-{number}") for number in range(20)]
        other = house.runs.add_workspace("other", organization="globex")
        house.runs.add_run(workspaces[0])
        await house.poll()
        await house.watching.add(AddWatch("*/*"), ANA, DEPLOYS)
        begun: list[Run] = []
        seen: list[bool] = []

        async def time_passes() -> None:
            house.clock.move(2)
            await asyncio.sleep(0.03)  # a server is no quicker than our own writes
            if len(seen) >= 4 and not begun:
                begun.append(house.runs.add_run(workspaces[5] if organization == "acme" else other, "planned"))
            async with house.store.read() as transaction:
                seen.append(any(one.run.gate for one in await transaction.runs.live()))

        house.runs.calls.clear()
        house.runs.before["list_workspaces"] = time_passes
        await house.poll(400)

    assert not seen[0]
    assert seen.index(True) < len(seen) - 3
