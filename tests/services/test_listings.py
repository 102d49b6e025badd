"""Lists from our own snapshots, for those who may read what they show; and why a run does not begin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.commands.lists import ListRuns, ListWorkspaces
from bot.core.errors import RightMissing, TerraformUnreachable, UnknownProject, UnknownWorkspace
from bot.core.identities import KnownPerson
from bot.core.listings import Turn
from bot.core.locks import Lock
from bot.core.policy import Grant, Policy, Right
from bot.core.runs import Run
from bot.core.servers import Project
from bot.core.workspaces import Workspace, WorkspaceDetail
from bot.services.listings import SIZE
from tests.services.house import ANA, GUS, KIM, POLICY, RAJ, House, open_house

DEV_ONLY = Policy((Grant(may=frozenset({Right.READ}), workspaces=("*-dev",), members=True),), source="runbell.toml")
SMALL_BUDGET = ("list_workspace_runs", "list_organization_runs")


async def seen_run(house: House, name: str, status: str = "errored", **facts: object) -> Run:
    run = house.runs.add_run(house.runs.add_workspace(name), status, **facts)
    house.clock.move(1)
    return run


async def ids(house: House, wish: ListRuns, turn: Turn = Turn()) -> list[str]:  # noqa: B008 - frozen
    return [row.run.id for row in (await house.listings.runs(wish, KIM, turn)).page.rows]


async def test_workspaces_are_listed_with_their_current_runs_from_what_we_know(house: House) -> None:
    run = await seen_run(house, "storefront-dev")
    house.runs.add_workspace("dns")
    await house.poll()
    house.runs.calls.clear()

    found = await house.listings.workspaces(ListWorkspaces("storefront-*"), KIM)

    assert [(row.workspace.name, row.run and row.run.id) for row in found.rows] == [("storefront-dev", run.id)]
    assert found.rows[0].link == "https://terraform.test/app/acme/workspaces/storefront-dev"
    assert found.looked_at == house.clock.now()
    assert house.runs.calls == []


async def test_workspaces_are_narrowed_by_tag_and_project(house: House) -> None:
    house.runs.add_workspace("dns", tags=frozenset({"prod"}), project_id="prj-web")
    house.runs.add_workspace("shop", tags=frozenset({"production"}), project_id="prj-data")
    for wish in (ListWorkspaces(tag="prod"), ListWorkspaces(project="web"), ListWorkspaces("d*", "prod", "prj-web")):
        assert [row.workspace.name for row in (await house.listings.workspaces(wish, KIM)).rows] == ["dns"]
    with pytest.raises(UnknownProject):
        await house.listings.workspaces(ListWorkspaces(project="nowhere"), KIM)


async def test_a_project_is_meant_in_every_organization_that_has_one_of_that_name(house: House) -> None:
    house.memberships.known += [Project(id="prj-web-too", name="web")]
    house.runs.add_workspace("dns", project_id="prj-web")
    house.runs.add_workspace("shop", project_id="prj-web-too")
    house.runs.add_workspace("other", project_id="prj-data")
    listed = await house.listings.workspaces(ListWorkspaces(project="WEB"), KIM)
    assert [row.workspace.name for row in listed.rows] == ["dns", "shop"]


async def test_a_project_that_two_spellings_may_mean_is_asked_for(house: House) -> None:
    house.memberships.known += [Project(id="prj-large", name="Web")]
    house.runs.add_workspace("dns", project_id="prj-web")
    house.runs.add_workspace("shop", project_id="prj-large")
    for project, names in (("web", ["dns"]), ("Web", ["shop"])):
        listed = await house.listings.workspaces(ListWorkspaces(project=project), KIM)
        assert [row.workspace.name for row in listed.rows] == names
    with pytest.raises(UnknownProject) as refused:
        await house.listings.workspaces(ListWorkspaces(project="WEB"), KIM)
    assert refused.value.near == ("Web", "web")


async def test_runs_of_a_workspace_are_listed_in_any_capitals_and_two_that_fit_are_asked_for(house: House) -> None:
    for name in ("dns", "shop", "SHOP"):
        house.runs.add_run(house.runs.add_workspace(name))
    await house.poll()
    for pattern, full_name in (("DNS", "acme/dns"), ("ACME/Dns", "acme/dns"), ("shop", "acme/shop"), ("acme/SHOP", "acme/SHOP")):
        assert [row.workspace.full_name for row in (await house.listings.runs(ListRuns(pattern), KIM)).page.rows] == [full_name]
    with pytest.raises(UnknownWorkspace) as refused:
        await house.listings.runs(ListRuns("Shop"), KIM)
    assert refused.value.near == ("acme/SHOP", "acme/shop")


async def test_a_list_is_paged_and_says_when_the_server_was_looked_at(house: House) -> None:
    for number in range(SIZE + 2):
        house.runs.add_workspace(f"shop-{number:02}")
    first = await house.listings.workspaces(ListWorkspaces(), KIM)
    assert (len(first.rows), first.earlier, first.looked_at) == (SIZE, None, None)
    assert first.later is not None
    second = await house.listings.workspaces(ListWorkspaces(), KIM, first.later)
    assert [row.workspace.name for row in second.rows] == ["shop-10", "shop-11"]
    assert second.earlier is not None
    assert await house.listings.workspaces(ListWorkspaces(), KIM, second.earlier) == first


async def test_nobody_is_listed_what_they_may_not_read(tmp_path: Path) -> None:
    async with open_house(tmp_path, policy=DEV_ONLY) as house:
        for name in ("storefront-dev", "storefront-prod"):
            await seen_run(house, name)
        await house.poll()
        assert [row.workspace.name for row in (await house.listings.workspaces(ListWorkspaces(), RAJ)).rows] == ["storefront-dev"]
        found = await house.listings.runs(ListRuns("storefront-*"), RAJ)
        assert [row.workspace.name for row in found.page.rows] == ["storefront-dev"]
        with pytest.raises(UnknownWorkspace) as hidden:
            await house.listings.runs(ListRuns("storefront-prod"), RAJ)
        assert (hidden.value.is_hidden, hidden.value.near) == (True, ("storefront-dev",))
        with pytest.raises(UnknownWorkspace) as unknown:
            await house.listings.runs(ListRuns("storefront"), RAJ)
        assert unknown.value.near == ("storefront-dev",)


async def test_a_guest_is_listed_nothing(house: House) -> None:
    await seen_run(house, "storefront-dev")
    for attempt in (
        house.listings.workspaces(ListWorkspaces(), GUS),
        house.listings.runs(ListRuns(), GUS),
        house.listings.queue("storefront-dev", GUS),
    ):
        with pytest.raises(RightMissing, match=r"You may not read in any workspace|acme/storefront-dev"):
            await attempt


async def test_runs_come_newest_first_with_their_links_and_without_a_run_list_of_the_server(house: House) -> None:
    older, newer = await seen_run(house, "storefront-dev"), await seen_run(house, "storefront-prod")
    await house.poll()
    house.runs.calls.clear()

    found = await house.listings.runs(ListRuns("storefront-*"), KIM)

    assert [row.run.id for row in found.page.rows] == [newer.id, older.id]
    assert found.page.rows[1].link == f"https://terraform.test/app/acme/workspaces/storefront-dev/runs/{older.id}"
    assert found.named == ()
    assert house.runs.calls == []


async def test_who_asked_for_a_run_is_told_beside_its_message_and_by_what_we_did_alone(house: House) -> None:
    house.runs.add_workspace("shop")
    started = (await house.start("shop", message="bump it", actor=ANA)).run_id
    ours = (await house.runs.read_run(str(started))).run
    assert "asked for by ana" in ours.message
    forged = house.runs.add_run(await house.runs.read_workspace("acme", "shop"), "pending", message=ours.message)
    for run_id in (str(started), forged.id):
        await house.reader.read(run_id)

    listed = (await house.listings.runs(ListRuns("shop"), KIM)).page.rows
    queued = (await house.listings.queue("shop", KIM)).rows

    for rows in (listed, queued):
        assert {row.run.id: (row.said, row.asked_by) for row in rows} == {started: ("bump it", "U0ANA"), forged.id: ("bump it", "")}


async def test_runs_are_narrowed_by_how_they_stand(house: House) -> None:
    failed, done, live = await seen_run(house, "a"), await seen_run(house, "b", "applied"), await seen_run(house, "c", "planned")
    await house.poll()
    assert await ids(house, ListRuns(failed=True)) == [failed.id]
    assert await ids(house, ListRuns(status="applied")) == [done.id]
    assert await ids(house, ListRuns(status="live")) == [live.id]
    assert await ids(house, ListRuns("c", status="planned")) == [live.id]
    assert await ids(house, ListRuns("c", status="errored")) == []


async def test_ones_own_are_those_started_here_and_those_of_ones_user(tmp_path: Path) -> None:
    policy = replace(POLICY, people=(KnownPerson(slack=("U0KIM",), terraform=frozenset({"Kim-TF"})),))
    async with open_house(tmp_path, policy=policy) as house:
        await seen_run(house, "a", created_by="raj-tf")
        mine = await seen_run(house, "b", created_by="kim-tf")
        await house.poll()
        house.runs.add_workspace("c-dev")
        started = await house.start("c-dev", actor=KIM)
        await house.start("c-dev", actor=ANA)
        assert set(await ids(house, ListRuns(mine=True))) == {mine.id, started.run_id}


async def test_a_workspace_that_never_ran_is_named_with_its_page(house: House) -> None:
    house.runs.add_workspace("fresh")
    found = await house.listings.runs(ListRuns("fresh"), KIM)
    assert found.page.rows == ()
    assert [(one.name, link) for one, link in found.named] == [("fresh", "https://terraform.test/app/acme/workspaces/fresh")]


async def test_a_server_that_cannot_be_read_at_the_very_first_look_is_told(house: House) -> None:
    house.runs.add_workspace("fresh")
    house.runs.fail("list_workspaces", TerraformUnreachable("terraform.test"))
    with pytest.raises(TerraformUnreachable):
        await house.listings.runs(ListRuns(), KIM)


async def queued(house: House) -> tuple[Workspace, list[str]]:
    """A workspace whose current run waits for a decision, with two behind it and a plan-only one."""
    workspace = house.runs.add_workspace("storefront-dev")
    made = [house.runs.add_run(workspace, "planned")]
    for status, facts in (("planning", {"plan_only": True}), ("pending", {}), ("pending", {})):
        house.clock.move(1)
        made.append(house.runs.add_run(workspace, status, **facts))
    await house.poll()
    for one in made:
        await house.reader.read(one.id)
    return workspace, [one.id for one in made]


async def test_a_queue_has_the_run_in_front_first_and_what_waits_for_nobody_last(house: House) -> None:
    _, (front, plan_only, *behind) = await queued(house)
    house.runs.calls.clear()

    found = await house.listings.queue("storefront-dev", KIM)

    assert [row.run.id for row in found.rows] == [front, *behind, plan_only]
    assert found.lock is not None
    assert not found.lock.is_locked
    assert not [call for call in house.runs.calls if call.method in SMALL_BUDGET]
    assert len(house.runs.calls_of("read_run")) == 1


async def test_a_queue_names_who_holds_the_lock(house: House) -> None:
    workspace, _ = await queued(house)
    lock = Lock(workspace_id=workspace.id, is_locked=True, reason="the sale", holder_kind="users", holder_id="user-1", holder_name="ana")
    house.locks.details[workspace.id] = WorkspaceDetail(workspace=workspace, lock=lock)
    assert (await house.listings.queue("storefront-dev", KIM)).lock == lock


async def test_a_queue_is_shown_as_it_was_seen_where_the_server_does_not_answer(house: House) -> None:
    _, made = await queued(house)
    house.runs.fail("read_run", TerraformUnreachable("terraform.test"))
    house.runs.fail("detail", TerraformUnreachable("terraform.test"))
    found = await house.listings.queue("storefront-dev", KIM)
    assert {row.run.id for row in found.rows} == set(made)
    assert found.lock is None


async def test_a_workspace_without_runs_has_an_empty_queue(house: House) -> None:
    house.runs.add_workspace("fresh")
    assert (await house.listings.queue("fresh", KIM)).rows == ()
