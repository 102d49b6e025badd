"""A sealed audit for tests, and what somebody with the database in hand could do to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from bot.core.audits import AuditKind, AuditRow, Entry
from bot.core.sealing import Head, link
from bot.services.ports import Store
from bot.services.sealing import Sealer
from bot.store.addresses import parse_address
from bot.store.engines import blocking_engine
from bot.store.tables import audit

KEY = "a-key-of-sixteen-letters-and-more"
NOON = datetime(2024, 11, 24, 12, tzinfo=UTC)
COLUMNS = (
    *("at", "kind", "person", "person_name", "channel", "run_id", "workspace", "action", "plan_digest", "rules_hash"),
    *("reason", "outcome", "permalink", "details", "chained_at", "link"),
)
Tampering = Callable[[Connection], object]


def entry(number: int, **changes: Any) -> Entry:
    facts: dict[str, Any] = {
        "at": NOON + timedelta(seconds=number),
        "kind": AuditKind.DECISION,
        "person": "U0ANA",
        "person_name": "ana",
        "channel": "C0DEPLOYS",
        "run_id": f"run-{number}",
        "workspace": "acme/storefront-prod",
        "action": "apply",
        "plan_digest": f"digest-{number}",
        "reason": "looks good",
        "outcome": "decided",
        "details": {"round": str(number)},
    }
    return Entry(**facts | changes)


async def write(store: Store, *entries: Entry) -> None:
    async with store.write() as transaction:
        for one in entries:
            await transaction.audit.add(one)


async def seal(store: Store, sealer: Sealer) -> Head:
    """All that is written; the head then."""
    await sealer.finish()
    async with store.read() as transaction:
        return await transaction.audit.head()


def tamper(url: str, deed: Tampering) -> None:
    """Behind our back, as somebody would who may write to the database."""
    engine = blocking_engine(parse_address(url))
    with engine.begin() as connection:
        deed(connection)
    engine.dispose()


def other(value: object) -> object:
    """Something else of the same kind."""
    return value + timedelta(microseconds=1) if isinstance(value, datetime) else f"{value}."


def edited(number: int, column: str) -> Tampering:
    def deed(connection: Connection) -> None:
        kept = connection.execute(select(audit.c[column]).where(audit.c.number == number)).scalar_one()
        connection.execute(update(audit).where(audit.c.number == number).values({column: other(kept)}))

    return deed


def removed(number: int) -> Tampering:
    return lambda connection: connection.execute(delete(audit).where(audit.c.number == number))


def closed_up(number: int) -> Tampering:
    """Taken out, and the later ones numbered as if it never was."""

    def deed(connection: Connection) -> None:
        last = connection.execute(select(func.max(audit.c.number))).scalar_one()
        removed(number)(connection)
        for later in range(number + 1, last + 1):
            connection.execute(update(audit).where(audit.c.number == later).values(number=later - 1))

    return deed


def swapped(one: int, another: int) -> Tampering:
    def deed(connection: Connection) -> None:
        for before, after in ((one, -1), (another, one), (-1, another)):
            connection.execute(update(audit).where(audit.c.number == before).values(number=after))

    return deed


def cut_from(number: int) -> Tampering:
    return lambda connection: connection.execute(delete(audit).where(audit.c.number >= number))


def stripped(number: int) -> Tampering:
    return lambda connection: connection.execute(update(audit).where(audit.c.number == number).values(number=None))


def unsealed_from(number: int) -> Tampering:
    bare = {"number": None, "chained_at": None, "link": ""}
    return lambda connection: connection.execute(update(audit).where(audit.c.number >= number).values(bare))


def forged(previous: Head, key: str) -> Tampering:
    """One more row, sealed with another key."""

    def deed(connection: Connection) -> None:
        values: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {"at": NOON, "chained_at": NOON, "number": previous.number + 1}
        connection.execute(insert(audit).values(values | {"link": link(key, previous.link, row_of(values))}))

    return deed


def beside(*numbers: int) -> Tampering:
    """Rows with numbers that the chain does not come to, as nobody would see who walks it from 1 on, a page at a time."""

    def deed(connection: Connection) -> None:
        for number in numbers:
            values: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {"at": NOON, "chained_at": NOON, "number": number, "link": "f" * 64}
            connection.execute(insert(audit).values(values))

    return deed


def numbered_twice(number: int) -> Tampering:
    """By whoever has first taken away what forbids it (PostgreSQL)."""

    def deed(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE audit DROP CONSTRAINT uq_audit_number"))
        beside(number)(connection)

    return deed


def row_of(values: dict[str, Any]) -> AuditRow:
    return AuditRow(id=10_000, **values)
