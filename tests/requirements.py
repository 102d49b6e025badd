"""What a test needs of the machine: without it the test is skipped, saying why, unless nothing may be skipped."""

from __future__ import annotations

import os
import shutil

import pytest

NOTHING_MAY_SKIP = os.environ.get("RUNBELL_TEST_NO_SKIP") == "1"


def demand(found: object, reason: str) -> None:
    """Go on where it was found; skip with the reason otherwise, or fail where RUNBELL_TEST_NO_SKIP is 1."""
    if not found:
        (pytest.fail if NOTHING_MAY_SKIP else pytest.skip)(reason)


def demand_terraform() -> None:
    demand(shutil.which("terraform") or shutil.which("tofu"), "neither terraform nor tofu is on the PATH")
