"""Who made each configuration version. Rows stay when all else about a version is pruned: it can be given to runs for years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.authors import ConfigurationAuthor
from bot.core.identities import InvolvedBy
from bot.store.statements import Insert, inserting
from bot.store.tables import configuration_authors

KEYS = ("configuration_version_id", "by")
OF_VERSION = (
    select(configuration_authors)
    .where(configuration_authors.c.configuration_version_id == bindparam("version"))
    .order_by(configuration_authors.c.by)
)


@dataclass(frozen=True, slots=True)
class AuthorTable:
    connection: AsyncConnection

    async def note(self, authors: Sequence[ConfigurationAuthor]) -> None:
        """Keep them. What is known of an earlier moment stays; a row that names nobody is completed by the same run."""
        if authors:
            await self.connection.execute(noting(self.connection.dialect.name), [asdict(author) for author in authors])

    async def of(self, configuration_version_id: str) -> tuple[ConfigurationAuthor, ...]:
        rows = (await self.connection.execute(OF_VERSION, {"version": configuration_version_id})).mappings()
        return tuple(map(decode, rows))

    async def senders(self, since: datetime) -> tuple[str, ...]:
        """The accounts that have pushed versions since then, in order."""
        table = configuration_authors.c
        query = select(table.vcs).where(table.by == InvolvedBy.COMMIT, table.at >= since, table.vcs != "").distinct().order_by(table.vcs)
        return tuple((await self.connection.execute(query)).scalars())


@cache
def noting(dialect: str) -> Insert:
    """The earlier of two stays, whichever is written first: looks tell of runs in any order, and several processes look."""
    statement, table = inserting(dialect, configuration_authors), configuration_authors.c
    new = statement.excluded
    names_nobody = and_(table.slack == "", table.terraform == "", table.vcs == "")
    changes = {column.name: new[column.name] for column in table if column.name not in KEYS}
    is_better = or_(new["at"] < table["at"], and_(new["run_id"] == table.run_id, names_nobody))
    return statement.on_conflict_do_update(index_elements=KEYS, set_=changes, where=is_better)


def decode(row: RowMapping) -> ConfigurationAuthor:
    return ConfigurationAuthor(**{**row, "by": InvolvedBy(row["by"])})
