"""Whole sweeps of an organization by the bot's own parts, in a process of its own: CPU, longest block of the event loop, memory.

Argument: the sandbox's card, a file. Prints one JSON object. Sweeps are the first, into an empty database, and then warm ones.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from asyncio.events import Handle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.core.metrics import Metric
from bot.core.policy import Policy
from bot.services.access import Access
from bot.services.hurdles import Hurdles
from bot.services.project_names import ProjectNames
from bot.services.projects import Projects
from bot.services.reading import Reader
from bot.services.recipes import Recipes
from bot.services.recording import Recorder
from bot.store.database import open_database
from bot.terraform.client import TerraformClient
from tests.benchmarks.reading import peak_memory
from tests.fakes.chat import FakePeople

WARM = 2


class Blocks:
    """The longest that one callback kept the loop, in CPU time of its thread: a machine that others use as well disturbs wall time."""

    def __init__(self) -> None:
        self.longest = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        usual: Callable[[Any], None] = vars(Handle)["_run"]

        def run(handle: Any) -> None:
            began = time.thread_time()
            usual(handle)
            self.longest = max(self.longest, time.thread_time() - began)

        Handle._run = run  # type: ignore[assignment]
        try:
            yield
        finally:
            Handle._run = usual  # type: ignore[assignment]


class Requests:
    """A meter that counts what leaves."""

    def __init__(self) -> None:
        self.left = 0

    def count(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        self.left += int(amount) if "who" in labels and metric.name.endswith("requests_total") else 0

    def observe(self, metric: Metric, value: float, **labels: str) -> None: ...

    def set(self, metric: Metric, value: float, **labels: str) -> None: ...


async def main(card: Mapping[str, Any]) -> list[dict[str, float]]:
    terraform, requests = card["terraform"], Requests()
    with tempfile.TemporaryDirectory(prefix="runbell-sweep-") as name:
        async with (
            open_database(f"sqlite:///{Path(name) / 'runbell.db'}") as database,
            TerraformClient(terraform["address"], terraform["token"], meter=requests) as client,
        ):
            recorder = Recorder(database, Access(FakePeople(), Policy(()), "T0ACME"), database.clock, lambda: None)
            hurdles = Hurdles(client.policies)
            reader = Reader(client, database, recorder, database.clock, (terraform["organization"],), hurdles)
            names = ProjectNames(Projects(client.organizations, (terraform["organization"],)), database, Policy(()))
            recipes = Recipes(client, database, recorder, reader, database.clock, hurdles, names)
            return [await sweep(recipes, terraform["organization"], requests) for _ in range(1 + WARM)]


async def sweep(recipes: Recipes, organization: str, requests: Requests) -> dict[str, float]:
    blocks, left = Blocks(), requests.left
    began, cpu = time.perf_counter(), time.process_time()
    with blocks.watched():
        await recipes.all(organization)
        await asyncio.sleep(0)
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
        "longest_block_ms": 1000 * blocks.longest,
        "requests": requests.left - left,
        "memory_mb": peak_memory(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))))
