"""`make bench`: `runbell serve` beside a bare Bolt app, the sandbox, unsigned requests, reading the Runs API, and 10,000 workspaces."""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks import big_world, clicks, reviewing, runs_api, slack_server, unsigned, verdicts
from tests.benchmarks.acks import AT_A_TIME, Caller, calling, p99
from tests.benchmarks.processes import Running, bare_app, runbell, sandbox
from tests.benchmarks.rates import print_rates
from tests.benchmarks.table import Row, print_table

ROUNDS = 5
ACKS = 200
WARM_UP = 20
SETTLE = 1.0
GOAL = 1.25


@dataclass(frozen=True, slots=True)
class Side:
    """What one process showed in one round: milliseconds, MB, milliseconds."""

    ack: float
    memory: float
    start: float


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="runbell-bench-") as name:
        folder = Path(name)
        async with sandbox(folder) as card, calling(card) as caller:
            rounds = [await one_round(card, caller, folder, ours_first=bool(number % 2)) for number in range(ROUNDS)]
    ours, bare = zip(*rounds, strict=True)
    rows = [
        Row(f"`/tf runs` acknowledged, {AT_A_TIME} at a time, p99", "ms", column("ack", ours), column("ack", bare), goal=GOAL),
        Row("memory after these commands", "MB", column("memory", ours), column("memory", bare)),
        Row("start until ready", "ms", column("start", ours), column("start", bare)),
    ]
    print_table(rows, f"{ROUNDS} rounds of {ACKS} acks, each with new processes; {os.cpu_count()} CPUs, Python {platform.python_version()}")
    verdicts.print_timings(verdicts.measure())
    timings, size = await reviewing.measure()
    reviewing.print_timings([*timings, await clicks.measure()], size)
    print_rates(await slack_server.measure(), f"{slack_server.ROUNDS} rounds, {slack_server.AT_A_TIME} at a time")
    unsigned.print_finding(await unsigned.measure())
    runs_api.print_reading(*await runs_api.measure())
    big_world.print_findings(await big_world.measure())


async def one_round(card: Mapping[str, Any], caller: Caller, folder: Path, *, ours_first: bool) -> tuple[Side, Side]:
    """Both started anew, ours and the bare app. Whoever is measured is alone at work: what an ack leaves to do ends before the next."""
    async with runbell(card, folder) as ours, bare_app(card, folder) as bare:
        found: dict[str, float] = {}
        for running in (ours, bare) if ours_first else (bare, ours):
            found[running.url] = await ack_of(caller, running)
        return await side(ours, found[ours.url]), await side(bare, found[bare.url])


async def ack_of(caller: Caller, running: Running) -> float:
    await caller.acks(running.url, WARM_UP)
    await asyncio.sleep(SETTLE)
    gc.disable()
    took = await caller.acks(running.url, ACKS)
    gc.enable()
    await asyncio.sleep(SETTLE)
    return p99(took)


async def side(running: Running, ack: float) -> Side:
    return Side(ack, await running.memory(), 1000 * running.started_in)


def column(name: str, sides: Iterable[Side]) -> tuple[float, ...]:
    return tuple(getattr(one, name) for one in sides)


if __name__ == "__main__":
    asyncio.run(main())
