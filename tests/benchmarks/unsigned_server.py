"""Slack's endpoint with Bolt behind it, and health with `/blocks`: the longest that the event loop was kept since it was asked last.

Arguments: the port for Slack, the port for health.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping

import aiohttp
from aiohttp import web

from bot.app import slack_door
from bot.app.bolts import bolt_app
from bot.http_limits import Admission
from bot.settings import Settings
from bot.slack.installations import Installation
from bot.web import health_app, listening, public_app

SECRET = "a-signing-secret-of-32-letters!!"
SETTINGS = {
    "SLACK_BOT_TOKEN": "xoxb-bench",
    "SLACK_SIGNING_SECRET": SECRET,
    "SLACK_API_URL": "http://127.0.0.1:9/api/",
    "TFE_ADDRESS": "http://127.0.0.1:9",
    "TFE_TOKEN": "bench",
    "TF_CLOUD_ORGANIZATION": "acme",
}
US = Installation(team_id="T0ACME", team="acme", app_user="U0RUNBELL", bot_id="B0RUNBELL", scopes=None)


class Turns:
    """How long a task that wants a turn every millisecond waits for it, in CPU time of the loop's thread: others use the machine too."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.thread_time() - began)


async def main(port: int, health: int) -> None:
    turns = Turns()

    async def readiness() -> Mapping[str, str]:
        return {}

    async def longest(_: web.Request) -> web.Response:
        found, turns.longest = turns.longest, 0.0
        return web.json_response({"milliseconds": 1000 * found})

    admission, healthy = Admission(), health_app(readiness)
    healthy.router.add_get("/blocks", longest)
    async with aiohttp.ClientSession() as session:
        app = public_app(slack_door(bolt_app(Settings.model_validate(SETTINGS), session, US), SECRET, admission))
        async with listening(app, "127.0.0.1", port, "PORT", admission), listening(healthy, "127.0.0.1", health, "PORT"):
            await turns.watch()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
