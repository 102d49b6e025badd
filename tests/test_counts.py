"""Counts the work for a click on Approve, and for one message update with one new message. CONTRIBUTING.md shows the figures."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.activations import Activation
from bot.slack import ids
from bot.store.database import Database, open_database
from bot.web import listening
from handlers import register
from tests.counting import Counts, counting
from tests.fakes.stores import put_tables
from tests.handlers.desk import Desk, FakePrivately, answering, bolt, services_of
from tests.postgres import bare_postgres_url, empty_tables, postgres_cluster, postgres_database, postgres_url
from tests.services.house import DEPLOYS, POLICY, TestClock, build

__all__ = ["bare_postgres_url", "postgres_cluster", "postgres_database", "postgres_url"]

PLAN = {
    "format_version": "1.2",
    "resource_changes": [{"address": "a.b", "type": "a", "change": {"actions": ["create"]}}],
}
CONTRIBUTING = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (.+?), on (SQLite|PostgreSQL) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
WRITTEN = {(work, kind): tuple(map(int, counts)) for work, kind, *counts in ROW.findall(CONTRIBUTING)}
Work = Callable[[Desk, Database], Awaitable[Counts]]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Desk, Database]]:
    """Open Bolt, our listeners and use cases on the database at a URL, as `open_desk` does."""
    clock = TestClock()
    async with open_database(url, clock=clock) as database:
        house = build(database, clock, ("acme",), POLICY)
        async with database.write() as transaction:
            await transaction.rules.activate(Activation(hash=POLICY.hash, source="", text="", by="a test", activated_at=clock.now()))
        app, private = bolt(), FakePrivately()
        services = services_of(house, private)
        desk = Desk(house, app, register(app, services), private, services)
        async with listening(answering(desk), "127.0.0.1", 0, "PORT") as port:
            desk.response_url = f"http://127.0.0.1:{port}/respond"
            yield desk, database


async def a_click_on_approve(desk: Desk, database: Database) -> Counts:
    """Count from the payload until the run was applied and read again. Its plan was judged when its card was posted."""
    house = desk.house
    workspace = house.runs.add_workspace("storefront-dev")
    await desk.type("watch storefront-dev")
    run = house.runs.add_run(workspace, "planned")
    house.texts.texts[str(run.plan_id)] = json.dumps(PLAN).encode()
    await house.turn()
    card = await desk.card(run.id)
    with counting(database) as counts:
        assert await desk.click(ids.APPROVE, card) == []
    assert len(house.runs.calls_of("act")) == 1
    return counts


async def an_update_and_a_new_message(desk: Desk, database: Database) -> Counts:
    """Count one tick after a run started in the channel got its plan: its card is updated, and a new message asks for a decision."""
    house = desk.house
    house.runs.add_workspace("storefront-dev")
    run_id = str((await house.start("storefront-dev")).run_id)
    await house.paint()
    house.texts.texts[str(house.runs.finish_plan(run_id).plan_id)] = json.dumps(PLAN).encode()
    await house.poll()
    house.chat.calls.clear()
    with counting(database) as counts:
        await house.painter.tick(house.clock.now())
    assert sorted(call for call in house.chat.calls if call[0] in {"post", "update"}) == [
        ("post", DEPLOYS.channel),
        ("update", DEPLOYS.channel),
    ]
    return counts


WORKS: dict[str, Work] = {
    "A click on Approve": a_click_on_approve,
    "One update and one new message": an_update_and_a_new_message,
}


async def counted(work: str, kind: str, *urls: str) -> Counts:
    """Do it once for each URL and return the last counts. The first time fills the caches of the process."""
    counts = Counts()
    for url in urls:
        async with opened(url) as (desk, database):
            counts = await WORKS[work](desk, database)
    print(f"{work}, on {kind}: {counts.row} files: {' '.join(sorted(counts.files))}")  # noqa: T201 - pytest shows it with -rA
    return counts


@pytest.mark.parametrize("work", WORKS)
async def test_counts_on_a_file_match_the_table(work: str, tmp_path: Path) -> None:
    urls = []
    for name in ("warm.db", "counted.db"):
        put_tables(tmp_path / name)
        urls.append(f"sqlite:///{tmp_path / name}")
    counts = await counted(work, "SQLite", *urls)
    assert counts.row == WRITTEN.get((work, "SQLite"))


@pytest.mark.postgres
@pytest.mark.parametrize("work", WORKS)
async def test_counts_on_a_server_match_the_table(work: str, postgres_url: str) -> None:
    await counted(work, "PostgreSQL", postgres_url)
    empty_tables(postgres_url)
    counts = await counted(work, "PostgreSQL", postgres_url)
    assert counts.row == WRITTEN.get((work, "PostgreSQL"))


def test_the_table_has_a_row_for_each_count_and_no_other() -> None:
    assert WRITTEN.keys() == {(work, kind) for work in WORKS for kind in ("SQLite", "PostgreSQL")}
