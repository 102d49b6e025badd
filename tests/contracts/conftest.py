"""Each test of the contract runs on the fake and on the client with the sandbox behind it, once for each flavour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest

from bot.sandbox.terraform.flavours import FLAVOURS
from tests.contracts.benches import Bench, open_fake_bench, open_sandbox_bench


@pytest.fixture(params=list(product(("fake", "sandbox"), FLAVOURS)), ids="-".join)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    kind, flavour = request.param
    if kind == "fake":
        yield open_fake_bench(flavour)
        return
    async with open_sandbox_bench(tmp_path, flavour) as opened:
        yield opened
