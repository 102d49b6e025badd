"""The app about lamps, connected in both ways, in a workspace made by its manifest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox.slack.server import SlackServer, open_slack
from tests.sandbox.slack.acting import Acting, eventually
from tests.sandbox.slack.bolt_apps import MANIFEST, lamp_app, over_http, over_sockets


class Heard(list[dict[str, Any]]):
    """The bodies of everything that reached the app."""

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [body["event"] for body in self if body.get("event", {}).get("type") == kind]

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        return [body for body in self if body.get("type") == kind]

    async def event(self, kind: str) -> dict[str, Any]:
        """The first event of a kind, as soon as it has come."""

        async def came() -> list[dict[str, Any]]:
            return self.events(kind)

        found: dict[str, Any] = (await eventually(came))[0]
        return found


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with open_slack(manifest=MANIFEST) as server:
        yield server


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture(params=[over_sockets, over_http], ids=["sockets", "http"])
async def app(request: pytest.FixtureRequest, slack: SlackServer, heard: Heard) -> AsyncIterator[None]:
    bolt = lamp_app(slack, heard)
    async with request.param(slack, bolt):
        await bolt.client.conversations_join(channel="C0DEPLOYS")
        yield


@pytest.fixture
def view_of(ana: Acting) -> Any:
    """Waits for a modal with this title, or (None) for none."""

    async def wait(title: str | None) -> dict[str, Any]:
        async def look() -> Any:
            screen = await ana.get("view", **{"as": ana.user})
            view = screen["view"]
            return screen if (view["title"]["text"] if view else None) == title else None

        screen: dict[str, Any] = await eventually(look)
        return screen

    return wait
