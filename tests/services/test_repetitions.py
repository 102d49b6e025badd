"""Caps per person and channel, and refusals that fold into one row of the audit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.audits import AuditRow
from bot.core.commands.freezes import DeclareFreeze
from bot.core.commands.runs import RunReference
from bot.core.commands.watches import AddWatch
from bot.core.errors import TooMany, TooManyRefused
from bot.core.repetitions import FREEZES_MOST, REFUSALS_MOST, REFUSALS_WITHIN, SNOOZES_MOST, SNOOZES_WITHIN, WATCHES_MOST
from bot.core.sealing import Verifier
from bot.services.audits import Heard
from tests.services.house import ANA, AUDIT_KEY, DEPLOYS, KIM, OTHER, RAJ, House, open_house
from tests.services.test_approvals import waiting_run


async def refuse(house: House, times: int = 1, action: str = "show", outcome: str = "UnknownRun", run_id: str = "run-1") -> None:
    for _ in range(times):
        await house.audits.hear(
            Heard(actor=RAJ, place=DEPLOYS, action=action, about=RunReference(run_id=run_id), outcome=outcome, details={"right": "read"})
        )
        house.clock.move(1)


async def rows(house: House) -> list[AuditRow]:
    async with house.store.read() as transaction:
        return list(await transaction.audit.page(0))


async def test_repeated_refusals_fold_into_one_row_with_their_number_and_times(house: House) -> None:
    began = house.clock.now()
    await refuse(house, 40)
    await refuse(house, 1, action="why")
    assert [(row.action, row.details) for row in await rows(house)] == [("show", '{"right":"read"}'), ("why", '{"right":"read"}')]

    house.clock.move(REFUSALS_WITHIN.total_seconds())
    await house.audits.fold(house.clock.now())
    await house.audits.fold(house.clock.now())
    *_, last = found = await rows(house)
    assert len(found) == 3
    assert (last.person, last.action, last.outcome, last.run_id) == (RAJ.id, "show", "UnknownRun", "run-1")
    ended = began + timedelta(seconds=39)
    assert last.details == f'{{"first":"{began.isoformat()}","last":"{ended.isoformat()}","repeated":"39","right":"read"}}'

    await refuse(house)
    assert len(await rows(house)) == 4


async def test_a_folded_row_is_sealed_like_any_other(house: House) -> None:
    await refuse(house, 3)
    await house.sealer.tick(house.clock.now() + timedelta(minutes=1))
    house.clock.move(REFUSALS_WITHIN.total_seconds())
    await house.audits.fold(house.clock.now())
    await house.sealer.tick(house.clock.now() + timedelta(minutes=1))
    verifier = Verifier(AUDIT_KEY)
    assert [verifier.feed(row) for row in await rows(house)] == [True, True]


async def test_what_was_counted_is_written_by_whoever_serves_next(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await refuse(house, 5)
    async with open_house(tmp_path) as house:
        house.clock.move(2 * REFUSALS_WITHIN.total_seconds())
        await refuse(house, 1, action="log")
        refusals = [row for row in await rows(house) if row.kind == "refusal"]
    assert [(row.action, '"repeated":"4"' in row.details) for row in refusals] == [("show", False), ("show", True), ("log", False)]


async def test_whoever_is_refused_too_often_waits_and_nobody_else_does(house: House) -> None:
    for number in range(REFUSALS_MOST):
        await house.audits.demand_calm(RAJ, DEPLOYS)
        await refuse(house, run_id=f"run-{number}")
    with pytest.raises(TooManyRefused, match=str(REFUSALS_MOST)):
        await house.audits.demand_calm(RAJ, DEPLOYS)
    await house.audits.demand_calm(RAJ, OTHER)
    await house.audits.demand_calm(KIM, DEPLOYS)

    before = len(await rows(house))
    for number in range(30):
        await refuse(house, outcome="TooManyRefused", run_id=f"run-{number}")
    assert len(await rows(house)) == before + 1

    house.clock.move(REFUSALS_WITHIN.total_seconds() - 30)
    await refuse(house, outcome="TooManyRefused")
    await house.audits.demand_calm(RAJ, DEPLOYS)


async def test_one_person_has_so_many_watches_in_a_channel(house: House) -> None:
    for number in range(WATCHES_MOST):
        await house.watching.add(AddWatch(f"shop-{number}-*"), RAJ, DEPLOYS)
    with pytest.raises(TooMany, match=f"{WATCHES_MOST} watches"):
        await house.watching.add(AddWatch("one-more-*"), RAJ, DEPLOYS)
    await house.watching.add(AddWatch("one-more-*"), KIM, DEPLOYS)
    await house.watching.add(AddWatch("one-more-*"), RAJ, OTHER)
    async with house.store.read() as transaction:
        assert len(await transaction.watches.of_channel(DEPLOYS.channel)) == WATCHES_MOST + 1


async def test_one_person_has_so_many_freezes_from_a_channel(house: House) -> None:
    for number in range(FREEZES_MOST):
        house.runs.add_workspace(f"shop-{number}")
        await house.freezing.declare(DeclareFreeze(f"shop-{number}", "the sale"), ANA, DEPLOYS)
    house.runs.add_workspace("one-more")
    with pytest.raises(TooMany, match=f"{FREEZES_MOST} freezes"):
        await house.freezing.declare(DeclareFreeze("one-more", "the sale"), ANA, DEPLOYS)
    await house.freezing.declare(DeclareFreeze("shop-1", "still the sale"), ANA, DEPLOYS)
    await house.freezing.declare(DeclareFreeze("one-more", "the sale"), ANA, OTHER)


async def test_one_person_snoozes_so_often_in_a_channel(house: House) -> None:
    run = await waiting_run(house, "storefront-dev")
    await house.reminders.tick(house.clock.now())
    reference, span = RunReference(run_id=run.id), timedelta(minutes=5)
    for _ in range(SNOOZES_MOST):
        await house.reminders.snooze(reference, span, ANA, DEPLOYS)
    with pytest.raises(TooMany, match=f"{SNOOZES_MOST} snoozes"):
        await house.reminders.snooze(reference, span, ANA, DEPLOYS)
    await house.reminders.snooze(reference, span, ANA, OTHER)
    await refuse(house, 3)
    house.clock.move(SNOOZES_WITHIN.total_seconds())
    await house.reminders.snooze(reference, span, ANA, DEPLOYS)
    assert [row.details for row in await rows(house) if '"repeated":"2"' in row.details] != []
