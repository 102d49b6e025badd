from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.plans import PlanFacts
from bot.core.runs import Action, Commit, Run
from bot.core.stored import KnownRun, StoredRun
from bot.core.workspaces import Workspace
from bot.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NUMBERS = count()


def run(run_id: str = "run-1", status: str = "planning", *, workspace: str = "ws-1", created_at: datetime | None = NOON) -> Run:
    return Run(id=run_id, workspace_id=workspace, status_word=status, created_at=created_at)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def put(database: Database, one: Run, asked_at: datetime) -> bool:
    async with database.write() as transaction:
        return await transaction.runs.put(one, asked_at)


async def status(database: Database, run_id: str = "run-1") -> str:
    async with database.read() as transaction:
        stored = await transaction.runs.get(run_id)
    assert stored is not None
    return stored.run.status_word


async def test_a_run_comes_back_as_it_was_put(database: Database) -> None:
    whole = Run(
        id="run-1",
        workspace_id="ws-1",
        status_word="a status of tomorrow",
        message="“naïve” \x00 \ud800 <!channel> `x`\n" + "ä" * 5000,
        created_at=NOON,
        created_by="user-1",
        has_changes=True,
        auto_apply=True,
        allowed=frozenset({Action.APPLY, Action.DISCARD}),
        permitted=frozenset({Action.APPLY}),
        timestamps={"planned": after(1.000001), "plan-queueable": NOON},
    )
    assert await put(database, whole, after(2))
    async with database.read() as transaction:
        stored = await transaction.runs.get("run-1")
        assert await transaction.runs.get("run-2") is None
    assert stored is not None
    assert (stored.run, stored.asked_at, stored.version) == (whole, after(2), 1)


async def test_a_run_is_found_with_its_workspace_and_its_plan(database: Database) -> None:
    """As one after the other they would be found."""
    shop = Workspace(id="ws-1", name="shop", organization="acme", tags=frozenset({"web"}))
    plan = PlanFacts(plan_id="plan-1", status_word="finished", additions=3, finished_at=NOON)
    async with database.write() as transaction:
        assert await transaction.runs.known("run-1", "ws-1", "plan-1") == KnownRun()
        await transaction.workspaces.put([shop], NOON)
        assert await transaction.runs.known("run-1", "ws-1", None) == KnownRun(workspace=shop)
        await transaction.runs.put(run(), NOON)
        await transaction.plans.put(plan)
        stored = StoredRun(run=run(), asked_at=NOON, version=1)
        assert await transaction.runs.known("run-1", "ws-1", "plan-1") == KnownRun(workspace=shop, stored=stored, plan=plan)
        assert await transaction.runs.known("run-1", "ws-1", "plan-2") == KnownRun(workspace=shop, stored=stored)
        assert await transaction.runs.known("run-1", "ws-2", "plan-1") == KnownRun()


async def test_a_newer_read_takes_the_place_of_an_older_one(database: Database) -> None:
    assert await put(database, run(), after(0))
    assert await put(database, run(status="planned"), after(1))
    async with database.read() as transaction:
        stored = await transaction.runs.get("run-1")
    assert stored is not None
    assert (stored.run.status_word, stored.asked_at, stored.version) == ("planned", after(1), 2)


async def test_an_older_read_is_dropped(database: Database) -> None:
    await put(database, run(status="planned"), after(1))
    assert not await put(database, run(status="planning"), after(0.999999))
    assert await status(database) == "planned"


async def test_a_final_run_never_moves_again(database: Database) -> None:
    await put(database, run(status="applied"), after(1))
    assert not await put(database, run(status="applying"), after(2))
    assert await status(database) == "applied"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(6)), final_at=st.integers(2, 9))
async def test_in_whatever_order_reads_arrive_the_newest_one_stays(database: Database, order: list[int], final_at: int) -> None:
    """Read number n was asked for at second n; from `final_at` on the server says that the run has ended."""
    run_id = f"run-{next(NUMBERS)}"
    for number in order:
        word = "applied" if number >= final_at else f"look {number}"
        await put(database, run(run_id, word), after(number))
    assert await status(database, run_id) == ("applied" if final_at <= max(order) else f"look {max(order)}")


async def test_live_runs_are_those_that_are_not_final_oldest_read_first(database: Database) -> None:
    await put(database, run("run-b"), after(2))
    await put(database, run("run-a"), after(1))
    await put(database, run("run-c", "errored"), after(0))
    async with database.read() as transaction:
        assert [stored.run.id for stored in await transaction.runs.live()] == ["run-a", "run-b"]


async def test_the_newest_run_of_a_workspace_is_the_one_created_last(database: Database) -> None:
    await put(database, run("run-old", created_at=after(0)), after(9))
    await put(database, run("run-new", created_at=after(1)), after(8))
    await put(database, run("run-undated", created_at=None), after(10))
    await put(database, run("run-other", workspace="ws-2"), after(1))
    async with database.read() as transaction:
        newest = await transaction.runs.newest(["ws-1", "ws-2", "ws-3"])
    assert {workspace: stored.run.id for workspace, stored in newest.items()} == {"ws-1": "run-new", "ws-2": "run-other"}


