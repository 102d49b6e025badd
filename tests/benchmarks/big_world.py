"""Ten thousand workspaces with five hundred live runs, limits on: what looking costs, and how soon people are called."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.table import Table

from tests.benchmarks.acks import Caller, calling, p99
from tests.benchmarks.processes import ROOT, Running, bare_app, runbell, sandbox

WORKSPACES, LIVE = 10_000, 500
BUDGETS = {"general": 1800, "run_lists": 30}
"""Requests a minute that the API grants a user (Runs API, "Rate limiting")."""
WATCHED, RUNS = "search-*", 20
WATCH_FOR = 20.0
APART = 1.5
"""Seconds between two runs: Slack takes one message a second in a channel, and a queue before that limit would be measured otherwise."""
RUN_ID = re.compile(r"run-[A-Za-z0-9]{16}")
ACK_ROUNDS, ACKS = 3, 60
SECRET = "a-secret-of-the-benchmark-alone"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was measured, the value, and the most that it should be, None where there is no goal."""

    what: str
    value: float
    unit: str
    goal: float | None = None

    @property
    def verdict(self) -> str:
        return "" if self.goal is None else f"≤ {self.goal:g}: {'met' if self.value <= self.goal else 'missed'}"


@dataclass(slots=True)
class Witness:
    """Hears of runs from the server itself: when each began to wait, by the clock of this machine."""

    url: str = ""
    waits: dict[str, float] = field(default_factory=dict)

    async def hear(self, request: web.Request) -> web.Response:
        now = time.time()
        document = await request.json()
        if any(one.get("trigger") == "run:needs_attention" for one in document.get("notifications", ())):
            self.waits.setdefault(document["run_id"], now)
        return web.Response()


@asynccontextmanager
async def witnessing() -> AsyncIterator[Witness]:
    witness, app = Witness(), web.Application()
    app.router.add_post("/", witness.hear)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        witness.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        yield witness
    finally:
        await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Outside:
    """A person of the Terraform side, whose requests cost none of the bot's budget."""

    session: aiohttp.ClientSession
    card: Mapping[str, Any]

    async def ask(self, method: str, path: str, document: Any = None) -> Any:
        terraform = self.card["terraform"]
        headers = {"Authorization": f"Bearer {terraform['user_token']}", "Content-Type": "application/vnd.api+json"}
        url = f"{terraform['address']}/api/v2/{path}"
        async with self.session.request(method, url, json=document, headers=headers) as answer:
            if answer.status >= 400:
                raise RuntimeError(f"{path}: {answer.status} {await answer.text()}")
            return (await answer.json())["data"]

    async def subscribe(self, url: str, secret: str) -> None:
        project = (await self.ask("GET", f"organizations/{self.card['terraform']['organization']}/projects"))[0]["id"]
        attributes = {"destination-type": "generic", "enabled": True, "name": "bench", "url": url, "token": secret}
        attributes["triggers"] = ["run:needs_attention"]
        document = {"data": {"type": "notification-configurations", "attributes": attributes}}
        await self.ask("POST", f"projects/{project}/notification-configurations", document)

    async def idle_workspaces(self) -> list[tuple[str, str]]:
        """Ids and names of watched workspaces whose current run is over."""
        query = "search%5Bwildcard-name%5D=search-*&page%5Bsize%5D=100&include=current_run"
        found = await self.ask("GET", f"organizations/{self.card['terraform']['organization']}/workspaces?{query}")
        return [(one["id"], one["attributes"]["name"]) for one in found if not one["attributes"]["locked"]]

    async def start(self, workspace: str, name: str) -> None:
        """A run from elsewhere, whose plan takes two seconds."""
        url, headers = f"{self.card['terraform']['address']}/_control/scripts/{name}", {"X-Sandbox-Secret": self.card["secret"]}
        async with self.session.post(url, json={"plan_seconds": 2.0}, headers=headers) as answer:
            answer.raise_for_status()
        relationships = {"workspace": {"data": {"type": "workspaces", "id": workspace}}}
        await self.ask("POST", "runs", {"data": {"type": "runs", "attributes": {"message": "bench"}, "relationships": relationships}})

    async def called_at(self) -> dict[str, float]:
        """When each run's card was posted, by its run's id: where a watch is for decisions, that is the call."""
        slack = self.card["slack"]
        url = slack["api"].replace("/api/", "/_person/messages")
        query = {"as": slack["people"][0]["id"], "channel": slack["channels"][0]["id"]}
        async with self.session.get(url, params=query, headers={"X-Sandbox-Secret": self.card["secret"]}) as answer:
            messages = (await answer.json())["messages"]
        found: dict[str, float] = {}
        for message in messages:
            if run := RUN_ID.search(json.dumps(message)):
                found.setdefault(run.group(), float(message["ts"]))
        return found


async def measure() -> list[Finding]:
    with tempfile.TemporaryDirectory(prefix="runbell-bench-") as name:
        folder = Path(name)
        options = ("--workspaces", str(WORKSPACES), "--live", str(LIVE))
        async with sandbox(folder, *options) as card, calling(card) as caller, witnessing() as witness:
            outside = Outside(caller.session, card)
            await outside.subscribe(witness.url, "")
            found = await measure_sweeps(card, folder)
            found += await measure_bot(card, caller, outside, witness, folder)
    return found


