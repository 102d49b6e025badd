"""Pages of workspaces and runs on both databases: in order, from a row on and back to it, of those that are asked for and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from bot.core.decisions import Deed, Intent, IntentState
from bot.core.listings import FIRST, RunsWanted, Scope, Turn
from bot.core.runs import Action, Run
from bot.core.workspaces import Workspace
from bot.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = ("catalog", "dns", "shop-dev", "shop-prod", "shop_x")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def workspace(name: str, **facts: Any) -> Workspace:
    return Workspace(id=f"ws-acme-{name}", name=name, organization="acme", **facts)


def run(number: int, status: str = "applied", where: str = "ws-acme-dns", **facts: Any) -> Run:
    return Run(id=f"run-{number:03}", workspace_id=where, status_word=status, created_at=after(number), **facts)


def waiting(number: int, planned: float, where: str = "ws-acme-dns") -> Run:
    times = {"planned": after(planned)}
    return run(number, "planned", where, allowed=frozenset({Action.APPLY}), timestamps=times, has_changes=True)


async def put(database: Database, workspaces: Sequence[Workspace], runs: Sequence[Run] = ()) -> None:
    async with database.write() as transaction:
        await transaction.workspaces.put(workspaces, NOON)
        await transaction.runs.put_all(runs, NOON)


async def names(database: Database, scope: Scope = Scope(), turn: Turn = FIRST, most: int = 10) -> list[str]:  # noqa: B008 - frozen
    async with database.read() as transaction:
        return [one.name for one in await transaction.listings.workspaces(scope, turn, most)]


async def numbers(database: Database, wanted: RunsWanted = RunsWanted(), turn: Turn = FIRST, most: int = 10) -> list[int]:  # noqa: B008
    async with database.read() as transaction:
        return [int(one.run.id[4:]) for one in await transaction.listings.runs(wanted, turn, most)]


async def test_workspaces_come_in_the_order_of_their_names_from_one_on_and_back(database: Database) -> None:
    await put(database, [workspace(name) for name in reversed(NAMES[:4])])
    assert await names(database, most=2) == ["catalog", "dns"]
    assert await names(database, turn=Turn("ws-acme-dns")) == ["shop-dev", "shop-prod"]
    assert await names(database, turn=Turn("ws-acme-shop-prod", back=True), most=2) == ["shop-dev", "dns"]
    assert await names(database, turn=Turn("ws-gone")) == list(NAMES[:4])


@pytest.mark.parametrize(
    "scope, found",
    [
        (Scope(pattern="shop-*"), ["shop-dev", "shop-prod"]),
        (Scope(pattern="shop_*"), ["shop_x"]),
        (Scope(pattern="*SHOP_*", any_case=True), ["shop_x"]),
        (Scope(pattern="*hop%*", any_case=True), []),
        (Scope(pattern="ACME/Shop-*", any_case=True), ["shop-dev", "shop-prod"]),
        (Scope(pattern="*ME/D?S", any_case=True), ["dns"]),
        (Scope(pattern="A_ME/dns", any_case=True), []),
        (Scope(pattern="*Shop*", any_case=True, allowed=("*-prod",)), ["shop-prod"]),
        (Scope(pattern="*/shop-dev"), ["shop-dev"]),
        (Scope(pattern="acme/d?s"), ["dns"]),
        (Scope(pattern="globex/*"), []),
        (Scope(pattern="dns"), ["dns"]),
        (Scope(allowed=("*-prod", "dns")), ["dns", "shop-prod"]),
        (Scope(pattern="shop*", allowed=("*-prod", "dns")), ["shop-prod"]),
        (Scope(allowed=()), []),
        (Scope(tag="“käse”"), ["dns"]),
        (Scope(tag="%"), []),
        (Scope(project_ids=("prj-1", "prj-2")), ["catalog"]),
    ],
)
async def test_a_scope_narrows_a_list(database: Database, scope: Scope, found: list[str]) -> None:
    facts: dict[str, dict[str, Any]] = {"dns": {"tags": frozenset({"“käse”", "b"})}, "catalog": {"project_id": "prj-1"}}
    await put(database, [workspace(name, **facts.get(name, {})) for name in NAMES])
    assert await names(database, scope) == found


async def test_a_set_of_letters_lets_pass_at_least_what_it_means(database: Database) -> None:
    await put(database, [workspace(name) for name in NAMES])
    assert {"dns"} <= set(await names(database, Scope(pattern="d[mn]s")))
    assert await names(database, Scope(pattern="d[")) == []


async def test_runs_come_newest_first_from_one_on_and_back_and_the_undated_last(database: Database) -> None:
    await put(
        database, [workspace("dns")], [run(1), run(2), run(3), replace(run(0), created_at=None), replace(run(4), created_at=after(3))]
    )
    assert await numbers(database) == [4, 3, 2, 1, 0]
    assert await numbers(database, turn=Turn("run-003"), most=2) == [2, 1]
    assert await numbers(database, turn=Turn("run-000", back=True), most=2) == [1, 2]
    assert await numbers(database, turn=Turn("run-000")) == []


async def test_runs_are_narrowed_by_status_by_life_and_by_workspace(database: Database) -> None:
    places = [workspace("dns"), workspace("shop-dev")]
    await put(
        database, places, [run(1, "errored"), run(2, "planning"), run(3, "planned", "ws-acme-shop-dev"), run(4, "errored", "ws-gone")]
    )
    assert await numbers(database, RunsWanted(statuses=frozenset({"errored"}))) == [4, 1]
    assert await numbers(database, RunsWanted(live_only=True)) == [3, 2]
    assert await numbers(database, RunsWanted(scope=Scope(pattern="shop-*"))) == [3]
    assert await numbers(database, RunsWanted(scope=Scope(pattern="dns"), live_only=True)) == [2]
    assert await numbers(database, RunsWanted(scope=Scope(allowed=()))) == []


async def test_runs_of_many_workspaces_are_found_too(database: Database) -> None:
    await put(database, [workspace(f"shop-{number}") for number in range(502)], [run(1, where="ws-acme-shop-501"), run(2, where="ws-x")])
    assert await numbers(database, RunsWanted(scope=Scope(pattern="shop-*"))) == [1]


async def test_the_runs_of_somebody_are_those_asked_for_here_and_those_of_their_user(database: Database) -> None:
    await put(database, [workspace("dns")], [run(1), run(2, created_by="Kim"), run(3, created_by="raj"), run(4)])
    async with database.write() as transaction:
        for number, person, deed in ((1, "U0KIM", Deed.CREATE), (4, "U0ANA", Deed.CREATE), (3, "U0KIM", Deed.APPLY)):
            await transaction.intents.add(intent(number, person, deed))
    assert await numbers(database, RunsWanted(of=(frozenset({"U0KIM"}), frozenset({"kim"})))) == [2, 1]
    assert await numbers(database, RunsWanted(of=(frozenset({"U0KIM"}), frozenset()))) == [1]
    assert await numbers(database, RunsWanted(of=(frozenset(), frozenset()))) == []


def intent(number: int, person: str, deed: Deed) -> Intent:
    return Intent(
        id=f"int-{number}",
        deed=deed,
        state=IntentState.SETTLED,
        run_id=f"run-{number:03}",
        workspace_id="ws-acme-dns",
        person=person,
        person_name=person,
        channel="C1",
        created_at=NOON,
        payload=MappingProxyType({}),
    )


async def test_a_creator_once_known_stays_known(database: Database) -> None:
    await put(database, [workspace("dns")], [run(1, "planning", created_by="KIM")])
    async with database.write() as transaction:
        await transaction.runs.put(run(1, "planned"), after(1))
    assert await numbers(database, RunsWanted(of=(frozenset(), frozenset({"kim"})))) == [1]


async def test_what_waits_for_people_comes_longest_waiting_first(database: Database) -> None:
    runs = [waiting(1, 30), waiting(2, 10), run(3, "policy_override", timestamps={"policy-checked": after(20)}), run(4, "planning")]
    await put(
        database, [workspace("dns")], [*runs, replace(waiting(5, 1), has_changes=False), replace(waiting(6, 2), status_word="applied")]
    )
    async with database.read() as transaction:
        pages = [await transaction.listings.waiting(Scope(), turn, 2) for turn in (FIRST, Turn("run-003"), Turn("run-001", back=True))]
        none = await transaction.listings.waiting(Scope(pattern="shop"), FIRST, 2)
    assert [[one.run.id for one in page] for page in pages] == [["run-002", "run-003"], ["run-001"], ["run-003", "run-002"]]
    assert none == ()


async def test_a_run_that_moves_on_waits_no_more(database: Database) -> None:
    await put(database, [workspace("dns")], [waiting(1, 30)])
    async with database.write() as transaction:
        await transaction.runs.put(run(1, "applying"), after(1))
    async with database.read() as transaction:
        assert await transaction.listings.waiting(Scope(), FIRST, 2) == ()
        assert [one.run.id for one in await transaction.listings.live("ws-acme-dns")] == ["run-001"]


async def test_a_workspaces_queue_is_what_has_not_ended_oldest_first(database: Database) -> None:
    await put(database, [], [run(3, "pending"), run(1, "planned"), run(2, "applied"), run(4, "pending", "ws-other")])
    async with database.read() as transaction:
        assert [one.run.id for one in await transaction.listings.live("ws-acme-dns")] == ["run-001", "run-003"]
        assert [one.run.id for one in await transaction.listings.live("ws-acme-dns", 1)] == ["run-001"]
