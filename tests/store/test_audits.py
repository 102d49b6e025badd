"""Rows of the audit: added with the deed or not at all, sealed once, in one chain whoever seals."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.audits import AuditKind
from bot.core.pace import Pace
from bot.core.sealing import EMPTY, Head, Verifier
from bot.services.sealing import Sealer
from bot.store.database import Database
from tests.chains import KEY, NOON, entry, stripped, tamper, write

LATER = NOON + timedelta(days=1)


async def test_a_row_is_written_with_the_deed_or_not_at_all(database: Database) -> None:
    with pytest.raises(LookupError):
        await begin_and_fail(database)
    await write(database, entry(2, reason="nul \x00, half a pair \ud800", details={"b": "2", "a": "\x00"}))
    async with database.read() as transaction:
        (row,) = await transaction.audit.page(0)
    assert (row.kind, row.reason, row.at) == ("decision", "nul \ufffd, half a pair ?", NOON + timedelta(seconds=2))
    assert (row.number, row.chained_at, row.link) == (None, None, "")
    assert row.details == '{"a":"\\u0000","b":"2"}'


async def begin_and_fail(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.audit.add(entry(1))
        raise LookupError


async def test_a_row_is_sealed_once(database: Database) -> None:
    await write(database, entry(1))
    async with database.write() as transaction:
        (row,) = await transaction.audit.unsealed(LATER)
        sealed = replace(row, number=1, chained_at=NOON, link="a" * 64, permalink="https://acme.slack.com/archives/C1/p1")
        assert await transaction.audit.seal(sealed)
        assert not await transaction.audit.seal(replace(sealed, link="b" * 64))
    async with database.read() as transaction:
        assert await transaction.audit.sealed(0) == (sealed,)
        assert await transaction.audit.head() == Head(1, "a" * 64)
        assert (await transaction.audit.link_of(1), await transaction.audit.link_of(2)) == ("a" * 64, None)
        assert await transaction.audit.unsealed(LATER) == ()


async def test_rows_are_found_by_run_by_workspace_and_by_time(database: Database) -> None:
    await write(database, *(entry(number, run_id=f"run-{number % 2}") for number in range(1, 7)), entry(7, run_id="", workspace="acme/dns"))
    async with database.read() as transaction:
        of_run = await transaction.audit.newest(run_id="run-1", most=2)
        of_workspace = await transaction.audit.newest(workspace="acme/storefront-prod")
        span = await transaction.audit.page(2, NOON + timedelta(seconds=2), NOON + timedelta(seconds=5), most=2)
        waiting = await transaction.audit.waiting()
    assert [row.id for row in of_run] == [5, 3]
    assert [row.id for row in of_workspace] == [6, 5, 4, 3, 2, 1]
    assert [row.id for row in span] == [3, 4]
    assert waiting == 7


async def test_a_row_that_lost_its_number_alone_is_noticed(database: Database, database_url: str) -> None:
    await write(database, entry(1), entry(2))
    await sealer(database).finish()
    async with database.read() as transaction:
        assert await transaction.audit.stripped() is None
    tamper(database_url, stripped(2))
    async with database.read() as transaction:
        found = await transaction.audit.stripped()
    assert found is not None
    assert found.id == 2


def sealer(database: Database) -> Sealer:
    return Sealer(database, database.clock, Pace(), KEY, "", lambda _channel, _ts: "", lambda: None)


async def test_sealers_on_two_replicas_make_one_chain(database: Database, replica: Database) -> None:
    """Both believe that the role is theirs; the lock keeps them apart all the same."""
    for start in range(0, 600, 300):
        await write(database, *(entry(start + number, kind=AuditKind.VOTE) for number in range(300)))
        await asyncio.gather(sealer(database).finish(), sealer(replica).finish(), sealer(replica).finish())
    async with database.read() as transaction:
        rows = (*await transaction.audit.sealed(0), *await transaction.audit.sealed(500))
        head = await transaction.audit.head()
    verifier = Verifier(KEY, [head])
    assert all(verifier.feed(row) for row in rows)
    assert verifier.end() is None
    assert head.number == 600


async def test_an_empty_table_has_no_head(database: Database) -> None:
    async with database.read() as transaction:
        assert await transaction.audit.head() == EMPTY
        assert (await transaction.audit.sealed(0), await transaction.audit.stripped()) == ((), None)
