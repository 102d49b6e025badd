"""Word of runs: read at once, never more often than once in a while, and believed in nothing."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.core.commands.watches import AddWatch
from bot.core.errors import TerraformUnreachable
from bot.core.metrics import Metric
from bot.core.pace import Pace
from bot.services import waking
from bot.services.waking import Waking, is_verification, runs_of
from tests.services.house import ANA, DEPLOYS, House

ACME = frozenset({"acme"})


@dataclass
class Tally:
    """A meter that keeps the outcomes it was told."""

    outcomes: Counter[str] = field(default_factory=Counter)

    def count(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        assert set(labels) == set(metric.labels)
        self.outcomes[labels["outcome"]] += int(amount)

    def observe(self, metric: Metric, value: float, **labels: str) -> None:
        raise AssertionError(metric, value, labels)

    set = observe


def word(run_id: object, **changes: object) -> bytes:
    """A notification as the server sends it."""
    told = {"message": "Run Needs Attention", "trigger": "run:needs_attention", "run_status": "planned"}
    document: dict[str, object] = {"payload_version": 1, "run_id": run_id, "organization_name": "acme", "notifications": [told]}
    return json.dumps(document | changes).encode()


@asynccontextmanager
async def listening(house: House, gap: float = 0.01) -> AsyncIterator[tuple[Waking, Tally]]:
    tally = Tally()
    listener = Waking(house.reader, replace(Pace(), wake_gap=gap), ("acme",), tally)
    try:
        yield listener, tally
    finally:
        await listener.finish()


async def idle(listener: Waking) -> None:
    """Until everything that was heard has been read."""
    async with asyncio.timeout(10):
        while listener._told:
            await asyncio.sleep(0.002)


def reads(house: House) -> int:
    return len(house.runs.calls_of("read_run"))


async def test_word_of_a_run_that_waits_brings_its_call_without_a_poll(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-prod")
    await house.poll()
    await house.watching.add(AddWatch("*"), ANA, DEPLOYS)
    run = house.runs.add_run(workspace, "planned")
    polled = len(house.runs.calls_of("list_workspaces"))

    async with listening(house) as (listener, _):
        listener.hear(word(run.id))
        await idle(listener)
    await house.paint()

    [card] = house.in_channel()
    assert card.run_picture.run.id == run.id
    assert card.run_picture.buttons
    assert len(house.runs.calls_of("list_workspaces")) == polled


async def test_a_burst_about_one_run_is_two_reads_the_second_after_a_while(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-prod"))
    reading = asyncio.Event()

    async def begun() -> None:
        reading.set()

    house.runs.before["read_run"] = begun
    async with listening(house, gap=0.3) as (listener, tally):
        for _ in range(50):
            listener.hear(word(run.id))
        await reading.wait()
        for _ in range(50):
            listener.hear(word(run.id))
        assert reads(house) == 1
        await idle(listener)

    assert reads(house) == 2
    assert tally.outcomes == {"woke": 1, "joined": 99}


async def test_word_that_is_repeated_later_changes_nothing(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-prod")
    await house.poll()
    await house.watching.add(AddWatch("*"), ANA, DEPLOYS)
    run = house.runs.add_run(workspace, "planned")
    async with listening(house) as (listener, _):
        for _ in range(3):
            listener.hear(word(run.id))
            await idle(listener)
            await house.paint()

    assert len(house.in_channel()) == 1


async def test_word_never_runs_ahead_of_what_the_server_says(house: House) -> None:
    """A body may be old, or made up by somebody who knows the secret: nothing of it is shown."""
    workspace = house.runs.add_workspace("storefront-prod")
    await house.poll()
    await house.watching.add(AddWatch("*"), ANA, DEPLOYS)
    run = house.runs.add_run(workspace)
    async with listening(house) as (listener, _):
        listener.hear(word(run.id, notifications=[{"trigger": "run:needs_attention", "run_status": "planned"}]))
        await idle(listener)
    await house.paint()

    assert house.in_channel() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"[" * 5000,
        word(None),
        word(7),
        word("../runs/run-1"),
        word("run-1", organization_name="globex"),
        word("run-1", organization_name=["acme"]),
        b'{"payload_version": "2", "trigger": "assessment:drifted", "details": {"workspace_name": "dns"}}',
    ],
)
async def test_what_tells_of_no_run_of_ours_is_passed_over(house: House, body: bytes) -> None:
    async with listening(house) as (listener, tally):
        listener.hear(body)
        await idle(listener)

    assert reads(house) == 0
    assert tally.outcomes == {"nothing": 1}


async def test_a_run_that_cannot_be_read_is_left_to_polling(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-prod"))
    house.runs.fail("read_run", TerraformUnreachable("terraform.test"))
    async with listening(house) as (listener, _):
        with capture_logs() as logs:
            listener.hear(word(run.id))
            listener.hear(word("run-unheard-of"))
            await idle(listener)
        listener.hear(word(run.id))
        await idle(listener)

    assert [entry["event"] for entry in logs] == ["wake_unread", "wake_unread"]
    async with house.store.read() as transaction:
        assert await transaction.runs.get(run.id) is not None


async def test_word_of_too_many_runs_at_once_is_left_to_polling(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "FOLLOWED_MOST", 2)
    async with listening(house) as (listener, tally):
        for number in range(5):
            listener.hear(word(f"run-{number}"))
        await idle(listener)
        listener.hear(word("run-9"))

    assert tally.outcomes == {"woke": 3, "left": 3}


async def test_a_fault_of_ours_is_logged_and_word_is_heard_again(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-prod"))

    async def broken() -> None:
        house.runs.before.clear()
        raise ZeroDivisionError

    house.runs.before["read_run"] = broken
    async with listening(house) as (listener, tally):
        with capture_logs() as logs:
            listener.hear(word(run.id))
            await idle(listener)
            await asyncio.sleep(0)
        listener.hear(word(run.id))
        await idle(listener)

    assert [entry["event"] for entry in logs] == ["wake_broke"]
    assert (reads(house), tally.outcomes) == (2, {"woke": 2})


async def test_what_is_under_way_ends_when_we_stop(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-prod"))
    async with listening(house, gap=60) as (listener, _):
        listener.hear(word(run.id))
        await asyncio.sleep(0)

    assert not [task for task in asyncio.all_tasks() if task.get_name() == "wake"]


VERIFICATION: dict[str, Any] = {
    "payload_version": 1,
    "run_id": None,
    "organization_name": None,
    "notifications": [{"trigger": "verification", "message": "Verification of runbell"}],
}


def test_the_question_of_a_server_is_known_by_its_shape() -> None:
    assert is_verification(json.dumps(VERIFICATION).encode())
    told = VERIFICATION["notifications"][0]
    for wrong in (
        VERIFICATION | {"run_id": "run-1"},
        VERIFICATION | {"notifications": []},
        VERIFICATION | {"notifications": "verification"},
        VERIFICATION | {"notifications": [told, {"trigger": "run:created"}]},
        VERIFICATION | {"notifications": ["verification"]},
    ):
        assert not is_verification(json.dumps(wrong).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["run_id", "organization_name", "notifications", "trigger"]), inner),
    max_leaves=12,
)


@given(JSON.map(lambda value: json.dumps(value).encode()) | st.binary())
def test_any_body_is_either_word_of_one_run_or_of_nothing(body: bytes) -> None:
    found = runs_of(body, ACME)
    assert len(found) <= 1
    assert all(waking.RUN_ID.fullmatch(run_id) for run_id in found)
    assert not (found and is_verification(body))
