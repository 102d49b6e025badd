"""What the use cases may rely on, whatever stands behind the port Runs: who it is, and lists."""

from __future__ import annotations

import pytest

from bot.core.errors import NotVisible
from bot.core.readings import RunQuery
from bot.core.runs import Action
from tests.contracts.benches import DNS, DOCS, NAMES, ORGANIZATION, SHOP, SLOW, Bench
from tests.contracts.test_runs import LEAST, OLDEST, start

NOWHERE = "nowhere"


async def test_the_account_is_a_team(bench: Bench) -> None:
    account = await bench.runs.account()
    assert account.kind == "teams"
    assert account.name


async def test_an_organization_is_told_by_its_own_name(bench: Bench) -> None:
    assert await bench.runs.organization(ORGANIZATION) == ORGANIZATION
    with pytest.raises(NotVisible, match=NOWHERE):
        await bench.runs.organization(NOWHERE)


async def test_a_workspace_is_read_by_its_name(bench: Bench) -> None:
    workspace = await bench.runs.read_workspace(ORGANIZATION, DOCS)
    assert workspace.full_name == f"{ORGANIZATION}/{DOCS}"
    assert workspace.auto_apply
    with pytest.raises(NotVisible, match="acme/nowhere"):
        await bench.runs.read_workspace(ORGANIZATION, NOWHERE)


async def test_workspaces_are_listed_with_their_current_runs(bench: Bench) -> None:
    created = await start(bench, SLOW)
    page = await bench.runs.list_workspaces(ORGANIZATION)
    assert page.next_page is None
    assert sorted(workspace.name for workspace, _ in page.rows) == sorted(NAMES)
    assert {workspace.name: workspace.current_run_id for workspace, _ in page.rows}[SLOW] == created.id
    current = {workspace.name: run for workspace, run in page.rows}
    assert current[SHOP] is None
    live = current[SLOW]
    if bench.flavour == LEAST:
        assert live is None
        return
    assert live is not None
    assert live.id == created.id
    assert live.may(Action.CANCEL)


async def test_only_workspaces_with_a_live_run_are_listed_when_asked_so(bench: Bench) -> None:
    await bench.rest((await start(bench, DNS)).id)
    await start(bench, SLOW)
    resting = await start(bench, SHOP)
    await bench.rest(resting.id)
    page = await bench.runs.list_workspaces(ORGANIZATION, live_only=True)
    assert sorted(workspace.name for workspace, _ in page.rows) == ([SHOP, SLOW] if bench.flavour == "hcp" else sorted(NAMES))


async def test_workspaces_come_by_the_creation_of_their_current_runs_when_asked_so(bench: Bench) -> None:
    for name in (SLOW, DOCS, SHOP):
        await start(bench, name)
    page = await bench.runs.list_workspaces(ORGANIZATION, newest_first=True)
    names = [workspace.name for workspace, _ in page.rows]
    if bench.flavour == "hcp":
        assert names[:3] == [SHOP, DOCS, SLOW]
    assert sorted(names) == sorted(NAMES)


async def test_an_organizations_runs_are_listed_newest_first_plan_only_ones_as_well(bench: Bench) -> None:
    first = await start(bench, SHOP)
    second = await start(bench, SHOP, plan_only=True)
    third = await start(bench, SLOW)
    if bench.flavour != "hcp":
        with pytest.raises(NotVisible):
            await bench.runs.list_organization_runs(ORGANIZATION)
        return
    page = await bench.runs.list_organization_runs(ORGANIZATION)
    assert [run.id for run in page.runs] == [third.id, second.id, first.id]
    assert {workspace.name for workspace in page.workspaces} == {SHOP, SLOW}
    assert page.next_page is None


async def test_only_runs_that_go_on_are_listed_when_asked_so(bench: Bench) -> None:
    await bench.rest((await start(bench, DNS)).id)
    live = await start(bench, SLOW)
    if bench.flavour != "hcp":
        with pytest.raises(NotVisible):
            await bench.runs.list_organization_runs(ORGANIZATION, live_only=True)
        return
    page = await bench.runs.list_organization_runs(ORGANIZATION, live_only=True)
    assert [run.id for run in page.runs] == [live.id]


async def test_a_plan_only_run_is_in_its_workspaces_list_and_never_its_current_run(bench: Bench) -> None:
    created = await start(bench, SHOP, plan_only=True)
    workspace = await bench.runs.read_workspace(ORGANIZATION, SHOP)
    assert workspace.current_run_id is None
    assert [run.id for run in (await bench.runs.list_workspace_runs(workspace.id)).runs] == [created.id]


async def test_a_workspaces_runs_are_listed_page_by_page(bench: Bench) -> None:
    older, newer = await start(bench, SLOW), await start(bench, SLOW)
    first = await bench.runs.list_workspace_runs(older.workspace_id, size=1)
    if first.next_page is None:
        assert bench.flavour == OLDEST
        assert [run.id for run in first.runs] == [newer.id, older.id]
        return
    assert [run.id for run in first.runs] == [newer.id]
    assert first.next_page == 2
    second = await bench.runs.list_workspace_runs(older.workspace_id, page=2, size=1)
    assert [run.id for run in second.runs] == [older.id]
    assert second.next_page in {None, 3}
    third = await bench.runs.list_workspace_runs(older.workspace_id, page=3, size=1)
    assert (third.runs, third.next_page) == ((), None)


async def test_a_workspaces_runs_are_narrowed_to_a_status_where_the_server_knows_how(bench: Bench) -> None:
    resting = await bench.rest((await start(bench, DNS)).id)
    applied = await bench.runs.list_workspace_runs(resting.workspace_id, query=RunQuery(statuses=("applied",)))
    asked = await bench.runs.list_workspace_runs(resting.workspace_id, query=RunQuery(statuses=(resting.status_word,)))
    assert resting.id in {run.id for run in asked.runs}
    assert (resting.id in {run.id for run in applied.runs}) == (bench.flavour != "hcp")


async def test_lists_of_what_does_not_exist_are_not_visible(bench: Bench) -> None:
    with pytest.raises(NotVisible):
        await bench.runs.list_workspaces(NOWHERE)
    with pytest.raises(NotVisible):
        await bench.runs.list_organization_runs(NOWHERE)
    with pytest.raises(NotVisible):
        await bench.runs.list_workspace_runs("ws-doesnotexist00001")
