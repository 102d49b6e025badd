"""Rows of the audit: only ever added, then sealed once. Nothing in here changes or removes one."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, text, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.audits import AuditRow, Entry, details_text, tidied
from bot.core.requests import HELD
from bot.core.sealing import EMPTY, Head
from bot.store.requests import begin
from bot.store.statements import changed
from bot.store.tables import audit

NAMES = tuple(field.name for field in fields(AuditRow))
PAGE = 500
SEAL_LOCK = "SELECT pg_advisory_xact_lock(hashtext('runbell audit seal'))"
"""Of the database alone: whoever seals has it until the transaction ends, also where two believe that the role is theirs."""
UNSEALED = audit.c.number.is_(None)


@dataclass(frozen=True, slots=True)
class AuditTable:
    connection: AsyncConnection

    async def add(self, *entries: Entry) -> None:
        """Write a row each, bounded and without tokens, into the transaction of the deed that they tell of.

        One that names the person whose request is judged tells of its effect, so it is tied to that request.
        """
        hold = HELD.get()
        if hold is not None and any(entry.person == hold.person for entry in entries):
            await begin(self.connection)
        if entries:
            await self.connection.execute(insert(audit), [encode(tidied(entry)) for entry in entries])

    # Sealing

    async def lock(self) -> None:
        """Have nobody else seal until the transaction ends. On SQLite nobody else writes anyhow."""
        if self.connection.dialect.name == "postgresql":
            await self.connection.execute(text(SEAL_LOCK))

    async def head(self) -> Head:
        """The newest sealed row."""
        query = select(audit.c.number, audit.c.link).where(audit.c.number.is_not(None)).order_by(audit.c.number.desc()).limit(1)
        row = (await self.connection.execute(query)).first()
        return EMPTY if row is None else Head(row.number, row.link)

    async def link_of(self, number: int) -> str | None:
        """The link of the sealed row of this number; None where there is none."""
        found: str | None = (await self.connection.execute(select(audit.c.link).where(audit.c.number == number))).scalar()
        return found

    async def unsealed(self, before: datetime, most: int = PAGE) -> tuple[AuditRow, ...]:
        """Rows written before then that are not sealed, the oldest first."""
        return await self._rows(select(audit).where(UNSEALED, audit.c.at < before).order_by(audit.c.id).limit(most))

    async def seal(self, row: AuditRow) -> bool:
        """Write a row's number, time, link and permalink, once. False where it is sealed already."""
        sealed = {"number": row.number, "chained_at": row.chained_at, "link": row.link, "permalink": row.permalink}
        return await changed(self.connection, update(audit).where(audit.c.id == row.id, UNSEALED).values(sealed)) == 1

    # Reading

    async def sealed(self, after: int, most: int = PAGE) -> tuple[AuditRow, ...]:
        """The chain, from the number after this one on."""
        return await self._rows(select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(most))

    async def stripped(self) -> AuditRow | None:
        """The first row that has lost its number and not the rest of its seal: nothing of ours makes such a one."""
        rest = audit.c.chained_at.is_not(None) | (audit.c.link != "")
        return next(iter(await self._rows(select(audit).where(UNSEALED, rest).order_by(audit.c.id).limit(1))), None)

    async def numbered(self, most: int) -> int:
        """How many rows bear a number up to this one: of a chain that is whole, and of which nothing is beside it, just as many."""
        return int((await self.connection.execute(select(func.count()).where(audit.c.number <= most))).scalar_one())

    async def waiting(self) -> int:
        """How many rows are not sealed."""
        return int((await self.connection.execute(select(func.count()).select_from(audit).where(UNSEALED))).scalar_one())

    async def page(
        self, after: int, since: datetime | None = None, until: datetime | None = None, most: int = PAGE
    ) -> tuple[AuditRow, ...]:
        """In the order in which they were written, from the id after this one on; `since` is in, `until` is not."""
        conditions: list[ColumnElement[bool]] = [audit.c.id > after]
        conditions += [audit.c.at >= since] if since is not None else []
        conditions += [audit.c.at < until] if until is not None else []
        return await self._rows(select(audit).where(*conditions).order_by(audit.c.id).limit(most))

    async def newest(self, *, run_id: str = "", workspace: str = "", most: int = 20) -> tuple[AuditRow, ...]:
        """The newest rows of a run, or of a workspace by its full name; the newest first."""
        about = audit.c.run_id == run_id if run_id else audit.c.workspace == workspace
        return await self._rows(select(audit).where(about).order_by(audit.c.id.desc()).limit(most))

    async def _rows(self, query: Select[Any]) -> tuple[AuditRow, ...]:
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))


def encode(entry: Entry) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in NAMES if hasattr(entry, name)}
    return values | {"details": details_text(entry.details), "link": ""}


def decode(row: RowMapping) -> AuditRow:
    return AuditRow(**{name: row[name] for name in NAMES})
