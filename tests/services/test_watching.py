from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.commands.watches import AddWatch, RemoveWatch
from bot.core.errors import (
    AlreadyWatched,
    ChatAnswerLost,
    NotInChannel,
    RightMissing,
    SeveralWatches,
    UnknownProject,
    UnknownWatch,
    UnknownWorkspace,
)
from bot.core.policy import Grant, Policy, Right
from bot.core.servers import Project
from bot.core.watches import Measure
from tests.services.house import ANA, DEPLOYS, GUS, KIM, OTHER, POLICY, RAJ, House, open_house


async def test_a_watch_joins_the_channel_and_says_what_it_covers(house: House) -> None:
    for name in ("storefront-dev", "storefront-prod", "dns"):
        house.runs.add_workspace(name)
    await house.poll()

    watched = await house.watching.add(AddWatch("storefront-*", Measure.ALL), RAJ, DEPLOYS)

    assert watched.workspaces == ("acme/storefront-dev", "acme/storefront-prod")
    assert house.chat.joined == ["C0DEPLOYS"]
    [kept] = await house.watching.list(KIM, DEPLOYS)
    assert (kept.pattern, kept.measure, kept.owner) == ("storefront-*", Measure.ALL, "U0RAJ")


async def test_a_glob_is_matched_against_the_server_even_before_it_was_ever_looked_at(house: House) -> None:
    house.runs.add_workspace("storefront-dev")

    watched = await house.watching.add(AddWatch("storefront-*"), RAJ, DEPLOYS)

    assert watched.workspaces == ("acme/storefront-dev",)


async def test_a_watch_on_a_workspace_that_is_not_there_is_refused(house: House) -> None:
    with pytest.raises(UnknownWorkspace):
        await house.watching.add(AddWatch("nothere"), ANA, DEPLOYS)


async def test_a_watch_shows_what_its_owner_may_read_and_says_nothing_of_the_rest(tmp_path: Path) -> None:
    policy = Policy((Grant(may=frozenset({Right.READ}), workspaces=("*-dev",), people=frozenset({"U0RAJ"})),))
    async with open_house(tmp_path, policy=policy) as house:
        known = [house.runs.add_workspace(name) for name in ("storefront-dev", "storefront-prod")]
        await house.poll()

        watched = await house.watching.add(AddWatch("*"), RAJ, DEPLOYS)
        assert (watched.workspaces, watched.watch.is_partial) == (("acme/storefront-dev",), True)
        whole = await house.watching.add(AddWatch("*-dev"), RAJ, DEPLOYS)
        assert not whole.watch.is_partial
        none = await house.watching.add(AddWatch("*-prod"), RAJ, OTHER)
        assert none.workspaces == ()

        runs = [house.runs.add_run(one, "planned") for one in known]
        await house.turn()
        assert {one.run_picture.run.id for one in house.in_channel()} == {runs[0].id}
        assert house.in_channel(OTHER) == []


async def test_guests_may_nothing(house: House) -> None:
    house.runs.add_workspace("dns")
    await house.poll()

    with pytest.raises(RightMissing):
        await house.watching.add(AddWatch("dns"), GUS, DEPLOYS)
    with pytest.raises(RightMissing):
        await house.watching.add(AddWatch("nothing-*"), GUS, DEPLOYS)
    with pytest.raises(RightMissing):
        await house.watching.list(GUS, DEPLOYS)
    with pytest.raises(RightMissing):
        await house.watching.remove(RemoveWatch("dns"), GUS, DEPLOYS)


async def test_a_channel_that_takes_an_invitation_asks_for_one(house: House) -> None:
    house.runs.add_workspace("dns")
    house.chat.private.add(DEPLOYS.channel)

    with pytest.raises(NotInChannel):
        await house.watching.add(AddWatch("dns"), ANA, DEPLOYS)


async def test_a_private_channel_that_we_were_invited_to_is_one_to_post_in(house: House) -> None:
    house.runs.add_workspace("dns")
    house.chat.invited.add(DEPLOYS.channel)
    await house.watching.add(AddWatch("dns"), ANA, DEPLOYS)


async def test_a_channel_of_which_slack_says_nothing_more_is_not_refused(house: House) -> None:
    house.runs.add_workspace("dns")
    house.chat.invited.add(DEPLOYS.channel)
    house.chat.fail("is_open", ChatAnswerLost())
    await house.watching.add(AddWatch("dns"), ANA, DEPLOYS)


async def test_the_same_watch_twice_is_said(house: House) -> None:
    house.runs.add_workspace("dns")
    await house.watching.add(AddWatch("dns"), ANA, DEPLOYS)

    with pytest.raises(AlreadyWatched):
        await house.watching.add(AddWatch("dns"), KIM, DEPLOYS)


