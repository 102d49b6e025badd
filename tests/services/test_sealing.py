"""The sealer: in order, once, by one at a time; heads are posted now and then; a chain that was cut is noticed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot.core.audits import AuditRow
from bot.core.messages import Kind, Message
from bot.core.sealing import EMPTY, Head, Verifier
from bot.services.ports import Store, Transaction
from bot.services.sealing import SUBJECT, Sealer
from bot.store.tables import audit
from tests.chains import entry, tamper
from tests.services.house import AUDIT_KEY, House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Without the row of the rules that the house puts in force."""
    async with open_house(tmp_path) as house:
        tamper(f"sqlite:///{tmp_path / 'runbell.db'}", lambda connection: connection.execute(delete(audit)))
        yield house


async def write(house: House, *numbers: int, **changes: object) -> None:
    async with house.store.write() as transaction:
        for number in numbers:
            await transaction.audit.add(entry(number, at=house.clock.now(), **changes))


async def chain(house: House) -> tuple[AuditRow, ...]:
    async with house.store.read() as transaction:
        return await transaction.audit.sealed(0)


async def notes(store: Store) -> list[str]:
    async with store.read() as transaction:
        found: tuple[Message, ...] = await transaction.messages.of_subject(SUBJECT)
    assert {(one.channel, one.kind) for one in found} <= {("C0AUDIT", Kind.NOTE)}
    return [json.loads(one.text)["text"] for one in found]


async def turn(house: House, seconds: float = 10) -> None:
    house.clock.move(seconds)
    await house.sealer.tick(house.clock.now())


class Theirs:
    """The mandate of somebody else."""

    def lasts(self, seconds: float = 0.0) -> bool:  # noqa: ARG002 - the port's shape
        return False

    async def stands(self, transaction: Transaction) -> bool:  # noqa: ARG002 - as above
        return False


def another(house: House, *, mandate: Theirs | None = None) -> Sealer:
    others = {} if mandate is None else {"mandate": mandate}
    return Sealer(house.store, house.clock, house.pace, AUDIT_KEY, "C0AUDIT", lambda _channel, _ts: "", lambda: None, **others)


async def test_rows_are_sealed_in_the_order_in_which_they_were_written(house: House) -> None:
    await write(house, 1, 2, 3)
    await turn(house)
    await write(house, 4)
    await turn(house)
    sealed = await chain(house)
    assert [(row.number, row.run_id) for row in sealed] == [(1, "run-1"), (2, "run-2"), (3, "run-3"), (4, "run-4")]
    verifier = Verifier(AUDIT_KEY)
    assert all(verifier.feed(row) for row in sealed)


async def test_what_was_just_written_waits_a_moment_but_not_for_the_end_of_the_process(house: House) -> None:
    await write(house, 1)
    await house.sealer.tick(house.clock.now())
    assert await chain(house) == ()
    await house.sealer.finish()
    assert len(await chain(house)) == 1


async def test_many_rows_are_sealed_in_portions(house: House) -> None:
    await write(house, *range(1, 451))
    await turn(house)
    assert [row.number for row in await chain(house)] == list(range(1, 451))


async def test_two_sealers_make_one_chain(house: House) -> None:
    await write(house, *range(1, 301))
    house.clock.move(10)
    other = another(house)
    await asyncio.gather(house.sealer.tick(house.clock.now()), other.tick(house.clock.now()))
    await write(house, 301)
    house.clock.move(10)
    await other.tick(house.clock.now())
    verifier = Verifier(AUDIT_KEY)
    assert all(verifier.feed(row) for row in await chain(house))
    assert verifier.head.number == 301


async def test_who_has_lost_the_role_seals_and_says_nothing(house: House) -> None:
    await write(house, 1)
    await another(house, mandate=Theirs()).finish()
    assert await chain(house) == ()
    await turn(house)
    assert len(await notes(house.store)) == 1
    await write(house, 2)
    await another(house, mandate=Theirs()).finish()
    assert (len(await chain(house)), len(await notes(house.store))) == (1, 1)


async def test_the_head_is_posted_once_an_hour_where_there_is_anything_new(house: House) -> None:
    await turn(house)
    assert await notes(house.store) == []
    await write(house, 1)
    await turn(house, house.pace.head_every)
    for _ in range(3):
        await turn(house, house.pace.head_every)
    (row,) = await chain(house)
    (said,) = await notes(house.store)
    assert f"The audit's head is 1:{row.link} (2026-11-24 1" in said
    await write(house, 2)
    await turn(house)
    assert len(await notes(house.store)) == 1
    await house.sealer.finish()
    assert len(await notes(house.store)) == 2
    assert "paint" in house.wakes


async def test_the_permalink_of_the_newest_message_is_sealed_with_the_row(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    started = await house.start("storefront-dev")
    await house.paint()
    await write(house, 1, run_id=started.run_id, permalink="https://acme.slack.com/archives/C0DEPLOYS/p1")
    await write(house, 2, run_id=started.run_id)
    await write(house, 3)
    await turn(house)
    ts = house.in_channel()[-1].ts
    created, known, found, none = await chain(house)
    assert created.permalink == found.permalink == f"https://acme.slack.com/archives/C0DEPLOYS/p{ts.replace('.', '')}"
    assert (known.permalink, none.permalink) == ("https://acme.slack.com/archives/C0DEPLOYS/p1", "")


async def test_a_chain_that_was_cut_is_told_once(house: House) -> None:
    await write(house, 1)
    await turn(house)
    sealer = house.sealer
    sealer._sealed = Head(1, "0" * 64)
    await turn(house)
    await turn(house)
    cut = [text for text in await notes(house.store) if "somebody has changed my database" in text]
    assert cut == ["Row 1 of the audit, which I sealed, is not there any more as it was: somebody has changed my database."]


async def test_without_a_channel_nothing_is_said(house: House) -> None:
    quiet = Sealer(house.store, house.clock, house.pace, AUDIT_KEY, "", lambda _channel, _ts: "", lambda: None)
    await write(house, 1)
    quiet._sealed = Head(1, "0" * 64)
    house.clock.move(10)
    await quiet.tick(house.clock.now())
    assert (len(await chain(house)), await notes(house.store)) == (1, [])


async def test_an_empty_chain_has_no_head(house: House) -> None:
    async with house.store.read() as transaction:
        assert await transaction.audit.head() == EMPTY
        assert await transaction.audit.unsealed(house.clock.now() + timedelta(days=1)) == ()


@pytest.mark.parametrize("number", [1, 7])
async def test_the_link_of_a_row_that_is_not_there_is_none(house: House, number: int) -> None:
    async with house.store.read() as transaction:
        assert await transaction.audit.link_of(number) is None
