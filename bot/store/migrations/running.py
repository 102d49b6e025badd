"""Running the revisions on a connection of ours, from wherever the package is installed."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

ONE_AT_A_TIME = Lock()
"""Alembic keeps the running migration in module variables."""


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade_on(connection: Connection) -> None:
    """Up to the newest revision, inside the transaction that the connection is in."""
    config = configuration()
    config.attributes["connection"] = connection
    with ONE_AT_A_TIME:
        command.upgrade(config, "head")


def revisions() -> set[str]:
    """Every revision that this release knows."""
    return {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
