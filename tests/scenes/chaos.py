"""A disorderly day: runs begin, people decide, processes are killed and faults are pulled, all by the chances of one seed.

What came of it is compared with what the server says. Nothing here knows how the bot works inside, but for asking its tables whether
anything is still to be done.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.store.addresses import parse_address
from tests.scenes.fleet import Fleet, rows
from tests.scenes.stage import Message, NothingSeen, has, whole_text

LOUD = ("C0DEPLOYS", "C0INFRA", "C0PROD")
QUIET = ("C0SECRET", "C0GENERAL", "C0PARTNERS")
CHANNELS = LOUD + QUIET
PEOPLE = ("U0ANA", "U0KIM")
WORKSPACES = ("storefront-dev", "storefront-staging", "storefront-prod", "search-index", "dns", "billing")
QUICK = {"plan_seconds": 4, "apply_seconds": 6}
ENDS = {"applied": "Applied", "discarded": "Discarded", "errored": "ailed", "planned_and_finished": "No changes"}
FINAL = frozenset(ENDS)
FAULTS: tuple[dict[str, Any], ...] = (
    {"side": "slack", "match": "chat.postMessage", "kind": "lost", "times": 2},
    {"side": "slack", "match": "chat.update", "kind": "lost", "times": 2},
    {"side": "slack", "match": "chat.postMessage", "kind": "slow", "seconds": 0.8, "times": 2},
    {"side": "slack", "match": "chat.*", "kind": "down", "times": 6},
    {"side": "slack", "match": "conversations.history", "kind": "down", "times": 2},
    {"side": "slack", "match": "chat.*", "kind": "refused", "error": "internal_error", "times": 2},
    {"side": "slack", "match": "*", "kind": "down", "times": 10},
    {"side": "terraform", "match": "POST */actions/*", "kind": "lost", "times": 1},
    {"side": "terraform", "match": "POST */actions/*", "kind": "down", "times": 1},
    {"side": "terraform", "match": "GET */workspaces*", "kind": "down", "times": 4},
    {"side": "terraform", "match": "GET *", "kind": "reset", "times": 3},
    {"side": "terraform", "match": "GET */runs/*", "kind": "cut", "times": 2},
)


@dataclass
class Chaos:
    """`kills` processes are killed with -9 while so many `runs` are on their way; `seed` decides everything that is left to chance."""

    fleet: Fleet
    names: tuple[str, ...]
    runs: int
    kills: int
    seed: int
    chance: random.Random = field(init=False)
    decided: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - it is a game

    async def play(self) -> None:
        """Until every run has come to its end and nothing is left to be told."""
        await self.fleet.start(*self.names)
        await self.watch()
        stop = asyncio.Event()
        people = asyncio.create_task(self.decide(stop))
        try:
            await asyncio.gather(self.begin_runs(), self.kill_processes(), self.pull_faults())
            await self.heal()
            await self.until_over()
        finally:
            stop.set()
            await people
        await self.until_told()

    # What happens

    async def watch(self) -> None:
        await self.fleet.stage.person("POST", "invite", json_body={"as": "U0ANA", "channel": "C0SECRET", "user": "U0RUNBELL"})
        for name in WORKSPACES:
            await self.fleet.stage.control("POST", f"scripts/{name}", json_body=QUICK)
        for channel in CHANNELS:
            measure = " --measure all" if channel in LOUD else ""
            while not (await self.fleet.stage.types("U0ANA", f"/tf watch *{measure}", channel))["ok"]:
                await asyncio.sleep(0.1)
            await self.fleet.stage.expects("workspaces", channel=channel)

    async def begin_runs(self) -> None:
        """Two of three from outside, the third by typing; a command that is lost is typed again by nobody."""
        for number in range(self.runs):
            workspace = self.chance.choice(WORKSPACES)
            if number % 3:
                await self.insist(lambda name=workspace: self.fleet.stage.start_outside(name))  # type: ignore[misc]
            else:
                await self.fleet.stage.types(
                    self.chance.choice(PEOPLE), f"/tf run {workspace} number {number}", self.chance.choice(CHANNELS)
                )
            await asyncio.sleep(self.chance.uniform(0, 0.3))

    async def kill_processes(self) -> None:
        for _ in range(self.kills):
            await asyncio.sleep(self.chance.uniform(0.2, 2.4) / len(self.names) ** 0.5)
            name = self.chance.choice(self.names)
            await self.fleet.kill(name)
            await self.fleet.launch(name)

    async def pull_faults(self) -> None:
        for _ in range(self.kills):
            await asyncio.sleep(self.chance.uniform(0.2, 1.5))
            fault = dict(self.chance.choice(FAULTS))
            await self.fleet.stage.fault(fault.pop("side"), fault.pop("match"), fault.pop("kind"), **fault)
            if self.chance.random() < 0.2:
                await self.fleet.stage.person("POST", "sockets", json_body={})

    async def heal(self) -> None:
        await self.fleet.stage.control("DELETE", "faults")
        await self.fleet.stage.person("DELETE", "faults")
        for name in self.names:
            if not self.fleet.is_up(name):
                await self.fleet.launch(name)
        await asyncio.gather(*(self.fleet.until_ready(name) for name in self.names))

    async def decide(self, stop: asyncio.Event) -> None:
        """People look at a channel and answer what it asks; where nothing comes of it, they click again."""
        while not stop.is_set():
            channel = self.chance.choice(CHANNELS)
            asked = [one for one in await self.fleet.stage.of_the_bot(channel) if has(one, "run.approve")]
            for message in self.chance.sample(asked, min(3, len(asked))):
                action = "run.discard" if self.chance.random() < 0.2 and has(message, "run.discard") else "run.approve"
                self.decided[(await self.fleet.stage.clicks(self.chance.choice(PEOPLE), message, action)).get("error", "ok")] += 1
            await asyncio.sleep(0.1)

    # What it comes to

    async def insist(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Ask the server until no fault is in the way; what it did without saying so is counted by `truth` all the same."""
        for _ in range(100):
            try:
                return await ask()
            except (httpx.HTTPError, KeyError, ValueError):
                await asyncio.sleep(0.05)
        raise NothingSeen("the server does not answer")

    async def truth(self) -> dict[str, dict[str, Any]]:
        """Every run that there is, by id."""
        found: dict[str, dict[str, Any]] = {}
        number: int | None = 1
        while number is not None:
            path = f"organizations/acme/runs?page[size]=100&page[number]={number}"
            document = await self.insist(lambda path=path: self._document(path))  # type: ignore[misc]
            found |= {one["id"]: one["attributes"] for one in document["data"]}
            number = document["meta"]["pagination"]["next-page"]
        return found

    async def _document(self, path: str) -> dict[str, Any]:
        document: dict[str, Any] = (await self.fleet.stage.terraform("GET", path)).json()
        assert document["data"] is not None
        return document

    async def until_over(self) -> None:
        open_runs: list[str] = []
        for _ in range(900):
            open_runs = [f"{run_id} {run['status']}" for run_id, run in (await self.truth()).items() if run["status"] not in FINAL]
            if not open_runs:
                return
            await asyncio.sleep(0.1)
        raise NothingSeen(f"never decided: {open_runs}, clicks: {self.decided}\n{self.logs()}")

    async def until_told(self) -> None:
        """Nothing waits to be painted or settled, and the newest of each run has been seen."""
        waiting: list[tuple[Any, ...]] = []
        for _ in range(600):
            open_runs = await self.ask("SELECT id, status FROM runs WHERE NOT is_final")
            unpainted = await self.ask("SELECT subject, channel, kind, last_error FROM messages WHERE wanted > painted")
            unsettled = await self.ask("SELECT id, state FROM intents WHERE state IN ('pending', 'sent', 'unsure')")
            seen = {run_id for (run_id,) in await self.ask("SELECT id FROM runs WHERE is_final")}
            unseen = [(run_id, "was never seen") for run_id in (await self.truth()).keys() - seen]
            waiting = [*open_runs, *unpainted, *unsettled, *unseen]
            if not waiting:
                return
            await asyncio.sleep(0.1)
        raise NothingSeen(f"never told: {waiting}\n{self.logs()}")

    async def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The tables of the bots, from outside."""
        path = parse_address(self.fleet.url).path
        if path is None:
            return await rows(self.fleet.url, query)
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(query).fetchall()

    def logs(self) -> str:
        return "\n".join(
            f"== {name}\n{self.fleet.ships[name].log.read_text(encoding='utf-8', errors='replace')[-1500:]}" for name in self.names
        )

    # What must be so afterwards

    async def faults_found(self) -> list[str]:
        """Each thing that is not as it must be, in words; none where all is well."""
        truth = await self.truth()
        started = dict(await self.ask("SELECT run_id, channel FROM intents WHERE deed = 'create' AND run_id IS NOT NULL"))
        decided = set(await self.ask("SELECT run_id, channel FROM decisions"))
        counts = (await self.fleet.stage.control("GET", "requests"))["counts"]
        found = [
            f"{run_id} was applied {count} times"
            for run_id in truth
            if (count := applies(counts, run_id)) > 1 and truth[run_id]["status"] != "discarded"
        ]
        for channel in CHANNELS:
            messages = keyed(await self.fleet.stage.of_the_bot(channel))
            found += [f"{key} stands {len(ones)} times in {channel}" for key, ones in messages.items() if len(ones) > 1]
            for run_id, run in truth.items():
                is_here = started.get(run_id) == channel or (run_id, channel) in decided
                found += missing(run_id, run, channel, messages, is_here=is_here)
        return found


def applies(counts: dict[str, int], run_id: str) -> int:
    return counts.get(f"POST /api/v2/runs/{run_id}/actions/apply", 0)


def keyed(messages: list[Message]) -> dict[str, list[Message]]:
    """The bot's messages about runs, by the key that each bears."""
    found: dict[str, list[Message]] = {}
    for message in messages:
        key = ((message.get("metadata") or {}).get("event_payload") or {}).get("key", "")
        if key.startswith("run-"):
            found.setdefault(key, []).append(message)
    return found


def missing(run_id: str, run: dict[str, Any], channel: str, messages: dict[str, list[Message]], *, is_here: bool) -> list[str]:
    """What a channel lacks of a run that is over."""
    status, has_waited = run["status"], "planned-at" in run["status-timestamps"] and run["has-changes"]
    cards = messages.get(f"{run_id}/card/", [])
    if not cards:
        hears = channel in LOUD or is_here or has_waited or status == "errored"
        return [f"{run_id} ({status}) has no card in {channel}"] if hears else []
    found = (
        []
        if ENDS[status] in whole_text(cards[0])
        else [f"the card of {run_id} in {channel} does not say {status}: {whole_text(cards[0])[:200]}"]
    )
    found += [f"the card of {run_id} ({status}) in {channel} still has buttons"] if has(cards[0], "run.approve") else []
    return found
