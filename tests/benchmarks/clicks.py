"""Our own CPU from a click on Approve & apply until the request to apply leaves: the whole house in one process, the sandbox in another.

`python -m tests.benchmarks.clicks` is that process: it is told of the sandbox by its environment and prints milliseconds as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import httpx
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.app import App, build
from bot.core.commands.runs import RunReference
from bot.core.policy import Actor
from bot.demos import RULES
from bot.logs import configure_logging
from bot.settings import read_settings
from bot.slack.ids import APPROVE, Address, encode
from tests.benchmarks.acks import signed
from tests.benchmarks.processes import process, sandbox, slack_settings
from tests.benchmarks.verdicts import Timing

ROUNDS, WARM_UP = 25, 5
GOAL = 10.0
WORKSPACE = "storefront-dev"
WAIT_MOST = 20.0
TEAM = "T0ACME"
ANA = Actor(id="U0ANA", team_id=TEAM, name="ana")


async def measure() -> Timing:
    with TemporaryDirectory(prefix="runbell-bench-") as name:
        folder = Path(name)
        (folder / "runbell.toml").write_text(RULES, encoding="utf-8")
        async with sandbox(folder, "--speed", "200") as card:
            told = slack_settings(card) | {
                "TFE_ADDRESS": card["terraform"]["address"],
                "TFE_TOKEN": card["terraform"]["token"],
                "TF_CLOUD_ORGANIZATION": card["terraform"]["organization"],
                "DATABASE_URL": f"sqlite:///{folder / 'clicks.db'}",
                "RUNBELL_RULES": str(folder / "runbell.toml"),
                "RUNBELL_LOG_LEVEL": "error",
            }
            async with process("-m", "tests.benchmarks.clicks", folder=folder, environment=told, stdout=PIPE) as child:
                said, _ = await child.communicate()
    took = json.loads(said)
    return Timing("our CPU from a click until the request to apply is on its way", tuple(took), GOAL)


class Marks:
    """When requests to apply left, by our own CPU's clock; put around httpx's way out."""

    def __init__(self) -> None:
        self.left: list[float] = []
        send: Callable[..., Awaitable[httpx.Response]] = httpx.AsyncHTTPTransport.handle_async_request

        async def marked(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/actions/apply"):
                self.left.append(time.process_time())
            return await send(transport, request)

        httpx.AsyncHTTPTransport.handle_async_request = marked  # type: ignore[method-assign,assignment]


async def clicking() -> list[float]:
    settings, marks = read_settings(), Marks()
    configure_logging("error", "json")
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
    took: list[float] = []
    async with build(settings) as app:
        for number in range(WARM_UP + ROUNDS):
            run_id = await waiting_run(app, secret, number)
            await painted(app)
            digest = await digest_of(app, run_id)
            began = time.process_time()
            await dispatch(app, secret, {"payload": json.dumps(click(run_id, digest, number))})
            took.append(1000 * (marks.left[-1] - began))
            if len(marks.left) != number + 1:
                raise RuntimeError("a click did not apply")
    return took[WARM_UP:]


async def waiting_run(app: App, secret: str, number: int) -> str:
    """A run that was asked for in Slack and waits for a decision."""
    person = {"user_id": "U0ANA", "user_name": "ana", "team_id": TEAM, "channel_id": "C0DEPLOYS", "channel_name": "deploys"}
    await dispatch(app, secret, {"command": "/tf", "text": f"run {WORKSPACE} number {number}", "trigger_id": f"1.c{number}", **person})
    async with asyncio.timeout(WAIT_MOST):
        while True:
            await asyncio.sleep(0.05)
            shown = await app.work.services.lookups.show(RunReference(workspace=WORKSPACE), ANA)
            if shown.run.waits_for_confirm:
                return shown.run.id


async def painted(app: App) -> None:
    """Whoever clicks has a message before them, which was judged when it was made."""
    for tick in (app.standing.presence.tick, app.standing.roles.tick, app.work.painter.tick):
        await tick(app.database.clock.now())


async def digest_of(app: App, run_id: str) -> str:
    """Of the plan, as the card's button carries it."""
    asked = await app.work.services.approvals.asked(run_id)
    return asked.tally.digest if asked is not None and asked.tally is not None else ""


def click(run_id: str, digest: str, number: int) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": "U0ANA", "username": "ana", "team_id": TEAM},
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "C0DEPLOYS"},
        "channel": {"id": "C0DEPLOYS", "name": "deploys"},
        "trigger_id": f"1.k{number}",
        "actions": [
            {"type": "button", "action_id": APPROVE, "block_id": "b", "value": encode(Address(run_id, digest)), "action_ts": "2.2"}
        ],
    }


async def dispatch(app: App, secret: str, form: dict[str, str]) -> None:
    """As Slack sends it over HTTP, signed; until the listener is done."""
    body = urlencode(form)
    response = await app.bolt.async_dispatch(AsyncBoltRequest(body=body, headers=dict(signed(secret, body.encode()))))
    if response.status != 200:
        raise RuntimeError(f"{response.status} {response.body}")
    await app.guard.finish(WAIT_MOST)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(clicking())))
