"""Who made a configuration version: the earliest run counts in whatever order runs are seen, and nothing is forgotten."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from bot.core.authors import UNDATED, ConfigurationAuthor, authors_seen, first_run
from bot.core.identities import InvolvedBy
from bot.core.runs import Commit
from bot.store.database import Database
from tests.core.making import NOON, make_run


def first(run_id: str, minutes: float, terraform: str = "") -> ConfigurationAuthor:
    at = NOON + timedelta(minutes=minutes)
    return ConfigurationAuthor(configuration_version_id="cv-1", by=InvolvedBy.FIRST_RUN, at=at, terraform=terraform, run_id=run_id)


UPLOAD = ConfigurationAuthor(configuration_version_id="cv-1", by=InvolvedBy.UPLOAD, at=NOON, slack="U0ANA")


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_earliest_run_stays_in_whatever_order_they_are_noted(database: Database, order: tuple[int, ...]) -> None:
    runs = [first("run-1", 1, "ana"), first("run-2", 2, "kim"), first("run-3", 3)]
    async with database.write() as transaction:
        await transaction.authors.note([UPLOAD])
        for place in order:
            await transaction.authors.note([runs[place]])
        assert set(await transaction.authors.of("cv-1")) == {UPLOAD, runs[0]}
        assert await transaction.authors.of("cv-2") == ()


async def test_a_row_that_names_nobody_is_completed_by_the_same_run_alone(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.authors.note([first("run-1", 1)])
        await transaction.authors.note([first("run-2", 2, "kim")])
        assert await transaction.authors.of("cv-1") == (first("run-1", 1),)
        await transaction.authors.note([first("run-1", 1, "ana"), first("run-1", 1)])
        assert await transaction.authors.of("cv-1") == (first("run-1", 1, "ana"),)


async def test_those_who_pushed_lately_are_told(database: Database) -> None:
    run = make_run(configuration_version_id="cv-1", created_at=NOON, commit=Commit(sha="f00", author="kim-gh"))
    old = make_run(configuration_version_id="cv-2", created_at=NOON - timedelta(days=9), commit=Commit(sha="f01", author="old"))
    async with database.write() as transaction:
        await transaction.authors.note([*authors_seen(run, is_ours=False), *authors_seen(old, is_ours=False), UPLOAD])
        assert await transaction.authors.senders(NOON - timedelta(days=1)) == ("kim-gh",)
        assert await transaction.authors.senders(UNDATED) == ("kim-gh", "old")


def test_a_run_shows_its_creator_unless_it_is_ours_and_an_undated_one_may_have_been_the_first() -> None:
    assert authors_seen(make_run(), is_ours=False) == ()
    (seen,) = authors_seen(make_run(configuration_version_id="cv-1", created_by="ana"), is_ours=False)
    assert (seen.terraform, seen.at, seen.run_id) == ("ana", UNDATED, "run-1")
    (ours,) = authors_seen(make_run(configuration_version_id="cv-1", created_by="runbell", created_at=NOON), is_ours=True)
    assert ours.terraform == ""
    assert first_run([ours, seen, UPLOAD]) == seen
    assert first_run([UPLOAD]) is None
