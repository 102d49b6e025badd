"""Fixtures for every test: asyncio is the one event loop, and the environment is empty of settings.

What takes minutes is asked for by the environment, as `make test-all` and `make bench-faults` do: CHAOS_KILLS, FREEZE_RACES,
APPROVAL_EXAMPLES.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

LONG = {
    "CHAOS_KILLS": ("scenes/test_chaos.py",),
    "FREEZE_RACES": ("test_freeze_races.py",),
    "APPROVAL_EXAMPLES": ("approvals/test_machine.py", "approvals/test_seeded_faults.py"),
}
"""Variables that say how long a test shall go on, and the files with it. Without them they are left to `make test-all`."""

collect_ignore = [name for variable, names in LONG.items() if variable not in os.environ for name in names]

# Derandomized: what was green once stays so until the code or the test changes.
settings.register_profile("quick", settings.get_profile("ci"), max_examples=40)
settings.register_profile("long", settings.get_profile("ci"), max_examples=200)

pytest_plugins = ["tests.tracing"]

FOREIGN = ("SLACK_", "TFE_", "TF_", "DATABASE_", "RUNBELL_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")

MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux keeps files in memory
ROOM = 2 * 2**30
"""Bytes that a run leaves there at most, several times over."""


def pytest_configure() -> None:
    """Keep the tests' files in memory where there is room.

    SQLite waits for the disk at each commit. On a machine whose disk others use too, that can take seconds, and a request that is not
    stored within two seconds is rightly not acknowledged.
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(FOREIGN):
            monkeypatch.delenv(name)
