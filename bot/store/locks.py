"""One process at a time for an SQLite file, told by a lock on a file beside it, which ends with the process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.store.private import keep_private
from bot.store.refusals import DatabaseInUse, DatabaseUnreachable


@contextmanager
def locked_file(path: Path) -> Iterator[None]:
    """Hold `<path>.lock`, making it and its folder where they are missing. It stays behind: removing it would let two hold one each.

    DatabaseInUse where another process holds it, DatabaseUnreachable where it cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DatabaseUnreachable(f"sqlite:///{path}", error.strerror or str(error)) from error
    try:
        claim(lock, path)
        keep_private_or_refuse(path)
        yield
    finally:
        os.close(lock)


def keep_private_or_refuse(path: Path) -> None:
    try:
        keep_private(path)
    except OSError as error:
        raise DatabaseUnreachable(f"sqlite:///{path}", error.strerror or str(error)) from error


def claim(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise DatabaseInUse(path) from None