async def measure_sweeps(card: Mapping[str, Any], folder: Path) -> list[Finding]:
    path = folder / "card.json"
    path.write_text(json.dumps(card), encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.sweep", str(path), stdout=PIPE, env=environment, cwd=folder
    )
    said, _ = await child.communicate()
    first, *warm = json.loads(said)
    return [
        Finding("a sweep of 100 pages: CPU", median(one["cpu_seconds"] for one in warm), "s", 0.5),
        Finding("the same: longest block of the event loop", median(one["longest_block_ms"] for one in warm), "ms", 5),
        Finding("the same: duration, at half of the budget", median(one["seconds"] for one in warm), "s"),
        Finding("the first sweep, which writes everything: CPU", first["cpu_seconds"], "s"),
        Finding("the first sweep: longest block", first["longest_block_ms"], "ms"),
        Finding("a poller with one request a workspace, same limits: a sweep, computed", WORKSPACES / BUDGETS["run_lists"], "min"),
    ]


async def measure_bot(card: Mapping[str, Any], caller: Caller, outside: Outside, witness: Witness, folder: Path) -> list[Finding]:
    async with runbell(card, folder, TFE_NOTIFICATION_TOKEN=SECRET) as ours, bare_app(card, folder) as bare:
        await swept(ours)
        await caller.ack(ours.url, f"watch {WATCHED}")
        await asyncio.sleep(8)
        found = await measure_requests(caller, ours)
        ratio, kept = await measure_acks(caller, ours, bare)
        found.append(Finding("commands acknowledged during a sweep, p99, next to a bare Bolt app", ratio, "×", 1.25))
        found.append(Finding("the same, median of rounds", kept, "ms"))
        polled = await measure_calls(outside, witness)
        found += calls_found("looking alone", polled, 6.0)
        await outside.subscribe(ours.url.replace("/slack/events", "/tfe/notifications"), SECRET)
        found += calls_found("with webhooks", await measure_calls(outside, witness), 0.3)
        found.append(Finding("memory after all of it", await ours.memory(), "MB", 150))
    return found


async def swept(ours: Running) -> None:
    """Until the first sweep is over, which is when all workspaces are known."""
    async with asyncio.timeout(90):
        while await asyncio.to_thread(rows, ours.database) < WORKSPACES:
            await asyncio.sleep(0.5)
    await asyncio.sleep(3)


def rows(database: Path) -> int:
    with sqlite3.connect(database, timeout=10) as connection:
        return int(connection.execute("SELECT count(*) FROM workspaces").fetchone()[0])


def make_due(database: Path) -> None:
    """Have the bot sweep at its next tick."""
    with sqlite3.connect(database, timeout=10) as connection:
        connection.execute("UPDATE looks SET next_at = NULL WHERE recipe = 'all'")
    connection.close()


async def measure_requests(caller: Caller, ours: Running) -> list[Finding]:
    before, began = await requests_of(caller, ours), time.monotonic()
    await asyncio.sleep(WATCH_FOR)
    after, minutes = await requests_of(caller, ours), (time.monotonic() - began) / 60
    found = []
    for budget, most in BUDGETS.items():
        rate = (after.get(budget, 0) - before.get(budget, 0)) / minutes
        found.append(Finding(f"polling, of the budget “{budget}”", rate, "requests/min"))
        found.append(Finding("its share", 100 * rate / most, "%", 50))
    return found


async def requests_of(caller: Caller, ours: Running) -> dict[str, float]:
    async with caller.session.get(f"http://127.0.0.1:{ours.health}/metrics") as answer:
        text = await answer.text()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    samples = families["runbell_terraform_requests"].samples
    return {one.labels["budget"]: one.value for one in samples if one.name.endswith("_total") and one.labels["who"] == "polling"}


async def measure_acks(caller: Caller, ours: Running, bare: Running) -> tuple[float, float]:
    """The median ratio of p99, and ours in ms. The bot sweeps in either case, so that the machine is as busy for both."""
    pairs: list[tuple[float, float]] = []
    for number in range(ACK_ROUNDS):
        found: dict[str, float] = {}
        for side in (ours, bare) if number % 2 else (bare, ours):
            await asyncio.to_thread(make_due, ours.database)
            await asyncio.sleep(1.5)
            found[side.url] = p99(await caller.acks(side.url, ACKS))
            await asyncio.sleep(8)
        pairs.append((found[ours.url], found[bare.url]))
    return median(one / other for one, other in pairs), median(one for one, _ in pairs)


async def measure_calls(outside: Outside, witness: Witness) -> list[float]:
    """Seconds from the moment a run begins to wait on the server to its call in the channel, run by run."""
    known = set(await outside.called_at())
    witness.waits.clear()
    idle = await outside.idle_workspaces()
    for workspace, name in idle[:RUNS]:
        await outside.start(workspace, name)
        await asyncio.sleep(APART)
    async with asyncio.timeout(60):
        while True:
            called = {run_id: at for run_id, at in (await outside.called_at()).items() if run_id not in known}
            if len(witness.waits.keys() & called.keys()) >= RUNS:
                return [called[run_id] - at for run_id, at in witness.waits.items() if run_id in called]
            await asyncio.sleep(0.5)


def calls_found(how: str, seconds: list[float], goal: float) -> list[Finding]:
    ordered = sorted(seconds)
    p95 = ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]
    return [
        Finding(f"from waiting to the call in the channel, {how}: p50 of {len(ordered)}", median(ordered), "s"),
        Finding(f"the same, {how}: p95", p95, "s", goal),
    ]


def print_findings(findings: list[Finding]) -> None:
    table = Table(title=f"{WORKSPACES:,} workspaces, {LIVE} live runs, limits on", caption_justify="left")
    for heading in ("measured", "value", "goal"):
        table.add_column(heading, justify="left" if heading == "measured" else "right")
    for one in findings:
        table.add_row(one.what, f"{one.value:,.2f} {one.unit}", one.verdict)
    Console(width=120).print(table)


if __name__ == "__main__":
    print_findings(asyncio.run(measure()))
