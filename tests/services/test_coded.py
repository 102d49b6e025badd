"""Watches that stand in a file, and the channel that is called where nobody watches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.commands.watches import AddWatch, RemoveWatch
from bot.core.errors import AlreadyWatched, NotVisible, TerraformUnreachable, UnknownProject, WatchIsCode
from bot.core.messages import Kind
from bot.core.servers import Project
from bot.core.watches import Measure, Watch
from bot.services.coded import CodedWatches
from bot.services.projects import Projects
from tests.fakes.memberships import FakeMemberships
from tests.services.house import ANA, DEPLOYS, OTHER, RAJ, House, open_house

CODED = Watch(channel=DEPLOYS.channel, pattern="storefront-*", measure=Measure.ALL, source="runbell.toml")


def coded(house: House, *watches: Watch, memberships: FakeMemberships | None = None) -> CodedWatches:
    projects = Projects(memberships, ("acme",)) if memberships else house.projects
    return CodedWatches(watches, house.store, projects, house.recorder, house.clock)


async def kept(house: House) -> list[Watch]:
    async with house.store.read() as transaction:
        return [replace(watch, created_at=None) for watch in await transaction.watches.all()]


async def test_what_the_file_says_is_watched_and_what_it_no_longer_says_is_not(house: House) -> None:
    other = replace(CODED, pattern="dns")
    await coded(house, CODED, other).tick(house.clock.now())
    assert await kept(house) == [CODED, other]

    changed = replace(CODED, measure=Measure.FAILURES, mentions=True)
    await coded(house, changed).tick(house.clock.now())

    assert await kept(house) == [changed]


async def test_runs_that_wait_already_are_announced(house: House) -> None:
    house.runs.add_run(house.runs.add_workspace("storefront-prod"), "planned")
    await house.turn()

    await coded(house, CODED).tick(house.clock.now())
    await house.paint()

    [card] = house.in_channel()
    assert card.run_picture.buttons


async def test_those_made_by_hand_stay_and_may_say_the_same(house: House) -> None:
    house.runs.add_workspace("storefront-prod")
    await house.watching.add(AddWatch("storefront-*"), RAJ, DEPLOYS)
    watches = coded(house, CODED)
    await watches.tick(house.clock.now())
    await watches.tick(house.clock.now())
    assert [watch.source for watch in await kept(house)] == ["", "runbell.toml"]

    assert (await house.watching.remove(RemoveWatch("storefront-*"), RAJ, DEPLOYS)).watch.owner == RAJ.id

    assert [watch.source for watch in await house.watching.list(RAJ, DEPLOYS)] == ["runbell.toml"]


async def test_one_that_stands_in_a_file_cannot_be_ended_or_made_again_by_hand(house: House) -> None:
    house.runs.add_workspace("storefront-prod")
    await coded(house, CODED).tick(house.clock.now())
    with pytest.raises(WatchIsCode, match=r"stands in runbell\.toml"):
        await house.watching.remove(RemoveWatch("storefront-*"), ANA, DEPLOYS)
    with pytest.raises(AlreadyWatched):
        await house.watching.add(AddWatch("storefront-*"), ANA, DEPLOYS)


async def test_a_pause_outlives_a_restart(house: House) -> None:
    await coded(house, CODED).tick(house.clock.now())
    await house.closures.closed(DEPLOYS.channel, "is_archived")
    await coded(house, replace(CODED, mentions=True)).tick(house.clock.now())
    [watch] = await kept(house)
    assert (watch.mentions, watch.paused_why) == (True, "it is archived")


async def test_a_project_is_found_by_its_name_on_whichever_page(house: House) -> None:
    found = [await house.projects.ids_of(word) for word in ("web", "prj-web", "Data Platform", "")]
    assert found == [("prj-web",), ("prj-web",), ("prj-data",), ()]
    with pytest.raises(UnknownProject, match="Did you mean web"):
        await house.projects.ids_of("wep")


async def test_a_project_that_cannot_be_read_now_is_asked_for_again(house: House) -> None:
    memberships = FakeMemberships({"prj-web": "web"})
    memberships.fail(TerraformUnreachable("terraform.test"))
    house.runs.add_run(house.runs.add_workspace("storefront-prod", project_id="prj-web"), "planned")
    await house.turn()
    watches = coded(house, replace(CODED, project="web"), memberships=memberships)
    await watches.tick(house.clock.now())
    await house.paint()
    assert house.in_channel() == []

    await watches.tick(house.clock.now())
    await house.paint()

    assert [watch.project_ids for watch in await kept(house)] == [("prj-web",)]
    assert len(house.in_channel()) == 1


async def test_a_server_without_projects_has_none_to_be_named() -> None:
    memberships = FakeMemberships({"prj-web": "web"})
    memberships.fail(NotVisible("The projects of acme"))
    with pytest.raises(UnknownProject):
        await Projects(memberships, ("acme",)).ids_of("web")


async def test_a_project_that_cannot_be_read_at_a_restart_keeps_the_ids_it_had(house: House) -> None:
    memberships = FakeMemberships({"prj-web": "web"})
    await coded(house, replace(CODED, project="web"), memberships=memberships).tick(house.clock.now())
    memberships.fail(TerraformUnreachable("terraform.test"))
    await coded(house, replace(CODED, project="web"), memberships=memberships).tick(house.clock.now())
    assert [watch.project_ids for watch in await kept(house)] == [("prj-web",)]


async def test_a_project_of_one_name_is_watched_in_each_organization_as_soon_as_it_is_known_there(tmp_path: Path) -> None:
    async with open_house(tmp_path, organizations=("acme", "globex")) as house:
        for ids in (("prj-web",), ("prj-web", "prj-web-too")):
            house.memberships.elsewhere["globex"] = [Project(id=one, name="web") for one in ids[1:]]
            await coded(house, replace(CODED, project="web")).tick(house.clock.now())
            assert [watch.project_ids for watch in await kept(house)] == [ids]


async def test_a_watch_is_narrowed_by_tag_and_project(house: House) -> None:
    tagged = house.runs.add_workspace("storefront-a", tags=frozenset({"prod"}), project_id="prj-web")
    other = house.runs.add_workspace("storefront-b", tags=frozenset({"dev"}), project_id="prj-web")
    await house.poll()
    watched = await house.watching.add(AddWatch("storefront-*", Measure.ALL, tag="prod", project="web"), RAJ, DEPLOYS)
    assert watched.workspaces == ("acme/storefront-a",)
    runs = [house.runs.add_run(workspace) for workspace in (tagged, other)]

    await house.turn()

    assert [one.run_picture.run.id for one in house.in_channel()] == [runs[0].id]


async def test_a_run_that_nobody_watches_calls_the_fallback_channel_and_goes_on_there(tmp_path: Path) -> None:
    async with open_house(tmp_path, fallback=OTHER.channel) as house:
        run = house.runs.add_run(house.runs.add_workspace("orphan"))
        await house.turn()
        assert house.in_channel(OTHER) == []
        house.runs.finish_plan(run.id)
        await house.turn()
        await house.turn()
        house.runs.move(run.id, "errored")
        await house.turn()

        assert [one.run_picture.kind for one in house.in_channel(OTHER)] == [Kind.CARD, Kind.END]


async def test_where_a_channel_is_called_the_fallback_hears_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path, fallback=OTHER.channel) as house:
        workspace = house.runs.add_workspace("storefront-prod")
        await house.poll()
        await house.watching.add(AddWatch("storefront-*"), ANA, DEPLOYS)
        house.runs.add_run(workspace, "planned")

        await house.turn()
        await house.turn()

        assert house.in_channel(OTHER) == []
        assert len(house.in_channel(DEPLOYS)) == 1


async def test_a_fallback_that_watches_for_failures_itself_is_called_too(tmp_path: Path) -> None:
    async with open_house(tmp_path, fallback=OTHER.channel) as house:
        workspace = house.runs.add_workspace("storefront-prod")
        await house.poll()
        await house.watching.add(AddWatch("*", Measure.FAILURES), ANA, OTHER)
        house.runs.add_run(workspace, "planned")

        await house.turn()

        assert [one.run_picture.kind for one in house.in_channel(OTHER)] == [Kind.CARD]
