"""From DATABASE_URL to what the drivers want. A password is never part of a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

FORMS = "It is either sqlite:///runbell.db (sqlite:////var/lib/runbell.db for an absolute path) or postgresql://user@host/database."
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


@dataclass(frozen=True, slots=True)
class Address:
    """`url` names the asynchronous driver; `path` is the file of an SQLite database, absolute, and None on PostgreSQL."""

    url: URL
    path: Path | None

    @property
    def shown(self) -> str:
        """The address for people to read: without user, password and parameters."""
        return f"sqlite:///{self.path}" if self.path else f"postgresql://{self.url.host or 'localhost'}/{self.url.database}"

    @property
    def blocking_url(self) -> URL:
        """The same database for the blocking drivers, which migrations use."""
        return self.url.set(drivername="sqlite") if self.path else self.url


def parse_address(text: str) -> Address:
    """Raises ValueError with one plain sentence."""
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise ValueError(f"DATABASE_URL is no address of a database. {FORMS}") from None
    driver = DRIVERS.get(url.drivername)
    if driver is None:
        raise ValueError(f"DATABASE_URL begins with “{url.drivername}”, which I do not know. {FORMS}")
    return file_address(url, driver) if driver.startswith("sqlite") else server_address(url, driver)


def file_address(url: URL, driver: str) -> Address:
    if url.host or url.query or not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise ValueError(f"DATABASE_URL names no file. {FORMS}")
    path = Path(url.database).absolute()
    return Address(URL.create(driver, database=str(path)), path)


def server_address(url: URL, driver: str) -> Address:
    if not url.database:
        raise ValueError(f"DATABASE_URL names no database on the server. {FORMS}")
    return Address(url.set(drivername=driver), None)
