"""How the Runs API is read, next to `json.loads` alone and to the official SDK: interleaved rounds, each side a process of its own."""

from __future__ import annotations

import asyncio
import json
import tempfile
from asyncio.subprocess import PIPE
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.benchmarks.processes import process

ROUNDS = 3
MOST_SECONDS = 60.0
LONGEST_BLOCK = 5.0
FASTER = 100.0
Figures = dict[str, float]


async def measure() -> tuple[dict[str, list[Figures]], dict[str, list[Figures]]]:
    """What each side showed, round by round: decoding, and a sweep."""
    decoding: dict[str, list[Figures]] = {"ours": [], "json": [], "pytfe": []}
    sweeps: dict[str, list[Figures]] = {"ours": [], "pytfe": []}
    with tempfile.TemporaryDirectory(prefix="runbell-reading-") as name:
        folder = Path(name)
        for _ in range(ROUNDS):
            for side, found in decoding.items():
                found.append(await figures(folder, "decode", side))
        async with process("-m", "tests.benchmarks.pages_server", folder=folder, environment={}, stdout=PIPE) as server:
            if server.stdout is None:
                raise RuntimeError("the server has no output")
            url = (await asyncio.wait_for(server.stdout.readline(), MOST_SECONDS)).decode().strip()
            for number in range(ROUNDS):
                for side in ("ours", "pytfe") if number % 2 else ("pytfe", "ours"):
                    sweeps[side].append(await figures(folder, "sweep", side, url))
    return decoding, sweeps


async def figures(folder: Path, *arguments: str) -> Figures:
    async with process("-m", "tests.benchmarks.reading", *arguments, folder=folder, environment={}, stdout=PIPE) as started:
        if started.stdout is None:
            raise RuntimeError("the process has no output")
        said = await asyncio.wait_for(started.stdout.read(), MOST_SECONDS)
        await started.wait()
        if started.returncode:
            raise RuntimeError(f"{arguments} ended with status {started.returncode}")
    found: Figures = json.loads(said)
    return found


def print_reading(decoding: dict[str, list[Figures]], sweeps: dict[str, list[Figures]]) -> None:
    table = Table(
        title="Reading the Runs API", caption=f"{ROUNDS} interleaved rounds, each side a process of its own", caption_justify="left"
    )
    for heading in ("measured (medians)", "Runbell", "json.loads", "pytfe", "goal"):
        table.add_column(heading, justify="left" if heading.startswith("measured") else "right")
    ours, plain, official = (middle(decoding[side], "ms") for side in ("ours", "json", "pytfe"))
    by_json = f"json × {ours / plain:.2f}, ≤ 1: {verdict(ours <= plain)}"
    by_sdk = f"pytfe ÷ {official / ours:.0f}, ≥ {FASTER:g}: {verdict(official >= FASTER * ours)}"
    goal = f"{by_json}; {by_sdk}"
    table.add_row("100 runs, bytes to objects", f"{ours:.2f} ms", f"{plain:.2f} ms", f"{official:.0f} ms", goal)
    for name, unit in (("requests", ""), ("runs", ""), ("seconds", "s"), ("cpu", "s"), ("memory_mb", "MB")):
        both = [f"{middle(sweeps[side], name):,.2f} {unit}" for side in ("ours", "pytfe")]
        table.add_row(f"10,000 workspaces: {name.removesuffix('_mb')}", both[0], "", both[1], "")
    block = middle(sweeps["ours"], "longest_block_ms")
    table.add_row(
        "10,000 workspaces: longest block of the loop",
        f"{block:.1f} ms",
        "",
        "all of it",
        f"≤ {LONGEST_BLOCK:g} ms: {verdict(block <= LONGEST_BLOCK)}",
    )
    Console(width=140).print(table)


def verdict(is_met: bool) -> str:  # noqa: FBT001 - it reads as a question
    return "met" if is_met else "missed"


def middle(found: list[Figures], name: str) -> float:
    return median(each[name] for each in found)


async def main() -> None:
    print_reading(*await measure())


if __name__ == "__main__":
    asyncio.run(main())
