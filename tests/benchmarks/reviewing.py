"""A plan of 5,000 resources from the bytes of its JSON to the modal, and how long everything else stands still meanwhile."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.core.plans import PlanFacts
from bot.core.reviews import Review
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.services.reviews import Turn, page_of
from bot.slack.views.review import review
from bot.terraform.plan_documents import read_review
from tests.benchmarks.verdicts import Timing

RESOURCES, ATTRIBUTES, MODULES, ROUNDS = 5000, 20, 50, 15
GOAL, STILL_GOAL = 150.0, 5.0
EFFECTS = (["update"], ["create"], ["delete", "create"], ["delete"])
RUN = Run(id="run-1", workspace_id="ws-1", status_word="planned")
WORKSPACE = Workspace(id="ws-1", name="storefront-prod", organization="acme")


async def measure() -> tuple[list[Timing], int]:
    """The timings, and the size of the JSON in bytes."""
    document = json.dumps(plan(), separators=(",", ":")).encode()
    whole, still, idle, own = [], [], [], []
    with TemporaryDirectory(prefix="runbell-bench-") as folder:
        path = Path(folder) / "plan.json"
        path.write_bytes(document)
        for _ in range(ROUNDS + 1):
            gc.collect()
            idle.append(await stillness(asyncio.sleep(0.1)))
            began = time.perf_counter()
            still.append(await stillness(shown(path)))
            whole.append(1000 * (time.perf_counter() - began))
            own.append(await stillness(shown(path), time.process_time))
    return [
        Timing("from bytes to the modal", tuple(whole[1:]), GOAL),
        Timing("longest time that the event loop stood still meanwhile", tuple(still[1:]), STILL_GOAL),
        Timing("our own CPU in the longest such time", tuple(own[1:]), STILL_GOAL),
        Timing("the same standstill of a loop with nothing to do", tuple(idle[1:]), None),
    ], len(document)


async def shown(path: Path) -> bytes:
    """What the use case and the listener do once the bytes are there."""
    found: Review = await asyncio.to_thread(read_review, path)
    page = await asyncio.to_thread(page_of, found, Turn())
    assert len(found.pieces) == RESOURCES
    facts = PlanFacts(plan_id="plan-1", status_word="finished")
    return json.dumps(review(RUN, WORKSPACE, facts, found, page)).encode()


async def stillness(deed: Any, clock: Callable[[], float] = time.perf_counter) -> float:
    """The longest that a timer of a millisecond came late while something was done, in milliseconds.

    By the clock of our own CPU, of which other work on the machine takes nothing, it is what was done meanwhile, the millisecond included.
    """
    worst, is_over = 0.0, False
    due = 0.001 if clock is time.perf_counter else 0.0

    async def tick() -> None:
        nonlocal worst
        while not is_over:
            began = clock()
            await asyncio.sleep(0.001)
            worst = max(worst, clock() - began - due)

    ticking = asyncio.ensure_future(tick())
    await deed
    is_over = True
    await ticking
    return 1000 * worst


def plan() -> dict[str, Any]:
    """As `terraform show -json` lays it out: the values once more as planned, and as they were before."""
    changes = [change(number) for number in range(RESOURCES)]
    values = [{"address": each["address"], "type": each["type"], "values": each["change"]["after"]} for each in changes]
    modules = {"root_module": {"child_modules": [{"resources": values[number::MODULES]} for number in range(MODULES)]}}
    head = {"format_version": "1.2", "terraform_version": "1.15.0", "planned_values": modules}
    return head | {"resource_changes": changes, "output_changes": {}, "prior_state": {"values": modules}, "configuration": {}}


def change(number: int) -> dict[str, Any]:
    actions, module = EFFECTS[number % 4], f"module.team{number % MODULES}"
    before = {f"attribute_{each}": f"value {number} {each}" for each in range(ATTRIBUTES)} | {"tags": {"Name": f"web {number}"}, "key": "x"}
    after = before | {"attribute_1": "new", "attribute_4": number}
    return {
        "address": f"{module}.aws_type_{number % 80}.thing[{number}]",
        "module_address": module,
        "type": f"aws_type_{number % 80}",
        "change": {
            "actions": actions,
            "before": None if actions == ["create"] else before,
            "after": None if actions == ["delete"] else after,
            "after_unknown": {"attribute_7": True},
            "before_sensitive": {"key": True},
            "after_sensitive": {"key": True},
            "replace_paths": [["attribute_1"]],
        },
    }


def print_timings(timings: list[Timing], size: int) -> None:
    caption = (
        f"{RESOURCES:,} resources of {ATTRIBUTES} attributes, {size / 1e6:.1f} MB of JSON; {ROUNDS} rounds; clicks one after the other"
    )
    table = Table(title="Reviewing, and a click on Approve & apply", caption=caption, caption_justify="left")
    for heading in ("measured", "median", "least", "most", "goal"):
        table.add_column(heading, justify="left" if heading == "measured" else "right")
    for one in timings:
        middle = median(one.rounds)
        goal = "" if one.goal is None else f"≤ {one.goal:g} ms: {'met' if middle <= one.goal else 'missed'}"
        table.add_row(one.what, *(f"{value:,.1f} ms" for value in (middle, min(one.rounds), max(one.rounds))), goal)
    Console(width=120).print(table)
