"""What strangers cost Slack's endpoint: forms of 1 MB without a true signature, and bodies that never end. About half a minute."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Table

from tests.benchmarks.acks import signed
from tests.benchmarks.processes import Running, answering, free_port, process

FORMS = 12
HELD = 120
ROUNDS = 3
MEGABYTE = 1 << 20
FORM = b"a=1&" * (MEGABYTE // 4)
BLOCK_MOST = 50.0
MEMORY_MOST = 20.0
CLOSED_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Milliseconds, megabytes, and how many of the bodies held open were closed by the server."""

    block: float
    health: float
    memory: float
    closed: int


async def main() -> None:
    print_finding(await measure())


async def measure() -> Finding:
    """The worst of several rounds. The server is a process of its own, and so its event loop does nothing for the clients."""
    with tempfile.TemporaryDirectory(prefix="runbell-bench-") as name:
        async with server(Path(name)) as running, aiohttp.ClientSession() as session:
            await form(running, session)
            memory, closed = await held(running)  # first: later the heap has room that other requests left
            blocks = [await forms(running, session) for _ in range(ROUNDS)]
    return Finding(max(block for block, _ in blocks), max(health for _, health in blocks), memory, closed)


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[Running]:
    port, health = free_port(), free_port()
    began = time.perf_counter()
    async with process("-m", "tests.benchmarks.unsigned_server", str(port), str(health), folder=folder, environment={}) as started:
        await answering(f"http://127.0.0.1:{health}/readyz", started)
        yield Running(f"http://127.0.0.1:{port}/slack/events", time.perf_counter() - began, started.pid, health=health)


async def forms(running: Running, session: aiohttp.ClientSession) -> tuple[float, float]:
    """Send all forms at once; the longest block of the loop in CPU time, and the slowest answer of `/healthz` meanwhile."""
    await longest_block(running, session)
    sending = asyncio.gather(*(form(running, session) for _ in range(FORMS)))
    slowest = 0.0
    while not sending.done():
        began = time.perf_counter()
        async with session.get(f"http://127.0.0.1:{running.health}/healthz") as answer:
            await answer.read()
        slowest = max(slowest, 1000 * (time.perf_counter() - began))
    if set(await sending) != {401}:
        raise RuntimeError(f"forms without a signature were answered {await sending}")
    return await longest_block(running, session), slowest


async def form(running: Running, session: aiohttp.ClientSession) -> int:
    async with session.post(running.url, data=FORM, headers=signed("another secret", FORM)) as answer:
        return answer.status


async def longest_block(running: Running, session: aiohttp.ClientSession) -> float:
    async with session.get(f"http://127.0.0.1:{running.health}/blocks") as answer:
        return float((await answer.json())["milliseconds"])


async def held(running: Running) -> tuple[float, int]:
    """Send all but the last byte of many bodies; how much memory that costs at most, and how many the server closes."""
    before, most = await running.memory(), 0.0
    holding = [asyncio.ensure_future(one_held(running)) for _ in range(HELD)]
    until = time.monotonic() + CLOSED_WITHIN
    while not all(one.done() for one in holding) and time.monotonic() < until:
        most = max(most, await running.memory() - before)
        await asyncio.sleep(0.02)
    closed = sum(one.done() for one in holding)
    for one in holding:
        one.cancel()
    await asyncio.gather(*holding, return_exceptions=True)
    return most, closed


async def one_held(running: Running) -> None:
    """Ends when the server closes."""
    host, port = running.url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    headers = {"Host": host, "Content-Length": str(MEGABYTE), **signed("another secret", b"")}
    try:
        with suppress(ConnectionError):
            writer.write(
                b"POST /slack/events HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"
            )
            writer.write(FORM[1:])
            while await reader.read(MEGABYTE):
                pass
    finally:
        writer.close()


def print_finding(found: Finding) -> None:
    table = Table(title="Requests that nobody signed", caption=f"forms: the worst of {ROUNDS} rounds", caption_justify="left")
    for heading in ("measured", "Runbell", "goal"):
        table.add_column(heading, justify="left" if heading == "measured" else "right")
    table.add_row(
        f"{FORMS} forms of 1 MB at once: longest block of the event loop", f"{found.block:,.1f} ms", goal(found.block, BLOCK_MOST, "ms")
    )
    table.add_row("the same: slowest answer of /healthz", f"{found.health:,.0f} ms", "")
    table.add_row(f"{HELD} bodies of 1 MB held open: memory", f"{found.memory:,.1f} MB", goal(found.memory, MEMORY_MOST, "MB"))
    table.add_row("the same: closed by the server", f"{found.closed} of {HELD}", "all: " + ("met" if found.closed == HELD else "missed"))
    Console(width=120).print(table)


def goal(value: float, most: float, unit: str) -> str:
    return f"≤ {most:g} {unit}: {'met' if value <= most else 'missed'}"


if __name__ == "__main__":
    asyncio.run(main())
