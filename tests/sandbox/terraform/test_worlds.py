"""Worlds on demand: as many workspaces as asked for, as many live runs, and runs that go on living."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.server import open_runs_api
from bot.sandbox.terraform.statuses import is_final
from tests.sandbox.terraform.calling import SECRET, calling, eventually

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_world_has_its_workspaces_and_live_runs(tmp_path: Path) -> None:
    async with (
        open_runs_api(Clock(), Faults(), SECRET, tmp_path, engine="scripted", samples=(), workspaces=450, live=80) as api,
        calling(api) as caller,
    ):
        store = api.context.store
        assert (len(store.workspaces), len({each.name for each in store.workspaces.values()})) == (450, 450)
        assert sum(not is_final(each.current_run) for each in store.workspaces.values() if each.current_run) == 80
        page = (await caller.get("/api/v2/organizations/acme/workspaces?page[size]=100&page[number]=5&include=current_run")).document
        assert (len(page["data"]), len(page["included"]), page["meta"]["pagination"]["total-count"]) == (50, 50, 450)
        statuses = Counter(each["attributes"]["status"] for each in (await all_live(caller)))
        assert statuses["planned"] == 50
        assert {"planning", "pending"} <= set(statuses)


async def all_live(caller: object) -> list[dict[str, dict[str, object]]]:
    found: list[dict[str, dict[str, object]]] = []
    number: int | None = 1
    while number is not None:
        path = f"/api/v2/organizations/acme/runs?filter[status_group]=non_final&page[size]=100&page[number]={number}"
        answer = await caller.get(path)  # type: ignore[attr-defined]  # a caller
        found += answer.data
        number = answer.document["meta"]["pagination"]["next-page"]
    return found


async def test_a_run_of_such_a_world_can_be_applied_and_the_next_one_follows(tmp_path: Path) -> None:
    async with (
        open_runs_api(Clock(2000), Faults(), SECRET, tmp_path, engine="scripted", samples=(), workspaces=20, live=20) as api,
        calling(api) as caller,
    ):
        api.context.limits.per_second = None
        waiting = next(each for each in api.context.store.workspaces.values() if each.waiting)
        assert waiting.current_run is not None
        await caller.until(waiting.current_run.id, "planned")
        assert (await caller.act(waiting.current_run.id, "apply")).status == 202
        await caller.until(waiting.current_run.id, "applied")

        async def has_moved_on() -> bool:
            return not waiting.waiting and len(waiting.runs) == 2 and waiting.current_run is waiting.runs[1]

        await eventually(has_moved_on)


async def test_what_a_page_shows_changes_with_the_run(tmp_path: Path) -> None:
    async with (
        open_runs_api(Clock(2000), Faults(), SECRET, tmp_path, engine="scripted", samples=(), workspaces=3, live=1) as api,
        calling(api) as caller,
    ):
        path = "/api/v2/organizations/acme/workspaces?include=current_run&filter[current-run][status]=planned"
        before = (await caller.get(path)).document
        (run,) = before["included"]
        assert (run["attributes"]["actions"]["is-confirmable"], before["data"][0]["attributes"]["locked"]) == (True, True)
        await caller.act(run["id"], "discard")
        assert (await caller.get(path)).data == []
        after = (await caller.get(path.replace("planned", "discarded"))).document
        assert run["id"] in {each["id"] for each in after["included"] if each["attributes"]["status"] == "discarded"}
        reader = caller.holding((await caller.control("POST", "tokens", {"access": "read"})).document["token"])
        shown = (await reader.get(path.replace("planned", "discarded"))).document["included"][0]
        assert shown["attributes"]["permissions"]["can-apply"] is False


async def test_made_up_workspaces_need_the_scripted_engine(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="scripted"):
        async with open_runs_api(Clock(), Faults(), SECRET, tmp_path, workspaces=1):
            pass
