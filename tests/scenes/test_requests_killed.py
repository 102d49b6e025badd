"""Processes are killed around clicks, forms and commands: what Slack has seen acknowledged is judged or answered after the restart, once.

ACK_KILLS and ACK_SEED say how often and by which chances; `make bench-faults` asks for more.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.scenes.chaos import FINAL, Chaos
from tests.scenes.fleet import Fleet, open_fleet
from tests.scenes.nursery import nursery
from tests.scenes.stage import Message, NothingSeen, has, run_of, whole_text

KILLS = int(os.environ.get("ACK_KILLS", "5"))
SEED = int(os.environ.get("ACK_SEED", "1"))
SPEED = 10.0
MADE_UP = 48
LEAST = 12
MOMENT = 0.15
"""Seconds after the first of the three in which the process is killed, by chance."""
CHANNEL = "C0DEPLOYS"
QUICK: dict[str, Any] = {"plan_seconds": 1, "apply_seconds": 1, "additions": 1, "changes": 0, "destructions": 0}
ENDS = frozenset({"judged", "answered", "withdrawn"})

pytestmark = pytest.mark.timeout(int(os.environ.get("FAULTS_TIMEOUT", "600")))


@dataclass(frozen=True)
class Asked:
    """What somebody asked for, and the facts on the server that show it was done: a call for a run, or a run with this message."""

    person: str
    word: str
    about: str
    call: str = ""
    message: str = ""


@dataclass
class Kills:
    """`counts` is what came of all that was asked."""

    fleet: Fleet
    names: tuple[str, ...]
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - it is a game
    workspaces: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    used: int = 0

    @property
    def moment(self) -> float:
        """A machine that has much else to do takes longer for the same."""
        return MOMENT * SPEED / self.fleet.speed

    async def prepare(self) -> None:
        stage = self.fleet.stage
        await stage.person("POST", "limits", json_body={"on": False})
        await self.fleet.start(*self.names)
        found = (await stage.terraform("GET", "organizations/acme/workspaces?page[size]=100&search[wildcard-name]=*-00*")).json()["data"]
        names = sorted(one["attributes"]["name"] for one in found)
        runs = await asyncio.gather(*map(stage.current_run, names))
        self.workspaces = [name for name, run in zip(names, runs, strict=True) if run is None or run["attributes"]["status"] in FINAL]
        assert len(self.workspaces) >= LEAST, "of those that are made up, some begin with a run that waits"
        await asyncio.gather(*(stage.control("POST", f"scripts/{name}", json_body=QUICK) for name in self.workspaces))
        await stage.types("U0ANA", "/tf watch * --measure all", CHANNEL)
        await stage.expects("workspaces", channel=CHANNEL)

    async def next_workspace(self) -> str:
        """One in which nothing waits: what came of nothing in an earlier round is discarded from outside."""
        self.used += 1
        name = self.workspaces[self.used % len(self.workspaces)]
        for _ in range(200):
            run = await self.fleet.stage.current_run(name)
            if run is None or run["attributes"]["status"] in FINAL:
                return name
            if run["attributes"]["actions"]["is-discardable"]:
                await self.fleet.stage.terraform("POST", f"runs/{run['id']}/actions/discard")
            await asyncio.sleep(0.1)
        raise NothingSeen(f"{name} is never free")

    async def start(self) -> str:
        return await self.fleet.stage.start_outside(await self.next_workspace())

    async def play(self, kills: int) -> None:
        for number in range(kills):
            await self.round(number)
            if number % 25 == 0:
                print(number, dict(self.counts), flush=True)  # noqa: T201 - hours may pass, and pytest -s shows it

    async def round(self, number: int) -> None:
        """A click, a form and a command at about the same moment, and a kill a chance later."""
        stage = self.fleet.stage
        clicked, filled, typed = [await self.start() for _ in range(3)]
        cards = await self.cards(clicked, filled, typed)
        await self.open_form(cards[filled])
        text, commanded = await self.command(number, typed)
        asked = (
            Asked("U0ANA", "click", clicked, call=f"runs/{clicked}/actions/apply"),
            Asked("U0KIM", "form", filled, call=f"runs/{filled}/actions/discard"),
            commanded,
        )
        before = {person: await self.private(person) for person in ("U0ANA", "U0KIM")}
        doing: tuple[Awaitable[dict[str, Any]], ...] = (
            self.in_a_moment(stage.clicks("U0ANA", cards[clicked], "run.approve")),
            self.in_a_moment(stage.person("POST", "submit", json_body={"as": "U0KIM"})),
            self.in_a_moment(stage.types("U0ANA", text, CHANNEL)),
        )
        answers = asyncio.gather(*doing)
        await asyncio.sleep(self.chance.uniform(0, self.moment))
        await self.fleet.kill(self.chance.choice(self.names))
        for name in self.names:
            if not self.fleet.is_up(name):
                await self.fleet.launch(name)
        await asyncio.gather(*(self.fleet.until_ready(name) for name in self.names))
        self.counts["kills"] += 1
        for one, answer in zip(asked, await answers, strict=True):
            is_acknowledged = "error" not in answer
            self.counts["acknowledged" if is_acknowledged else f"not acknowledged: {answer['error']}"] += 1
            await self.follow(one, before[one.person], is_acknowledged=is_acknowledged)
        await stage.person("POST", "close", json_body={"as": "U0KIM", "all": True})

    async def in_a_moment(self, doing: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        await asyncio.sleep(self.chance.uniform(0, self.moment / 3))
        return await doing

    async def command(self, number: int, run_id: str) -> tuple[str, Asked]:
        match number % 3:
            case 0:
                return f"/tf approve {run_id}", Asked("U0ANA", "command", run_id, call=f"runs/{run_id}/actions/apply")
            case 1:
                text = f"number {number} of {SEED}"
                return f"/tf run {await self.next_workspace()} {text}", Asked("U0ANA", "command", "(run)", message=text)
            case _:
                return f"/tf comment {run_id} looks good", Asked("U0ANA", "command", run_id, call=f"runs/{run_id}/comments")

    async def cards(self, *run_ids: str) -> dict[str, Message]:
        found: dict[str, Message] = {}
        for _ in range(600):
            found = {run_of(one): one for one in await self.fleet.stage.of_the_bot(CHANNEL) if has(one, "run.approve")}
            if found.keys() >= {*run_ids}:
                return found
            await asyncio.sleep(0.1)
        raise NothingSeen(f"no cards of {run_ids}, but {sorted(found)}\n{self.logs()}")

    async def open_form(self, card: Message) -> None:
        stage = self.fleet.stage
        for _ in range(100):
            await stage.clicks("U0KIM", card, "run.discard")
            for _ in range(40):
                if (await stage.person("GET", "view", **{"as": "U0KIM"}))["view"] is not None:
                    return
                await asyncio.sleep(0.05)
        raise NothingSeen(f"no form opens\n{self.logs()}")

    async def private(self, person: str) -> set[str]:
        """All that was said to somebody alone, in the channel and in direct messages."""
        return {f"{one['ts']} {whole_text(one)}" for one in await self.fleet.stage.sees(person, CHANNEL) if one["ephemeral"]}

    # What came of it

    async def follow(self, asked: Asked, before: set[str], *, is_acknowledged: bool) -> None:
        """Done once at most; and where it was acknowledged, done, or the person was told what became of it."""
        for _ in range(600):
            done, told = await self.done(asked), self.about(asked, await self.private(asked.person) - before)
            assert done <= 1, f"{asked} was done {done} times\n{self.logs()}"
            if not is_acknowledged or done or told:
                self.counts[outcome(asked, done, told, is_acknowledged=is_acknowledged)] += 1
                return
            await asyncio.sleep(0.05)
        raise NothingSeen(f"{asked} was acknowledged, and nothing came of it: {await self.rows()}\n{self.logs()}")

    async def done(self, asked: Asked) -> int:
        if asked.call:
            return len([one for one in await self.fleet.stage.calls(asked.call) if one["method"] == "POST"])
        found = (await self.fleet.stage.terraform("GET", "organizations/acme/runs?page[size]=20")).json()["data"]
        return len([one for one in found if f"“{asked.message}”" in one["attributes"]["message"]])

    def about(self, asked: Asked, said: set[str]) -> list[str]:
        return [text for text in said if asked.about in text]

    async def rows(self) -> list[tuple[Any, ...]]:
        chaos = Chaos(self.fleet, self.names, 0, 0, SEED)
        return await chaos.ask("SELECT kind, action, run_id, state FROM requests ORDER BY received_at")

    async def until_over(self) -> list[tuple[Any, ...]]:
        """Every request has come to an end."""
        found: list[tuple[Any, ...]] = []
        for _ in range(600):
            found = await self.rows()
            if all(row[-1] in ENDS for row in found):
                return found
            await asyncio.sleep(0.1)
        raise NothingSeen(f"open: {[row for row in found if row[-1] not in ENDS]}\n{self.logs()}")

    def logs(self) -> str:
        return "\n".join(self.fleet.ships[name].log.read_text(encoding="utf-8", errors="replace")[-3000:] for name in self.names)


def outcome(asked: Asked, done: int, told: list[str], *, is_acknowledged: bool) -> str:
    if not is_acknowledged:
        return f"{asked.word}: not acknowledged, {'done' if done else 'not done'}"
    if any("Nothing was done" in text for text in told):
        return f"{asked.word}: nothing was done"
    return f"{asked.word}: {'done' if done else 'told'}"


async def play(folder: Path, url: str, kills: int, *names: str) -> None:
    speed = nursery().speed(SPEED)
    async with open_fleet(folder, url, "--workspaces", str(MADE_UP), speed=speed) as fleet:
        game = Kills(fleet, names)
        await game.prepare()
        await game.play(kills)
        ends = Counter(row[-1] for row in await game.until_over())
        taken = Counter(line.split('"due": "')[1].split('"')[0] for line in logged(folder) if '"due": "' in line)
        print(f"{dict(sorted(game.counts.items()))} rows: {dict(ends)} taken: {dict(taken)}")  # noqa: T201 - pytest shows it with -rA


def logged(folder: Path) -> list[str]:
    return [line for log in folder.glob("*.log") for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]


async def test_what_was_acknowledged_before_a_kill_is_judged_or_answered_after_it(tmp_path: Path) -> None:
    await play(tmp_path, f"sqlite:///{tmp_path / 'runbell.db'}", KILLS, "one")


@pytest.mark.postgres
async def test_what_was_acknowledged_by_one_of_two_processes_is_judged_or_answered_by_either(
    tmp_path: Path, bare_postgres_url: str
) -> None:
    await play(tmp_path, bare_postgres_url, max(KILLS // 4, 1), "one", "two")
