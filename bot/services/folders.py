"""Folders for files on their way, each held by a lock that ends with its process, so that what a killed one has left is known as that."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "runbell-upload-"
"""How the folders begin in which files lie for as long as they are on their way."""
UNHELD = "runbell-new-"
"""How they begin for the moment in which they are not locked yet."""


@contextmanager
def held_folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix=UNHELD))
    folder = made.with_name(made.name.replace(UNHELD, FOLDER, 1))
    lock = os.open(made, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        made.rename(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(made, ignore_errors=True)
        os.close(lock)


def sweep() -> None:
    """Remove what processes that were killed have left in the folder for temporary files."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # somebody is at it, or it lies where nothing can be locked
            continue
        finally:
            os.close(lock)
