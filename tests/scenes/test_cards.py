"""All that a card tells of a run on its way, over the real wires: a commit, what it costs, who has looked at it, whom it keeps waiting."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenes.stage import Message, Stage, has, key_of, open_stage, whole_text

BEHIND = 2


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "10") as stage:
        await stage.start_bot()
        yield stage


async def test_a_card_tells_all_there_is_to_know_in_one_message(world: Stage) -> None:
    await world.types("U0KIM", "/tf watch payments --measure all")
    await world.expects("This channel hears of", person="U0KIM")
    push = {"workspaces": ["payments"], "message": "Keep receipts for <!channel>", "author": "raj"}
    pushed = await world.control("POST", "pushes", json_body=push)
    [run_id], sha = pushed["runs"], pushed["commit"][:8]
    call = await world.until(lambda one: has(one, "run.override") and "failed (soft-mandatory)" in whole_text(one))
    await asyncio.gather(*(world.start_outside("payments", f"number {number}") for number in range(BEHIND)))

    commit = f"Commit <https://github.example/acme/infrastructure/commit/{pushed['commit']}|{sha}> by `raj`"
    card = await told(world, run_id, commit, "*Override needed*", "\nCost: ", "\nPolicies: ", "\nTasks: ")
    lines = whole_text(card).split("\n")
    wanted = {"🛑 *Override needed* · `payments`", "Plan: +3 to add", "Plan ✓ → Checks … → Confirm → Apply", "Keep receipts for <!channel>"}
    assert wanted <= set(lines)
    assert not card.get("broadcasts")
    assert re.search(r"\nCost: \+\$[0-9.,]+ a month\n", whole_text(card))
    assert re.search(r"\nPolicies: ⛔ 1 of \d failed\n", whole_text(card))
    assert re.search(r"\nTasks: ⚠️ `[^`]+` “[^”]+”\n", whole_text(card))
    await world.until(lambda one: key_of(one) == key_of(call) and f"Blocks {BEHIND} runs behind it" in whole_text(one))

    await world.types("U0ANA", f"/tf override {run_id} receipts are kept already")
    asked = await world.until(lambda one: key_of(one).startswith(run_id) and has(one, "run.approve"))
    await world.clicks("U0ANA", asked, "run.approve")
    done = await told(world, run_id, "*Applied*", "Overridden by <@U0ANA>", "Applied by <@U0ANA>")
    times = re.findall(r"(\w+) <!date\^(\d+)\^\{time\}", whole_text(done))
    assert [word for word, _ in times if word in {"planned", "confirmed", "applied"}] == ["planned", "confirmed", "applied"]
    assert [at for _, at in times] == sorted(at for _, at in times)


async def told(stage: Stage, run_id: str, *texts: str) -> Message:
    """The card of the run, once it says all of this."""
    return await stage.until(lambda one: key_of(one).startswith(f"{run_id}/card/") and all(text in whole_text(one) for text in texts))
