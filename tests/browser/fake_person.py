"""A small /_person/ interface that serves the page and whatever messages a test puts there. It knows nothing of Slack's rules."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

import bot.sandbox
from tests.servers import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Document = dict[str, Any]
PAGE = Path(bot.sandbox.__file__).parent / "page"
SECRET = "s3cret-of-the-fake"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PEOPLE: list[Document] = [
    {"id": "U0ANA", "name": "ana", "real_name": "Ana Ruiz", "role": "lead", "initials": "AR", "is_guest": False},
    {"id": "U0KIM", "name": "kim", "real_name": "Kim Berg", "role": "engineer", "initials": "KB", "is_guest": False},
    {"id": "U0GUS", "name": "gus", "real_name": "Gus Ivey", "role": "guest", "initials": "GI", "is_guest": True},
]
EVERYBODY = ["U0ANA", "U0KIM", "U0GUS"]


def _channels() -> list[Document]:
    rows = [
        ("C0DEPLOYS", "deploys", EVERYBODY, "What goes out, and when"),
        ("C0INFRA", "infra", EVERYBODY, "Questions about our infrastructure"),
        ("C0PROD", "prod-changes", ["U0ANA", "U0KIM"], "Changes to production"),
    ]
    public = [
        {"id": key, "name": name, "is_private": False, "is_im": False, "topic": topic, "members": list(members), "app_is_member": False}
        for key, name, members, topic in rows
    ]
    direct = [
        {"id": f"D{person['id'][1:]}", "name": "", "is_private": True, "is_im": True, "topic": "", "members": [person["id"], "U0RUNBELL"]}
        | {"app_is_member": True}
        for person in PEOPLE
    ]
    return public + direct


@dataclass
class FakePerson:
    """What the page is told and what it asked for: `calls` are (name, body) of every POST; `answers` override {"ok": true} by name."""

    origin: str = ""
    connected: int = 1
    messages: list[Document] = field(default_factory=list)
    calls: list[tuple[str, Document]] = field(default_factory=list)
    answers: dict[str, Document] = field(default_factory=dict)
    channels: list[Document] = field(default_factory=_channels)
    is_down: bool = False
    screen: Document = field(default_factory=lambda: {"view": None, "stack": [], "home": None})
    workspaces: list[Document] = field(default_factory=list)
    shortcuts: list[Document] = field(default_factory=list)
    streams: dict[asyncio.Queue[Document | None], str] = field(default_factory=dict)
    _last: int = 0

    @property
    def address(self) -> str:
        return f"{self.origin}/#secret={SECRET}"

    def world(self) -> Document:
        commands = [
            {
                "command": "/tf",
                "description": "Terraform runs: start, review, approve",
                "usage_hint": "run <workspace> | approve <run> | help",
            },
            {"command": "/tfx", "description": "Another command", "usage_hint": "[anything]"},
        ]
        return {
            "team": {"id": "T0ACME", "name": "Acme"},
            "app": {"id": "A0RUNBELL", "name": "Runbell", "user_id": "U0RUNBELL", "has_home": True},
            "people": PEOPLE,
            "channels": self.channels,
            "commands": commands,
            "shortcuts": self.shortcuts,
            "groups": [{"id": "S0PLATFORM", "handle": "platform", "users": ["U0ANA", "U0KIM"]}],
            "terraform": {"organization": "acme", "page": "http://127.0.0.1:8801/app/acme/workspaces"},
            "engine": "scripted",
            "connected": self.connected,
        }

    def next_ts(self) -> str:
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06}"

    def post(self, channel: str = "C0DEPLOYS", *, user: str = "U0RUNBELL", only_for: str | None = None, **more: Any) -> Document:
        """Put a message there and tell whoever follows; `more` is text, blocks, attachments, thread_ts, and the like."""
        is_app = user == "U0RUNBELL"
        base: Document = {"ts": self.next_ts(), "channel": channel, "user": user, "username": "Runbell" if is_app else "", "is_app": is_app}
        message = base | {"text": "", "blocks": [], "attachments": [], "ephemeral": only_for is not None} | more
        self.messages.append(message | {"only_for": only_for})
        self.tell({"type": "ephemeral" if only_for else "message", "message": message}, only_for)
        if "thread_ts" in more:
            self._tell_parent(channel, str(more["thread_ts"]))
        return message

    def _tell_parent(self, channel: str, ts: str) -> None:
        parent = next(each for each in self.seen_by("", channel, None) if each["ts"] == ts)
        self.tell({"type": "message_changed", "message": {key: value for key, value in parent.items() if key != "only_for"}})

    def change(self, message: Document, **more: Any) -> None:
        kept = next(each for each in self.messages if each["ts"] == message["ts"])
        kept.update(more)
        self.tell({"type": "message_changed", "message": {key: value for key, value in kept.items() if key != "only_for"}})

    def tell(self, event: Document, only_for: str | None = None) -> None:
        for queue, person in self.streams.items():
            if only_for in (None, person):
                queue.put_nowait(event)

    def cut_streams(self) -> None:
        for queue in self.streams:
            queue.put_nowait(None)

    def seen_by(self, person: str, channel: str, thread_ts: str | None) -> list[Document]:
        mine = [each for each in self.messages if each["channel"] == channel and each["only_for"] in (None, person)]
        if thread_ts:
            return [each for each in mine if thread_ts in (each["ts"], each.get("thread_ts"))]
        replies = Counter(each["thread_ts"] for each in mine if each.get("thread_ts") not in (None, each["ts"]))
        counted = [each | {"reply_count": replies[each["ts"]]} for each in mine]
        return [each for each in counted if each.get("thread_ts") in (None, each["ts"])]


async def _world(request: web.Request) -> web.Response:
    return web.json_response(request.app[FAKE].world())


async def _messages(request: web.Request) -> web.Response:
    query = request.query
    return web.json_response({"messages": request.app[FAKE].seen_by(query["as"], query["channel"], query.get("thread_ts"))})


async def _view(request: web.Request) -> web.Response:
    return web.json_response({"ok": True, **request.app[FAKE].screen})


async def _terraform(request: web.Request) -> web.Response:
    return web.json_response(
        {"ok": True, "workspaces": request.app[FAKE].workspaces, "total": len(request.app[FAKE].workspaces), "requests": []}
    )


async def _traffic(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True, "traffic": []})


async def _stream(request: web.Request) -> web.StreamResponse:
    fake = request.app[FAKE]
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    queue: asyncio.Queue[Document | None] = asyncio.Queue()
    fake.streams[queue] = request.query["as"]
    try:
        with suppress(ConnectionError):
            while (event := await queue.get()) is not None:
                await response.write(json.dumps(event).encode() + b"\n")
    finally:
        fake.streams.pop(queue)
    return response


async def _deed(request: web.Request) -> web.Response:
    fake, name, body = request.app[FAKE], request.match_info["name"], await request.json()
    fake.calls.append((name, body))
    answer = fake.answers.get(name, {"ok": True})
    if name == "message" and answer["ok"]:
        threaded = {"thread_ts": body["thread_ts"]} if "thread_ts" in body else {}
        fake.post(body["channel"], user=body["as"], text=body["text"], **threaded)
    if name == "command" and not answer["ok"]:
        fake.post(body["channel"], user="USLACKBOT", only_for=body["as"], text=f'/tf failed with the error "{answer["error"]}"')
    return web.json_response(answer)


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html", headers={"Content-Security-Policy": POLICY})


@web.middleware
async def _guarded(request: web.Request, handler: Any) -> web.StreamResponse:
    if request.app[FAKE].is_down:
        return web.Response(status=503)
    if request.path.startswith("/_person/") and request.headers.get("X-Sandbox-Secret") != SECRET:
        return web.json_response({"error": "secret"}, status=401)
    answer: web.StreamResponse = await handler(request)
    return answer


FAKE: web.AppKey[FakePerson] = web.AppKey("fake", FakePerson)


@asynccontextmanager
async def serve_fake() -> AsyncIterator[FakePerson]:
    app = web.Application(middlewares=[_guarded])
    app[FAKE] = fake = FakePerson()
    app.router.add_get("/", _index)
    app.router.add_get("/_person/world", _world)
    app.router.add_get("/_person/messages", _messages)
    app.router.add_get("/_person/view", _view)
    app.router.add_get("/_person/terraform/{what}", _terraform)
    app.router.add_get("/_person/traffic", _traffic)
    app.router.add_get("/_person/stream", _stream)
    app.router.add_post("/_person/{name}", _deed)
    app.router.add_static("/", PAGE)
    async with served(app, shutdown_timeout=0.2) as port:
        fake.origin = f"http://127.0.0.1:{port}"
        try:
            yield fake
        finally:
            fake.cut_streams()
