"""The stage of the scenes: a sandbox and the bot, each a process of its own, and people who type, click and look over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import httpx

from bot.demos import RULES, child_environment
from tests.fakes.stores import put_tables
from tests.scenes.applies import Bot, demand_decided
from tests.scenes.nursery import nursery

Message = dict[str, Any]
PATIENCE = 40.0
ROOT = Path(__file__).parents[2]
OURS = ("SLACK_", "TFE_", "TF_", "RUNBELL_", "DATABASE_")


class NothingSeen(AssertionError):
    """What a scene waited for did not come; it says what was there instead."""


class Child(Protocol):
    """What a scene asks of a process."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def send_signal(self, signal: int, /) -> None: ...

    def kill(self) -> None: ...

    async def wait(self) -> int: ...


@dataclass
class Process:
    """A child process with its output in a file."""

    child: Child
    log: Path

    async def end(self, number: int = signal.SIGTERM) -> int:
        if self.child.returncode is None:
            self.child.send_signal(number)
            try:
                async with asyncio.timeout(15):
                    await self.child.wait()
            except TimeoutError:
                self.child.kill()
                await self.child.wait()
        assert self.child.returncode is not None
        return self.child.returncode


APPROVE = "run.approve"
CONFIRMING = ("command.confirm", "command.form")


def is_confirming(message: Message) -> bool:
    return any(has(message, action) for action in CONFIRMING)


