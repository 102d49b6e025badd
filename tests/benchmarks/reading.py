"""Reading the Runs API, in a process of its own: `decode ours|json|pytfe`, or `sweep ours|pytfe URL`. Prints one JSON object.

A sweep asks for 100 pages of 100 workspaces with their current runs. The official SDK passes over what comes beside the workspaces, so it
knows the runs by their ids alone.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from asyncio.events import Handle
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.documents import run_page

REPEATS = {"ours": 60, "json": 60, "pytfe": 3}
ORGANIZATION = "acme"


def decode(side: str) -> dict[str, float]:
    """Milliseconds for a page of 100 runs, from bytes to objects."""
    body = run_page()
    reads: dict[str, Callable[[], Any]] = {"ours": ours_of(body), "json": lambda: json.loads(body), "pytfe": official_of(body)}
    read = reads[side]
    read()
    return {"ms": 1000 * median(timed(read) for _ in range(REPEATS[side]))}


def ours_of(body: bytes) -> Callable[[], Any]:
    from bot.terraform.documents import decode_run_page  # noqa: PLC0415 - each side loads its own library alone

    return lambda: decode_run_page(body, 1)


def official_of(body: bytes) -> Callable[[], Any]:
    from pytfe.resources.run import _run_from  # noqa: PLC0415 - each side loads its own library alone

    return lambda: [_run_from(each) for each in json.loads(body)["data"]]


def timed(read: Callable[[], Any]) -> float:
    gc.collect()
    began = time.perf_counter()
    found = read()
    took = time.perf_counter() - began
    del found
    return took


async def sweep_ours(url: str) -> dict[str, float]:
    from bot.terraform.client import TerraformClient  # noqa: PLC0415 - each side loads its own library alone

    blocks: list[float] = []
    usual = Handle._run

    def run(handle: Handle) -> None:
        began = time.thread_time()
        usual(handle)
        blocks.append(time.thread_time() - began)

    async with TerraformClient(url, "bench.atlasv1.token") as client:
        gc.collect()
        gc.freeze()
        Handle._run = run  # type: ignore[assignment,method-assign]
        page: int | None = 1
        requests = runs = 0
        while page is not None:
            found = await client.list_workspaces(ORGANIZATION, page=page, hurry=True)
            requests, page = requests + 1, found.next_page
            runs += sum(run is not None for _, run in found.rows)
        Handle._run = usual  # type: ignore[method-assign]
    return {"requests": requests, "runs": runs, "longest_block_ms": 1000 * max(blocks)}


def sweep_official(url: str) -> dict[str, float]:
    from pytfe import TFEClient, TFEConfig  # noqa: PLC0415 - each side loads its own library alone
    from pytfe.models import WorkspaceIncludeOpt, WorkspaceListOptions  # noqa: PLC0415 - each side loads its own library alone

    client = TFEClient(TFEConfig(address=url, token="bench.atlasv1.token", http2=False))
    options = WorkspaceListOptions.model_validate({"include": [WorkspaceIncludeOpt.CURRENT_RUN], "page[size]": 100})
    found = sum(1 for _ in client.workspaces.list(ORGANIZATION, options))
    return {"requests": found / 100, "runs": 0}


def peak_memory() -> float:
    """MB, of this very program: what `getrusage` says of a child begins with the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) / 1024


def sweep(side: str, url: str) -> dict[str, float]:
    began, cpu = time.perf_counter(), time.process_time()
    found = asyncio.run(sweep_ours(url)) if side == "ours" else sweep_official(url)
    memory = peak_memory()
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "memory_mb": memory, **found}


if __name__ == "__main__":
    what, which, *rest = sys.argv[1:]
    sys.stdout.write(json.dumps(decode(which) if what == "decode" else sweep(which, *rest)))
