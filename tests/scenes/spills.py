"""Whether a secret has got out: all that the bot has ever said to Slack, written down, logged or measured, looked through for canaries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_plus

import aiohttp
import httpx
from aiohttp import web

from bot.demos import RULES, child_environment
from bot.store.tables import metadata
from tests.requirements import demand_terraform
from tests.scenes.nursery import nursery
from tests.scenes.sights import file_of, thread
from tests.scenes.stage import Process, Stage, health_port, open_stage
from tests.servers import served

PEOPLE = ("U0ANA", "U0KIM", "U0RAJ", "U0GUS")
OF_THE_HOP = frozenset({"host", "connection", "transfer-encoding", "content-length", "content-encoding"})
EXPORTS = ("csv", "jsonl")


@dataclass
class Wiretap:
    """Between the bot and Slack's Web API: passes everything on, and keeps all that was said, also what was changed later."""

    slack: str
    session: aiohttp.ClientSession
    heard: list[tuple[str, str]] = field(default_factory=list)

    async def pass_on(self, request: web.Request) -> web.Response:
        body, method = await request.read(), request.match_info["method"]
        self.heard.append((method, unquote_plus(body.decode("utf-8", errors="replace"))))
        kept = {name: value for name, value in request.headers.items() if name.lower() not in OF_THE_HOP}
        async with self.session.request(request.method, self.slack + method, params=request.query, data=body, headers=kept) as answer:
            passed = {name: value for name, value in answer.headers.items() if name.lower() not in OF_THE_HOP}
            return web.Response(body=await answer.read(), status=answer.status, headers=passed)

    def methods(self) -> set[str]:
        return {method for method, _ in self.heard}


Tapped = tuple[Stage, Wiretap]


@asynccontextmanager
async def listening(stage: Stage) -> AsyncIterator[Wiretap]:
    """The bot that is started meanwhile is told that Slack is here."""
    async with aiohttp.ClientSession() as session:
        tap = Wiretap(stage.card["slack"]["api"], session)
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/api/{method}", tap.pass_on)
        async with served(app, shutdown_timeout=60) as port:
            stage.settings["SLACK_API_URL"] = f"http://127.0.0.1:{port}/api/"
            yield tap


@asynccontextmanager
async def open_tapped(folder: Path, rules: str = RULES) -> AsyncIterator[Tapped]:
    """With real terraform, and a bot that logs all that it can, chains its audit, and has nowhere else to write."""
    demand_terraform()
    async with open_stage(folder, rules=rules) as stage, listening(stage) as tap:
        (folder / "tmp").mkdir()
        stage.settings |= {"RUNBELL_LOG_LEVEL": "debug", "RUNBELL_AUDIT_KEY": "5" * 64, "TMPDIR": str(folder / "tmp")}
        await stage.start_bot()
        yield stage, tap
        await stage.stop_bot()


async def spilled(tapped: Tapped, *canaries: str) -> list[str]:
    """The places in which one of the canaries is."""
    stage, tap = tapped
    places = [*await shown(stage), *await measured(stage), *await exported(stage), *kept(stage.folder), *dumped(stage.folder), *tap.heard]
    return sorted({name for name, text in places for canary in canaries if canary in text})


async def shown(stage: Stage) -> list[tuple[str, str]]:
    """What each person sees: in every channel, thread and file, in the modal on top and on the Home tab."""
    found: list[tuple[str, str]] = []
    channels = (await stage.person("GET", "world"))["channels"]
    for person in PEOPLE:
        found.append((f"view of {person}", json.dumps(await stage.person("GET", "view", **{"as": person}))))
        for channel in [one["id"] for one in channels if person in one["members"]]:
            messages = await stage.sees(person, channel)
            below = [one for message in messages if message["is_app"] for one in await thread(stage, message, person)]
            found.append((f"{channel} of {person}", json.dumps([*messages, *below], ensure_ascii=False)))
            found += [(f"file in {channel}", await file_of(stage, one)) for one in below if one.get("files")]
    return found


async def measured(stage: Stage) -> list[tuple[str, str]]:
    assert stage.bot is not None
    address = f"http://127.0.0.1:{health_port(stage.bot.log)}"
    answers = {path: await stage.client.get(f"{address}/{path}") for path in ("metrics", "healthz", "readyz")}
    assert {answer.status_code for answer in answers.values()} == {httpx.codes.OK}
    return [(path, answer.text) for path, answer in answers.items()]


async def exported(stage: Stage) -> list[tuple[str, str]]:
    """`runbell audit export`, in both its forms."""
    found = []
    environment = child_environment(stage.card, stage.folder, 0) | stage.settings
    for form in EXPORTS:
        path = stage.folder / f"audit.{form}"
        path.unlink(missing_ok=True)
        words = ("audit", "export", "--format", form)
        process = Process(await nursery().bear(words, environment, stage.folder, path), path)
        assert await process.child.wait() == 0, path.read_text(encoding="utf-8")
        found.append((path.name, path.read_text(encoding="utf-8")))
    return found


def kept(folder: Path) -> Iterator[tuple[str, str]]:
    """Each file of ours as it lies there: logs, the database and what is beside it."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("sandbox."):
            yield path.name, path.read_bytes().decode("latin-1")


def dumped(folder: Path) -> list[tuple[str, str]]:
    """Every row of every table, a text for each table."""
    with closing(sqlite3.connect(f"file:{folder / 'runbell.db'}?mode=ro", uri=True, timeout=10)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert metadata.tables.keys() <= set(names)
        return [(f"table {name}", repr(connection.execute(f'SELECT * FROM "{name}"').fetchall())) for name in names]  # noqa: S608 - the names are our own
