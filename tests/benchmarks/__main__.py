"""`make bench`: acknowledgement, memory and start time of `runbell serve` next to a bare Bolt app, in under a minute."""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.acks import AT_A_TIME, Caller, calling, p99
from tests.benchmarks.processes import Running, bare_app, runbell, sandbox
from tests.benchmarks.table import Row, print_table

ROUNDS = 9
ACKS = 200
WARM_UP = 50
STARTS = 3
GOAL = 1.25


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="runbell-bench-") as name:
        folder = Path(name)
        async with sandbox(folder) as card, calling(card) as caller:
            rows = [*await measure_acks(card, caller, folder), *await measure_starts(card, folder)]
    note = f"{ROUNDS} interleaved rounds of {ACKS} acks, {STARTS} starts; {os.cpu_count()} CPUs, Python {platform.python_version()}"
    print_table(rows, note)


async def measure_acks(card: Mapping[str, Any], caller: Caller, folder: Path) -> list[Row]:
    async with runbell(card, folder) as ours, bare_app(card, folder) as bare:
        for side in (ours, bare):
            await caller.acks(side.url, WARM_UP)
        fresh = (await ours.memory(), await bare.memory())
        pairs = await rounds(caller, ours, bare)
        used = (await ours.memory(), await bare.memory())
    return [
        Row(f"`/tf runs` acknowledged, {AT_A_TIME} at a time, p99", "ms", *columns(pairs), goal=GOAL),
        Row("memory after the first commands", "MB", *columns([fresh])),
        Row("memory after all commands", "MB", *columns([used])),
    ]


Pairs = list[tuple[float, float]]


async def rounds(caller: Caller, ours: Running, bare: Running) -> Pairs:
    """The p99 of both in each round, in turns, and who is first in turns as well."""
    pairs: Pairs = []
    gc.disable()
    for number in range(ROUNDS):
        sides = (ours, bare) if number % 2 else (bare, ours)
        found = {side.url: p99(await caller.acks(side.url, ACKS)) for side in sides}
        pairs.append((found[ours.url], found[bare.url]))
    gc.enable()
    return pairs


async def measure_starts(card: Mapping[str, Any], folder: Path) -> list[Row]:
    """From the start of the process until it is ready, in turns."""
    found: Pairs = []
    for _ in range(STARTS):
        async with runbell(card, folder) as running:
            ours = running.started_in
        async with bare_app(card, folder) as running:
            bare = running.started_in
        found.append((1000 * ours, 1000 * bare))
    return [Row("start until ready", "ms", *columns(found))]


def columns(pairs: Pairs) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(ours for ours, _ in pairs), tuple(bare for _, bare in pairs)


if __name__ == "__main__":
    asyncio.run(main())