@dataclass
class Stage:
    """`card` is what the sandbox says of itself; `speed` divides the bot's Pace.

    `bots` are all that were ever started here, `confirmed` the messages whose button was clicked by `confirms`.
    """

    card: Mapping[str, Any]
    client: httpx.AsyncClient
    folder: Path
    speed: float = 10.0
    starts: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    bot: Process | None = None
    bots: set[Bot] = field(default_factory=set)
    confirmed: set[str] = field(default_factory=set)

    # The bot

    async def start_bot(self) -> None:
        environment = child_environment(self.card, self.folder, 0)
        environment |= {"RUNBELL_TEST_SPEED": str(self.speed), "RUNBELL_LOG_FORMAT": "json", **self.settings}
        self.bots.add(Bot.of(environment))
        log = self.folder / f"bot-{self.starts}.log"
        self.starts += 1
        self.bot = Process(await nursery().bear(("serve",), environment, self.folder, log), log)
        await self.until_ready()

    async def until_ready(self) -> None:
        assert self.bot is not None
        for _ in range(600):
            if self.bot.child.returncode is not None:
                raise NothingSeen(f"the bot has ended: {self.bot.log.read_text()[-3000:]}")
            try:
                port = health_port(self.bot.log)
                if port and (await self.client.get(f"http://127.0.0.1:{port}/readyz")).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
        raise NothingSeen(f"the bot is not ready: {self.bot.log.read_text()[-3000:]}")

    async def stop_bot(self, number: int = signal.SIGTERM) -> int:
        assert self.bot is not None
        return await self.bot.end(number)

    # People

    async def person(self, verb: str, path: str, *, json_body: Any = None, **query: str) -> dict[str, Any]:
        url = self.card["slack"]["api"].replace("/api/", f"/_person/{path}")
        answer = await self.client.request(verb, url, params=query, json=json_body, headers={"X-Sandbox-Secret": self.card["secret"]})
        document: dict[str, Any] = answer.json()
        return document

    async def types(self, person: str, text: str, channel: str = "C0DEPLOYS") -> dict[str, Any]:
        return await self.person("POST", "command", json_body={"as": person, "channel": channel, "text": text})

    async def clicks(self, person: str, message: Message, action: str) -> dict[str, Any]:
        body = {"as": person, "channel": message["channel"], "ts": message["ts"], "action_id": action}
        return await self.person("POST", "click", json_body=body)

    async def confirms(self, person: str, channel: str = "C0DEPLOYS") -> Message:
        """Click the one button under the command that they were shown last; what they were shown.

        A button that was clicked stays until it is answered, and must not be taken for the one of the next command.
        """
        shown = await self.until(lambda one: one["ts"] not in self.confirmed and is_confirming(one), person=person, channel=channel)
        self.confirmed.add(shown["ts"])
        await self.clicks(person, shown, next(action for action in CONFIRMING if has(shown, action)))
        return shown

    async def sees(self, person: str, channel: str = "C0DEPLOYS") -> list[Message]:
        found: list[Message] = (await self.person("GET", "messages", **{"as": person, "channel": channel}))["messages"]
        return found

    async def of_the_bot(self, channel: str = "C0DEPLOYS") -> list[Message]:
        """What the bot has said to everybody in a channel."""
        return [one for one in await self.sees("U0ANA", channel) if one["is_app"] and not one["ephemeral"] and not one.get("subtype")]

    async def until(self, wanted: Callable[[Message], bool], *, person: str = "U0ANA", channel: str = "C0DEPLOYS") -> Message:
        """The newest message that is as wanted, as soon as there is one; NothingSeen tells what is there instead."""
        end, seen = monotonic() + PATIENCE, list[Message]()
        while monotonic() < end:
            seen = await self.sees(person, channel)
            found = [message for message in seen if wanted(message)]
            if found:
                return found[-1]
            await asyncio.sleep(0.1)
        log = self.bot.log.read_text()[-2000:] if self.bot else ""
        raise NothingSeen("\n---\n".join(["Seen were:", *map(whole_text, seen), f"The bot wrote:\n{log}"]))

    async def expects(
        self, text: str, *, person: str = "U0ANA", channel: str = "C0DEPLOYS", action: str = "", with_key: str = ""
    ) -> Message:
        """The newest message that says so, with a button where one is named, and of the kind that its key tells."""
        try:
            return await self.until(
                lambda one: text in whole_text(one) and with_key in key_of(one) and (not action or has(one, action)),
                person=person,
                channel=channel,
            )
        except NothingSeen as error:
            raise NothingSeen(f"“{text}” {action} was not seen. {error}") from None

    # The server, from outside of Slack

    async def terraform(self, verb: str, path: str, *, body: Any = None, token: str = "user_token") -> httpx.Response:
        """As somebody with a token of their own, who waits where there are too many requests."""
        headers = {"Authorization": f"Bearer {self.card['terraform'][token]}", "Content-Type": "application/vnd.api+json"}
        url = f"{self.card['terraform']['address']}/api/v2/{path}"
        for _ in range(30):
            answer = await self.client.request(verb, url, json=body, headers=headers)
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return answer
            await asyncio.sleep(min(float(answer.headers.get("X-RateLimit-Reset", 0.5)), 1.0))
        raise NothingSeen(f"{verb} {path} was limited for too long")

    async def workspace(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = (await self.terraform("GET", f"organizations/acme/workspaces/{name}")).json()["data"]
        return document

    async def start_outside(self, workspace: str, message: str = "from the web") -> str:
        identity = (await self.workspace(workspace))["id"]
        body = {
            "data": {
                "type": "runs",
                "attributes": {"message": message},
                "relationships": {"workspace": {"data": {"type": "workspaces", "id": identity}}},
            }
        }
        answer = await self.terraform("POST", "runs", body=body)
        return str(answer.json()["data"]["id"])

    async def runs_of(self, workspace: str) -> list[dict[str, Any]]:
        identity = (await self.workspace(workspace))["id"]
        document: list[dict[str, Any]] = (await self.terraform("GET", f"workspaces/{identity}/runs")).json()["data"]
        return document

    async def current_run(self, workspace: str) -> dict[str, Any] | None:
        path = f"organizations/acme/workspaces/{workspace}?include=current_run"
        return next(iter((await self.terraform("GET", path)).json().get("included", [])), None)

    async def until_run(self, workspace: str, status: str) -> dict[str, Any]:
        """The current run of a workspace, once it has a status."""
        run = None
        for _ in range(int(PATIENCE / 0.2)):
            run = await self.current_run(workspace)
            if run is not None and run["attributes"]["status"] == status:
                return run
            await asyncio.sleep(0.2)
        raise NothingSeen(f"the run of {workspace} is not {status}, but {run and run['attributes']['status']}")

    async def control(self, verb: str, path: str, *, json_body: Any = None) -> dict[str, Any]:
        url = f"{self.card['terraform']['address']}/_control/{path}"
        answer = await self.client.request(verb, url, json=json_body, headers={"X-Sandbox-Secret": self.card["secret"]})
        document: dict[str, Any] = answer.json()
        return document

    async def calls(self, ending: str) -> list[dict[str, Any]]:
        """The requests that the Runs API got and whose path ends so."""
        return [one for one in (await self.control("GET", "requests"))["requests"] if one["path"].endswith(ending)]

    async def demand_decided(self) -> None:
        """Raise UndecidedApply if a bot applied what was not decided. Call it while no bot runs."""
        log, world = await self.control("GET", "requests"), await self.person("GET", "world")
        await demand_decided(log, world, self.card["terraform"], self.bots)

    async def fault(self, side: str, match: str, kind: str, **facts: Any) -> None:
        fault = {"side": side, "match": match, "kind": kind, **facts}
        pulled = await (
            self.person("POST", "faults", json_body=fault) if side == "slack" else self.control("POST", "faults", json_body=fault)
        )
        assert pulled.get("id"), pulled


def health_port(log: Path) -> int:
    """The port that the bot has written down; 0 before."""
    found = re.search(rb'"port": (\d+), "event": "healthy"', log.read_bytes())
    return int(found[1]) if found else 0


def has(message: Message, action: str) -> bool:
    """Whether a message has a button that does what it says. Approve does once it carries the digest of the plan: before that the
    plan was not judged, and a click only shows it."""
    return any(
        element.get("action_id") == action and (action != APPROVE or "=" in element["value"])
        for block in message["blocks"] or ()
        for element in block.get("elements", ())
    )


def buttons(message: Message) -> list[str]:
    found = [element.get("action_id", "") for block in message["blocks"] or () for element in block.get("elements", ())]
    return [action for action in found if action.startswith("run.") and action not in {"run.open", "run.review"}]


def key_of(message: Message) -> str:
    """What the message's metadata say it is; empty for another's."""
    payload = (message.get("metadata") or {}).get("event_payload", {})
    return str(payload.get("key", ""))


def run_of(message: Message) -> str:
    """The id of the run that a message of the bot is about."""
    return key_of(message).split("/")[0]


def whole_text(message: Message) -> str:
    """All that a message shows, its blocks' texts after its own."""
    return "\n".join([message["text"], *texts(message["blocks"] or [])])


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [found for key, inner in value.items() if key != "confirm" for found in texts(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in texts(inner)]
    return []


@asynccontextmanager
async def open_stage(folder: Path, *options: str, rules: str = RULES) -> AsyncIterator[Stage]:
    """A sandbox in a process of its own, with Slack's limits on, and no bot yet; everything that was started is ended.

    At the end each apply is looked up: UndecidedApply if one was not decided.
    """
    async with AsyncExitStack() as stack:
        sandbox = await start_sandbox(folder, *options)
        stack.push_async_callback(sandbox.end)
        card = await card_of(sandbox)
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=20, trust_env=False))
        put_tables(folder / "runbell.db")
        (folder / "runbell.toml").write_text(rules, encoding="utf-8")
        stage = Stage(card, client, folder)
        await stage.person("POST", "limits", json_body={"on": True})
        stack.push_async_callback(stage.demand_decided)
        stack.push_async_callback(end_bot, stage)
        yield stage


async def start_sandbox(folder: Path, *options: str) -> Process:
    card, errors = folder / "sandbox.json", folder / "sandbox.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | {"PYTHONPATH": str(ROOT)}
    words = ("sandbox", "--json", "--port", "0", *options)
    return Process(await nursery().bear(words, environment, folder, card, errors), card)


async def card_of(sandbox: Process) -> dict[str, Any]:
    """What it says of itself in its first line."""
    async with asyncio.timeout(20):
        while True:
            assert sandbox.child.returncode is None, (sandbox.log.parent / "sandbox.log").read_text(encoding="utf-8")
            if sandbox.log.exists() and (said := sandbox.log.read_text(encoding="utf-8")).endswith("\n"):
                card: dict[str, Any] = json.loads(said.splitlines()[0])
                return card
            await asyncio.sleep(0.01)


async def end_bot(stage: Stage) -> None:
    if stage.bot is not None:
        await stage.bot.end()
