"""Each test of the contract runs once on the fake, and once on the client with the sandbox behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contracts.benches import Bench, open_fake_bench, open_sandbox_bench


@pytest.fixture(params=["fake", "sandbox"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    if request.param == "fake":
        yield open_fake_bench()
        return
    async with open_sandbox_bench(tmp_path) as opened:
        yield opened
