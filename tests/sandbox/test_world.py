"""The whole sandbox opens, tells where it is, and leaves nothing behind."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.world import World, WorldOptions, open_world

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SCRIPTED = WorldOptions(slack_port=0, runs_api_port=0, blob_port=0, engine="scripted")


async def call(method: str, url: str, headers: dict[str, str], body: object = None) -> tuple[int, object]:
    async with aiohttp.ClientSession() as session, session.request(method, url, headers=headers, json=body) as response:
        return response.status, await response.json()


async def test_the_card_leads_to_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with open_world(SCRIPTED) as world:
        card = world.card()
        assert set(card) == {"page", "engine", "secret", "terraform", "slack"}
        assert (card["engine"], card["page"]) == ("scripted", f"{world.slack.url}/#secret={card['secret']}")
        place = card["terraform"]
        for token in ("token", "user_token", "organization_token"):
            url = f"{place['address']}/api/v2/organizations/{place['organization']}"
            assert (await call("GET", url, {"Authorization": f"Bearer {place[token]}"}))[0] == 200
        slack = card["slack"]
        status, answer = await call("POST", f"{slack['api']}auth.test", {"Authorization": f"Bearer {slack['bot_token']}"})
        assert (status, isinstance(answer, dict) and answer["ok"]) == (200, True)
        assert {"ana", "kim", "raj", "gus"} <= {each["name"] for each in slack["people"]}
        assert len(listed(tmp_path)) == 1
    assert listed(tmp_path) == []


def listed(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def person(world: World, path: str) -> tuple[int, object]:
    return await call("GET", f"{world.slack.url}/_person/{path}", {"X-Sandbox-Secret": world.secret})


async def test_the_page_knows_where_runs_are_and_how_they_are_made() -> None:
    async with open_world(SCRIPTED) as world:
        status, found = await person(world, "world")
        assert status == 200
        assert isinstance(found, dict)
        assert found["engine"] == "scripted"
        assert found["terraform"]["address"] == world.runs_api.address
        assert found["terraform"]["page"] == f"{world.runs_api.address}/app/acme/workspaces"
        headers = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        async with aiohttp.ClientSession() as session, session.get(found["terraform"]["page"], headers=headers) as response:
            assert "storefront-prod" in await response.text()


async def test_faults_and_clock_are_shared_by_both_servers() -> None:
    async with open_world(SCRIPTED) as world:
        secret = {"X-Sandbox-Secret": world.secret}
        await call("POST", f"{world.slack.url}/_person/faults", secret, {"match": "auth.test", "kind": "down"})
        await call("POST", f"{world.runs_api.address}/_control/faults", secret, {"match": "*", "kind": "down"})
        assert [fault.side for fault in world.faults.in_force()] == ["slack", "terraform"]
        await call("POST", f"{world.runs_api.address}/_control/clock", secret, {"speed": 7})
        assert world.clock.speed == 7
