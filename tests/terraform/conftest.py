"""A scripted server, and clients that speak to it: a patient one, and one that gives up before half a second is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.core.pace import Pace
from bot.terraform.client import TerraformClient
from tests.terraform.servers import ScriptedServer, serving

TOKEN = "canary.atlasv1.q8Zt3vX"
QUICK = Pace(request_timeout=5.0, look_deadline=10.0, retry_first=0.05, retry_most=0.5)
IMPATIENT = replace(QUICK, request_timeout=0.4, look_deadline=0.4)


@pytest.fixture
def server_kind() -> type[ScriptedServer]:
    return ScriptedServer


@pytest.fixture
async def server(server_kind: type[ScriptedServer]) -> AsyncIterator[ScriptedServer]:
    async with serving(server_kind()) as opened:
        yield opened


@pytest.fixture
async def client(server: ScriptedServer) -> AsyncIterator[TerraformClient]:
    async with TerraformClient(server.url, TOKEN, pace=QUICK, user_agent="runbell/test") as opened:
        yield opened


@pytest.fixture
async def impatient(server: ScriptedServer) -> AsyncIterator[TerraformClient]:
    async with TerraformClient(server.url, TOKEN, pace=IMPATIENT) as opened:
        yield opened
