"""A disorderly day: runs begin, people decide, processes are killed and faults are pulled, all by the chances of one seed.

Nothing here knows how the bot works inside, but for asking its tables whether anything is still to be done. What came of the day is
judged in aftermath.py.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.store.addresses import parse_address
from tests.scenes.fleet import Fleet, rows
from tests.scenes.stage import Message, NothingSeen, has, key_of

WATCHES = {
    "C0DEPLOYS": ("*", "all"),
    "C0SECRET": ("*-prod", "all"),
    "C0INFRA": ("*", "decisions"),
    "C0PROD": ("s*", "decisions"),
    "C0GENERAL": ("*", "failures"),
    "C0PARTNERS": ("*-dev", "decisions"),
}
"""The workspaces that a channel watches, and how much of them; in the last one others read along, so that nobody acts there."""
CHANNELS = tuple(WATCHES)
PEOPLE = ("U0ANA", "U0KIM")
SAMPLES = ("storefront-dev", "storefront-staging", "storefront-prod", "search-index", "dns", "billing")
MADE_UP = 24
PATIENCE = 60.0
"""Seconds after which people click again: what was decided and not sent, since the process was killed, takes the bots as long.

These, and those of the faults and of lives, are of the bots' pace, and pass as fast.
"""
LIFE = (2.0, 30.0)
"""Seconds that a process works at least, and at most, before it is killed."""
FORM_LOOKS = 60
"""How often somebody looks for a form, twenty times a second."""
QUICK: dict[str, Any] = {"plan_seconds": 4, "apply_seconds": 6}
ODD: tuple[dict[str, Any], ...] = (
    {"plan_error": "no such thing"},
    {"apply_error": "it would not have it"},
    {"additions": 0, "changes": 0, "destructions": 0},
)
FINAL = frozenset({"applied", "discarded", "errored", "planned_and_finished"})
FAULTS: tuple[dict[str, Any], ...] = (
    {"side": "slack", "match": "chat.postMessage", "kind": "lost", "times": 2},
    {"side": "slack", "match": "chat.postMessage", "kind": "slow", "seconds": 16, "times": 2},
    {"side": "slack", "match": "chat.postMessage", "kind": "belated", "seconds": 8, "times": 1},
    {"side": "slack", "match": "chat.postMessage", "kind": "belated", "seconds": 50, "times": 2},
    {"side": "slack", "match": "conversations.history", "kind": "lags", "seconds": 50, "times": 2},
    {"side": "slack", "match": "conversations.history", "kind": "down", "times": 2},
    {"side": "slack", "match": "chat.update", "kind": "lost", "times": 2},
    {"side": "slack", "match": "chat.*", "kind": "down", "times": 5},
    {"side": "slack", "match": "chat.*", "kind": "refused", "error": "internal_error", "times": 2},
    {"side": "slack", "match": "chat.delete", "kind": "lost", "times": 1},
    {"side": "slack", "match": "*", "kind": "down", "times": 4},
    {"side": "terraform", "match": "POST */actions/*", "kind": "lost", "times": 1},
    {"side": "terraform", "match": "POST */actions/*", "kind": "down", "times": 1},
    {"side": "terraform", "match": "POST */actions/*", "kind": "slow", "seconds": 14, "times": 1},
    {"side": "terraform", "match": "POST /api/v2/runs", "kind": "lost", "times": 1},
    {"side": "terraform", "match": "GET */workspaces*", "kind": "down", "times": 4},
    {"side": "terraform", "match": "GET *", "kind": "reset", "times": 3},
    {"side": "terraform", "match": "GET */runs/*", "kind": "cut", "times": 2},
)


@dataclass
class Chaos:
    """`kills` processes at work are killed with -9 while so many `runs` are on their way; `seed` decides what is left to chance."""

    fleet: Fleet
    names: tuple[str, ...]
    runs: int
    kills: int
    seed: int
    chance: random.Random = field(init=False)
    counts: Counter[str] = field(default_factory=Counter)
    hands: dict[str, asyncio.Lock] = field(default_factory=lambda: {person: asyncio.Lock() for person in PEOPLE})
    workspaces: tuple[str, ...] = SAMPLES
    past: frozenset[str] = frozenset()
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - it is a game

    async def play(self) -> None:
        """Until every run has come to its end and nothing is left to be told."""
        await self.fleet.stage.person("POST", "limits", json_body={"on": False})  # a channel of Slack's takes an hour for as much
        self.past = frozenset(await self.truth())
        await self.fleet.start(*self.names)
        self.note("started")
        await self.watch()
        self.note("watching")
        people, keepers = asyncio.create_task(self.decide()), asyncio.create_task(self.keep_up())
        faults = asyncio.create_task(self.pull_faults())
        try:
            await asyncio.gather(self.begin_runs(), self.kill_processes())
            self.note("disorder is over")
            faults.cancel()
            await asyncio.gather(faults, return_exceptions=True)
            await self.heal()
            self.note("healed")
            await self.until_over()
        finally:
            for task in (people, keepers, faults):
                task.cancel()
            ends = await asyncio.gather(people, keepers, faults, return_exceptions=True)
        assert not [end for end in ends if isinstance(end, Exception)], ends
        self.note("runs are over")
        await self.until_told()
        self.note("everything is told")

    def note(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {what} {dict(self.counts)}")  # noqa: T201 - pytest shows it with -rA

    # What happens

    async def watch(self) -> None:
        await self.fleet.stage.person("POST", "invite", json_body={"as": "U0ANA", "channel": "C0SECRET", "user": "U0RUNBELL"})
        made_up = (await self._document("organizations/acme/workspaces?page[size]=100&search[wildcard-name]=*-00*"))["data"]
        names = sorted(one["attributes"]["name"] for one in made_up)
        self.workspaces = (*SAMPLES, *names)
        scripts = dict.fromkeys(self.workspaces, QUICK) | {name: QUICK | odd for name, odd in zip(names, ODD, strict=False)}
        await asyncio.gather(*(self.fleet.stage.control("POST", f"scripts/{name}", json_body=script) for name, script in scripts.items()))
        await asyncio.gather(*map(self._watch_in, CHANNELS))

    async def _watch_in(self, channel: str) -> None:
        pattern, measure = WATCHES[channel]
        while not (await self.fleet.stage.types("U0ANA", f"/tf watch {pattern} --measure {measure}", channel))["ok"]:
            await asyncio.sleep(0.1)
        await self.fleet.stage.expects("workspaces", channel=channel)

    async def begin_runs(self) -> None:
        """Two of three from outside, the third by typing; a command that is lost is typed again by nobody."""
        for number in range(self.runs):
            workspace = self.workspaces[number % len(self.workspaces)]
            if number % 3:
                await self.insist(lambda name=workspace: self.fleet.stage.start_outside(name))  # type: ignore[misc]
            else:
                await self.fleet.stage.types(
                    self.chance.choice(PEOPLE), f"/tf run {workspace} number {number}", self.chance.choice(CHANNELS)
                )
            await asyncio.sleep(self.chance.uniform(0, 1.5 * self.kills / self.runs))

    async def kill_processes(self) -> None:
        """One that is at work, mostly; every fifth may still be starting."""
        for number in range(self.kills):
            name = self.chance.choice(self.names)
            if number % 5:
                await self.until_at_work(name)
            await asyncio.sleep(self.chance.uniform(*LIFE) / self.fleet.speed)
            if self.fleet.is_up(name):
                self.counts["kills"] += 1
                await self.fleet.kill(name)

    async def until_at_work(self, name: str) -> None:
        for _ in range(1800):
            if self.is_at_work(name):
                return
            await asyncio.sleep(0.05)
        raise NothingSeen(f"{name} does not come up: {self.logs()}")

    def is_at_work(self, name: str) -> bool:
        return self.fleet.is_up(name) and bool(self.fleet.said(name, "serving"))

    async def keep_up(self) -> None:
        """What has ended is started anew, as whoever runs it would have it."""
        while True:
            for name in self.names:
                if not self.fleet.is_up(name):
                    self.counts["starts"] += 1
                    await self.fleet.launch(name)
            await asyncio.sleep(0.05)

    async def pull_faults(self) -> None:
        while self.counts["faults"] < 2 * self.kills:
            await asyncio.sleep(self.chance.uniform(0.1, 0.9))
            if not any(map(self.is_at_work, self.names)):  # one that starts while Slack is down ends at once, and starts anew, and so on
                continue
            fault = dict(self.chance.choice(FAULTS))
            fault["seconds"] = fault.get("seconds", 0) / self.fleet.speed
            await self.fleet.stage.fault(fault.pop("side"), fault.pop("match"), fault.pop("kind"), **fault)
            self.counts["faults"] += 1
            if self.chance.random() < 0.2:
                await self.fleet.stage.person("POST", "sockets", json_body={})

    async def heal(self) -> None:
        await self.fleet.stage.control("DELETE", "faults")
        await self.fleet.stage.person("DELETE", "faults")
        await asyncio.gather(*(self.until_at_work(name) for name in self.names))
        await asyncio.gather(*(self.fleet.until_ready(name) for name in self.names))

    async def decide(self) -> None:
        """People look at a channel and answer what it asks; where nothing has come of it a while later, somebody clicks again."""
        answered: dict[str, float] = {}
        while True:
            asking = [one for one in await self.fleet.stage.of_the_bot(self.chance.choice(CHANNELS)) if has(one, "run.approve")]
            await asyncio.gather(*(self.answer_in_time(message, answered) for message in asking))
            await asyncio.sleep(0.15)

    async def answer_in_time(self, message: Message, answered: dict[str, float]) -> None:
        run_id, now = key_of(message).split("/")[0], time.monotonic()
        if now - answered.get(run_id, 0) < PATIENCE / self.fleet.speed:
            return
        is_first = run_id not in answered
        answered[run_id] = now
        if is_first or await self.insist(lambda: self.still_waits(run_id)):
            await self.answer(message)

    async def still_waits(self, run_id: str) -> bool:
        return bool((await self._document(f"runs/{run_id}"))["data"]["attributes"]["actions"]["is-confirmable"])

    async def answer(self, message: Message) -> None:
        """One of them clicks; now and then both do at once."""
        action = "run.discard" if self.chance.random() < 0.2 and has(message, "run.discard") else "run.approve"
        people = PEOPLE if self.chance.random() < 0.3 else (self.chance.choice(PEOPLE),)
        for outcome in await asyncio.gather(*(self.click(person, message, action) for person in people)):
            self.counts[f"clicks: {outcome.get('error', 'ok')}"] += 1

    async def click(self, person: str, message: Message, action: str) -> dict[str, Any]:
        """Where a form asks, it is submitted as it stands. One that never came, or that nobody took, is left, and they click again."""
        stage = self.fleet.stage
        async with self.hands[person]:
            clicked = await stage.clicks(person, message, action)
            for _ in range(FORM_LOOKS if action == "run.discard" and "error" not in clicked else 0):
                if (await stage.person("GET", "view", **{"as": person}))["view"] is not None:
                    submitted = await stage.person("POST", "submit", json_body={"as": person})
                    self.counts[f"forms: {submitted.get('error', 'ok')}"] += 1
                    await stage.person("POST", "close", json_body={"as": person, "all": True})
                    break
                await asyncio.sleep(0.05)
        return clicked

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
        """Every run that there is, by id, with the id of its workspace."""
        found: dict[str, dict[str, Any]] = {}
        number: int | None = 1
        while number is not None:
            path = f"organizations/acme/runs?page[size]=100&page[number]={number}"
            document = await self.insist(lambda path=path: self._document(path))  # type: ignore[misc]
            for one in document["data"]:
                if one["id"] not in self.past:
                    found[one["id"]] = one["attributes"] | {"workspace": one["relationships"]["workspace"]["data"]["id"]}
            number = document["meta"]["pagination"]["next-page"]
        return found

    async def _document(self, path: str) -> dict[str, Any]:
        document: dict[str, Any] = (await self.fleet.stage.terraform("GET", path)).json()
        assert document["data"] is not None
        return document

    async def until_over(self) -> None:
        open_runs: list[str] = []
        for _ in range(300 + 5 * self.runs):
            open_runs = [f"{run_id} {run['status']}" for run_id, run in (await self.truth()).items() if run["status"] not in FINAL]
            if not open_runs:
                return
            await asyncio.sleep(0.5)
        raise NothingSeen(f"never decided: {open_runs}, {self.counts}\n{self.logs()}")

    async def until_told(self) -> None:
        """Nothing waits to be painted or settled, the newest of each run has been seen, and no message stands twice."""
        waiting: list[tuple[Any, ...]] = []
        for _ in range(200 + 5 * self.runs):
            open_runs = await self.ask("SELECT id, status FROM runs WHERE NOT is_final")
            unpainted = await self.ask("SELECT subject, channel, kind, last_error FROM messages WHERE wanted > painted")
            unsettled = await self.ask("SELECT id, state FROM intents WHERE state IN ('pending', 'sent', 'unsure')")
            seen = {run_id for (run_id,) in await self.ask("SELECT id FROM runs WHERE is_final")}
            unseen = [(run_id, "was never seen") for run_id in (await self.truth()).keys() - seen]
            waiting = [*open_runs, *unpainted, *unsettled, *unseen] or await self.doubles()
            if not waiting:
                return
            await asyncio.sleep(0.3)
        raise NothingSeen(f"never told: {waiting}\n{self.logs()}")

    async def doubles(self) -> list[tuple[Any, ...]]:
        """Where a post of unknown outcome was made again and the first one came after all, one of the two is gone within minutes."""
        said = [(channel, key_of(message)) for channel in CHANNELS for message in await self.fleet.stage.of_the_bot(channel)]
        return [(*place, "stands more than once") for place, times in Counter(said).items() if times > 1]

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