async def test_ones_own_watch_ends_in_silence_and_anothers_with_admin_and_aloud(house: House) -> None:
    house.runs.add_workspace("dns")
    await house.watching.add(AddWatch("dns"), RAJ, DEPLOYS)
    assert not (await house.watching.remove(RemoveWatch("dns"), RAJ, DEPLOYS)).of_another
    await house.watching.add(AddWatch("dns"), RAJ, DEPLOYS)

    with pytest.raises(RightMissing):
        await house.watching.remove(RemoveWatch("dns"), KIM, DEPLOYS)
    assert (await house.watching.remove(RemoveWatch("dns"), ANA, DEPLOYS)).of_another
    await house.paint()

    [note] = house.in_channel()
    assert (note.note.mention, "dns" in note.note.text) == ("U0ANA", True)


async def test_a_watch_that_is_not_there_cannot_end(house: House) -> None:
    with pytest.raises(UnknownWatch):
        await house.watching.remove(RemoveWatch("dns"), ANA, DEPLOYS)


async def test_of_several_watches_with_one_glob_the_narrower_ones_are_ended_by_what_narrows_them(house: House) -> None:
    house.runs.add_workspace("shop-prod", tags=frozenset({"prod", "web"}))
    await house.poll()
    for tag in ("prod", "web"):
        await house.watching.add(AddWatch("shop-*", tag=tag), RAJ, DEPLOYS)

    with pytest.raises(SeveralWatches, match=r"shop-\* --tag prod or shop-\* --tag web"):
        await house.watching.remove(RemoveWatch("shop-*"), RAJ, DEPLOYS)
    await house.watching.add(AddWatch("shop-*"), RAJ, DEPLOYS)
    ended = [(await house.watching.remove(RemoveWatch("shop-*", tag), RAJ, DEPLOYS)).watch.title for tag in ("", "prod", "")]

    assert ended == ["shop-*", "shop-* --tag prod", "shop-* --tag web"]
    with pytest.raises(UnknownWatch):
        await house.watching.remove(RemoveWatch("shop-*"), RAJ, DEPLOYS)


async def test_a_project_that_is_not_there_is_refused_with_near_ones(house: House) -> None:
    with pytest.raises(UnknownProject, match="data platform"):
        await house.watching.add(AddWatch("*", project="data plattform"), RAJ, DEPLOYS)


@asynccontextmanager
async def two_organizations(folder: Path, policy: Policy = POLICY) -> AsyncIterator[House]:
    """Each has a project that is called web, with a shop in it, and a workspace besides."""
    async with open_house(folder, organizations=("acme", "globex"), policy=policy) as house:
        house.memberships.elsewhere["globex"] = [Project(id="prj-web-too", name="web")]
        for organization, project in (("acme", "prj-web"), ("globex", "prj-web-too")):
            house.runs.add_workspace("shop", organization, project_id=project)
            house.runs.add_workspace("dns", organization, project_id="prj-other")
        await house.poll()
        yield house


async def test_a_project_is_watched_in_every_organization_that_has_one_of_that_name(tmp_path: Path) -> None:
    async with two_organizations(tmp_path) as house:
        watched = await house.watching.add(AddWatch("*", project="web"), RAJ, DEPLOYS)
        async with house.store.read() as transaction:
            known = await transaction.workspaces.all()
        runs = {one.full_name: house.runs.add_run(one, "planned").id for one in known}
        await house.turn()

    assert watched.workspaces == ("acme/shop", "globex/shop")
    assert {one.run_picture.run.id for one in house.in_channel()} == {runs["acme/shop"], runs["globex/shop"]}
    assert len(runs) == 4


@pytest.mark.parametrize("pattern", ["globex/*", "globex/shop"])
async def test_a_project_is_watched_in_the_organization_that_the_glob_names(tmp_path: Path, pattern: str) -> None:
    readable = Policy((Grant(may=frozenset({Right.READ}), workspaces=("globex/*",), people=frozenset({"U0RAJ"})),))
    async with two_organizations(tmp_path, readable) as house:
        everywhere = await house.watching.add(AddWatch("*", project="web"), RAJ, OTHER)
        assert (everywhere.workspaces, everywhere.watch.is_partial) == (("globex/shop",), True)

        watched = await house.watching.add(AddWatch(pattern, project="web"), RAJ, DEPLOYS)

    assert watched.workspaces == ("globex/shop",)


async def test_plan_only_runs_are_heard_of_where_every_run_is_asked_for(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    await house.poll()
    await house.watching.add(AddWatch("*", Measure.ALL), RAJ, DEPLOYS)
    await house.watching.add(AddWatch("*"), RAJ, OTHER)
    run = house.runs.add_run(workspace, plan_only=True)

    await house.turn()

    assert [one.run_picture.run.id for one in house.in_channel()] == [run.id]
    assert house.in_channel(OTHER) == []
