"""The command `runbell sandbox`: its dialects, sizes and faults, and the one line of JSON that it prints first."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

COMMAND = (sys.executable, "-m", "bot", "sandbox")
STARTS_WITHIN, STOPS_WITHIN = 30.0, 10.0


@asynccontextmanager
async def sandbox(*options: str) -> AsyncIterator[dict[str, Any]]:
    """What it printed, while it runs."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--json", "--port", "0", "--engine", "scripted", *options, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(STARTS_WITHIN):
            line = await process.stdout.readline()
        yield json.loads(line)
    finally:
        process.terminate()
        async with asyncio.timeout(STOPS_WITHIN):
            await process.wait()


async def get(card: dict[str, Any], path: str) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {card['terraform']['token']}"}
    async with aiohttp.ClientSession() as session, session.get(f"{card['terraform']['address']}/api/v2/{path}", headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_the_first_line_is_one_object_with_all_that_a_client_needs() -> None:
    async with sandbox() as card:
        assert set(card) == {"page", "engine", "secret", "terraform", "slack"}
        assert set(card["terraform"]) == {"address", "organization", "token", "user_token", "organization_token"}
        assert {"api", "bot_token", "app_token", "signing_secret", "people", "channels"} <= set(card["slack"])
        assert {"id", "name", "role"} <= set(card["slack"]["people"][0])
        assert {"id", "name"} <= set(card["slack"]["channels"][0])
        assert (await get(card, "organizations/acme"))[0] == 200


async def test_dialect_size_and_faults_are_options() -> None:
    options = ("--flavour", "compatible", "--workspaces", "60", "--live", "6", "--fault", "503 x1 on GET */acme", "--fault", "slow:0.01")
    async with sandbox(*options) as card:
        assert await get(card, "organizations/acme") == (503, {"detail": "service unavailable"})
        assert (await get(card, "organizations/acme"))[0] == 200
        status, document = await get(card, "organizations/acme/workspaces")
        assert (status, len(document["data"]) >= 60, "meta" in document) == (200, True, False)


@pytest.mark.parametrize(
    "options,why",
    [(("--fault", "odd on */x"), "kind must be one of"), (("--workspaces", "5", "--engine", "terraform"), "scripted engine")],
)
async def test_what_makes_no_sense_is_told_before_anything_starts(options: tuple[str, ...], why: str) -> None:
    process = await asyncio.create_subprocess_exec(*COMMAND, *options, stderr=asyncio.subprocess.PIPE)
    _, told = await asyncio.wait_for(process.communicate(), STARTS_WITHIN)
    assert (process.returncode, why in told.decode()) == (2, True)