async def test_many_runs_are_read_at_once(database: Database) -> None:
    known = {"run-0", "run-499", "run-500", "run-1199"}
    async with database.write() as transaction:
        for run_id in known:
            await transaction.runs.put(run(run_id), NOON)
    async with database.read() as transaction:
        found = await transaction.runs.many([f"run-{number}" for number in range(1200)])
    assert found.keys() == known


async def test_a_forgotten_run_is_gone(database: Database) -> None:
    await put(database, run(), NOON)
    async with database.write() as transaction:
        await transaction.runs.forget("run-1")
    async with database.read() as transaction:
        assert await transaction.runs.get("run-1") is None


async def test_the_runs_of_a_commit_are_found_by_how_its_sha_begins(database: Database) -> None:
    shas = {"run-1": "4e8f1c2a9b", "run-2": "4e8f1c2b00", "run-3": "4e8fffffff", "run-4": "5000000000"}
    async with database.write() as transaction:
        for seconds, (run_id, sha) in enumerate(shas.items()):
            await transaction.runs.put(replace(run(run_id, created_at=after(seconds)), commit=Commit(sha=sha)), NOON)
        found = await transaction.runs.with_commit("4e8f1c2")
        assert [stored.run.id for stored in found] == ["run-2", "run-1"]
        assert [stored.run.id for stored in await transaction.runs.with_commit("4e8f", most=1)] == ["run-3"]
        assert await transaction.runs.with_commit("4e8f1c2a9b0") == ()


async def test_the_runs_of_a_configuration_version_are_found_in_whichever_workspace(database: Database) -> None:
    async with database.write() as transaction:
        for run_id, workspace, version in (("run-1", "ws-1", "cv-1"), ("run-2", "ws-2", "cv-1"), ("run-3", "ws-2", "cv-2")):
            await transaction.runs.put(replace(run(run_id, workspace=workspace), configuration_version_id=version), NOON)
        assert [stored.run.id for stored in await transaction.runs.of_configuration("cv-1")] == ["run-1", "run-2"]
        assert await transaction.runs.of_configuration("cv-3") == ()


async def test_the_runs_of_a_status_are_found_newest_first(database: Database) -> None:
    async with database.write() as transaction:
        for seconds, (run_id, status) in enumerate((("run-1", "applied"), ("run-2", "applied"), ("run-3", "errored"))):
            await transaction.runs.put(run(run_id, status, created_at=after(seconds)), NOON)
        assert [stored.run.id for stored in await transaction.runs.of_status("ws-1", "applied")] == ["run-2", "run-1"]
        assert await transaction.runs.of_status("ws-2", "applied") == ()


async def test_the_runs_of_a_commit_are_found_by_its_sha(database: Database) -> None:
    commit = Commit(sha="4e8f", author="kim", url="https://github.example/c/4e8f", message="Bump")
    runs = [replace(run(f"run-{number}"), commit=commit) for number in (1, 2)]
    async with database.write() as transaction:
        for one in [*runs, run("run-3")]:
            await transaction.runs.put(one, NOON)
        assert await transaction.runs.of_commit("4e8f") == {"run-1": NOON, "run-2": NOON}
        assert await transaction.runs.of_commit("none") == {}
        stored = await transaction.runs.get("run-1")
    assert stored is not None
    assert stored.run.commit == commit


async def test_a_page_is_written_at_once_and_tells_what_of_it_was(database: Database) -> None:
    await put(database, run("run-1", "applied"), after(0))
    await put(database, run("run-2", "planned"), after(9))
    page = [run("run-1", "planning"), run("run-2", "planning"), run("run-3", "planning"), run("run-3", "planned")]
    async with database.write() as transaction:
        assert await transaction.runs.put_all(page, after(5)) == {"run-3"}
        assert await transaction.runs.put_all([], after(5)) == frozenset()
    assert [await status(database, run_id) for run_id in ("run-1", "run-2", "run-3")] == ["applied", "planned", "planned"]


async def test_runs_that_go_on_are_told_by_organization_and_without_their_snapshots(database: Database) -> None:
    async with database.write() as transaction:
        assert not await transaction.runs.any_live()
        here, there = (Workspace(id=f"ws-{name}", name=name, organization=name) for name in ("acme", "globex"))
        await transaction.workspaces.put([here, there], NOON)
        await transaction.runs.put(run("run-3", workspace="ws-acme"), after(2))
        await transaction.runs.put(run("run-2", workspace="ws-acme"), after(1))
        await transaction.runs.put(run("run-1", "applied", workspace="ws-acme"), after(0))
        await transaction.runs.put(run("run-4", workspace="ws-globex"), after(0))
    async with database.read() as transaction:
        assert await transaction.runs.alive("acme") == (("run-2", after(1)), ("run-3", after(2)))
        assert await transaction.runs.alive("nobody") == ()
        assert await transaction.runs.any_live()
