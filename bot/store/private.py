"""SQLite's files belong to the user that Runbell runs as, and to nobody else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

BESIDE = ("", "-wal", "-shm", "-journal", ".lock")
"""What the names of the files end with: of the database, of what SQLite writes beside it, and of our lock."""
OTHERS = 0o077
OURS = 0o600


def keep_private(path: Path) -> None:
    """Make the database 0600 before SQLite does, and tighten files that an older release or a copy has left open to others.

    SQLite gives -wal and -shm the mode of the database (sqlite.org, "os_unix.c", findCreateFileMode).
    """
    for ending in BESIDE:
        tighten(path.with_name(path.name + ending))
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OURS))


def tighten(path: Path) -> None:
    """Take from others what they may do with the file. The log says where that was needed, or could not be done."""
    try:
        found = path.stat().st_mode
        before = stat.S_IMODE(found)
        if not stat.S_ISREG(found) or not before & OTHERS:
            return
        path.chmod(OURS)
    except FileNotFoundError:
        return
    except OSError as error:  # another user's file, or a file system without modes: serving goes on as before
        log.warning("file_open_to_others", path=str(path), error=error.strerror)
        return
    log.warning("file_tightened", path=str(path), before=f"{before:04o}", now=f"{OURS:04o}")
