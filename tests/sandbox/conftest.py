"""What the sandbox's tests share: terraform where the machine has it, and a reason where it has not."""

from __future__ import annotations

import os

import pytest

from bot.sandbox.terraform.terraform_engine import find_program

NOTHING_MAY_SKIP = os.environ.get("RUNBELL_TEST_NO_SKIP") == "1"


@pytest.fixture(scope="session")
def terraform_program() -> str:
    program = find_program()
    if program is None:
        reason = "neither terraform nor tofu is on the PATH"
        if NOTHING_MAY_SKIP:
            pytest.fail(reason)
        pytest.skip(reason)
    return program
