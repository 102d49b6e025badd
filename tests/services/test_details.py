"""What a card tells besides the state: read once for each stage, and never in the way of the card itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.core.costs import CostEstimate
from bot.core.details import Details, Said
from bot.core.errors import TerraformUnreachable
from bot.core.messages import Kind
from bot.core.pictures import RunPicture
from bot.core.policies import PolicyCheck
from bot.core.runs import Run
from bot.services.details import Detailing
from bot.services.ports import RunReading
from bot.services.reading import Found
from tests.fakes.terraform import FakeLogs
from tests.services.house import House

LINES = (
    "\x1b[31m╷\x1b[0m",
    "│ Error: Invalid index",
    "│ ",
    '│   on main.tf line 7, in resource "null_resource" "a":',
    "│    7:   count = local.list[3]",
    "│ ",
    "│ There is no such element.",
    "╵",
)
LOG = "\n".join(LINES).encode()


class Reads:
    """A reader whose server sends costs and an apply along."""

    def __init__(self, house: House, **sent: Any) -> None:
        self.house = house
        self.sent = sent
        self.count = 0

    async def read(self, run_id: str, *, hurry: bool = True) -> Found:
        self.count += 1
        found = await self.house.reader.read(run_id, hurry=hurry)
        return replace(found, reading=RunReading(run=found.run, **self.sent))


def detailing(house: House, reads: Reads, logs: FakeLogs | None = None) -> Detailing:
    return Detailing(house.store, reads, house.policies, logs or FakeLogs(), house.pace)


async def picture(house: House, run: Run) -> RunPicture:
    await house.reader.read(run.id)
    async with house.store.read() as transaction:
        found = await house.lookups._pictures.of(transaction, run.id, "C0DEPLOYS", Kind.CARD)
    assert found is not None
    return found


async def kept(house: House, run: Run) -> Details | None:
    async with house.store.read() as transaction:
        return await transaction.details.get(run.id)


def planned(house: House, *reached: str) -> Run:
    run = house.runs.add_run(house.runs.add_workspace("shop"), "planned")
    for status in reached:
        run = house.runs.move(run.id, status)
    return run


async def test_costs_and_policies_are_read_once_for_each_stage(house: House) -> None:
    run = planned(house, "cost_estimated", "policy_checked")
    house.policies.of_run[run.id] = (PolicyCheck(id="polchk-1", status_word="passed", passed=2, advisory_failed=1),)
    reads = Reads(house, cost=CostEstimate(id="ce-1", status_word="finished", delta=Decimal("3.50")))
    desk = detailing(house, reads)
    assert await desk.refresh(await picture(house, run))
    found = await kept(house, run)
    assert found is not None
    assert (found.cost, [(one.said, one.failed) for one in found.checks]) == (Decimal("3.50"), [(Said.ADVISED, 1)])
    assert not await desk.refresh(await picture(house, run))
    assert reads.count == 1


async def test_nothing_is_read_before_there_is_something_to_tell(house: House) -> None:
    reads = Reads(house)
    assert not await detailing(house, reads).refresh(await picture(house, planned(house)))
    assert reads.count == 0


@pytest.mark.parametrize("confirmed", [False, True])
async def test_why_a_run_failed_is_read_from_the_log_of_the_part_that_failed(house: House, *, confirmed: bool) -> None:
    run = planned(house, *(["confirmed", "applying"] if confirmed else []), "errored")
    logs = FakeLogs()
    logs.texts["apply-1" if confirmed else str(run.plan_id)] = LOG
    await detailing(house, Reads(house, apply_id="apply-1"), logs).refresh(await picture(house, run))
    found = await kept(house, run)
    assert found is not None
    [failure] = found.failures
    assert (failure.summary, failure.detail, failure.file, failure.line) == ("Invalid index", "There is no such element.", "main.tf", 7)


async def test_a_log_that_may_not_be_read_leaves_the_rest(house: House) -> None:
    run = planned(house, "errored")
    assert await detailing(house, Reads(house)).refresh(await picture(house, run))
    assert await kept(house, run) == Details(mark="errored")


async def test_a_run_that_failed_without_a_part_of_its_own_has_no_log(house: House) -> None:
    run = planned(house, "confirmed", "errored")
    assert await detailing(house, Reads(house)).refresh(await picture(house, run))
    assert await kept(house, run) == Details(mark="errored")


async def test_what_cannot_be_read_now_is_tried_again_at_the_next_paint(house: House) -> None:
    run = planned(house, "errored")
    shown = await picture(house, run)
    house.runs.fail("read_run", TerraformUnreachable("terraform.test"))
    desk = detailing(house, Reads(house))
    assert not await desk.refresh(shown)
    assert await desk.refresh(shown)
