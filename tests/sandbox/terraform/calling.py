"""A client for the tests: plain HTTP to a Runs API server, the documents as they come."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.sandbox.terraform.archives import pack_archive
from bot.sandbox.terraform.errors import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from bot.sandbox.terraform.server import RunsApi

SECRET = "sandbox-secret"
CONFIGURATION = {"main.tf": 'output "greeting" {\n  value = "hello"\n}\n'}


async def eventually(holds: Callable[[], Awaitable[bool]], within: float = 10.0) -> None:
    """Wait until it holds; TimeoutError when it does not in time."""
    async with asyncio.timeout(within):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def document(self) -> Any:
        return json.loads(self.text)

    @property
    def data(self) -> Any:
        return self.document["data"]

    @property
    def title(self) -> str:
        return str(self.document["errors"][0]["title"])

    @property
    def detail(self) -> str:
        return str(self.document["errors"][0]["detail"])


class Caller:
    """Calls as the holder of one token."""

    def __init__(self, api: RunsApi, session: aiohttp.ClientSession, token: str) -> None:
        self.api, self.session, self.token = api, session, token

    async def call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": MEDIA_TYPE, **(headers or {})}
        data = None if body is None else json.dumps(body)
        async with self.session.request(method, self.api.address + path, data=data, headers=sent) as response:
            return Answer(response.status, await response.text(), response.headers)

    async def get(self, path: str) -> Answer:
        return await self.call("GET", path)

    async def post(self, path: str, body: object = None) -> Answer:
        return await self.call("POST", path, body)

    async def control(self, method: str, path: str, body: object = None) -> Answer:
        return await self.call(method, f"/_control/{path}", body, {"X-Sandbox-Secret": SECRET})

    def holding(self, token: str) -> Caller:
        return Caller(self.api, self.session, token)

    async def workspace(self, name: str) -> Any:
        return (await self.get(f"/api/v2/organizations/acme/workspaces/{name}")).data

    async def create_run(self, name: str, configuration: str | None = None, **attributes: object) -> Answer:
        """POST /runs; attributes are written with underscores."""
        relationships: dict[str, Any] = {"workspace": {"data": {"type": "workspaces", "id": (await self.workspace(name))["id"]}}}
        if configuration is not None:
            relationships["configuration-version"] = {"data": {"type": "configuration-versions", "id": configuration}}
        spelled = {key.replace("_", "-"): value for key, value in attributes.items()}
        return await self.post("/api/v2/runs", {"data": {"type": "runs", "attributes": spelled, "relationships": relationships}})

    async def start(self, name: str, configuration: str | None = None, **attributes: object) -> str:
        answer = await self.create_run(name, configuration, **attributes)
        assert answer.status == 201, answer.text
        return str(answer.data["id"])

    async def act(self, run: str, action: str, comment: str | None = None) -> Answer:
        return await self.post(f"/api/v2/runs/{run}/actions/{action}", None if comment is None else {"comment": comment})

    async def run(self, run: str) -> Any:
        return (await self.get(f"/api/v2/runs/{run}")).data

    async def until(self, run: str, *statuses: str, within: float = 10.0) -> Any:
        """The run once it has one of the statuses."""
        found: Any = None

        async def is_there() -> bool:
            nonlocal found
            found = await self.run(run)
            return found["attributes"]["status"] in statuses

        await eventually(is_there, within)
        return found

    async def planned(self, name: str, configuration: str | None = None, **attributes: object) -> str:
        run = await self.start(name, configuration, **attributes)
        await self.until(run, "planned")
        return run

    async def create_configuration(self, name: str, **attributes: object) -> Any:
        spelled = {key.replace("_", "-"): value for key, value in attributes.items()}
        path = f"/api/v2/workspaces/{(await self.workspace(name))['id']}/configuration-versions"
        answer = await self.post(path, {"data": {"type": "configuration-versions", "attributes": spelled}})
        assert answer.status == 201, answer.text
        return answer.data

    async def put(self, url: str, content: bytes, headers: Mapping[str, str] | None = None) -> int:
        async with self.session.put(url, data=content, headers=headers) as response:
            return response.status

    async def upload(self, name: str, files: Mapping[str, str] = CONFIGURATION, **attributes: object) -> str:
        """Create, upload, and wait until it is processed: the configuration version's id."""
        created = await self.create_configuration(name, **attributes)
        assert await self.put(created["attributes"]["upload-url"], pack_archive(files)) == 200

        async def is_processed() -> bool:
            return bool((await self.get(f"/api/v2/configuration-versions/{created['id']}")).data["attributes"]["status"] != "pending")

        await eventually(is_processed)
        return str(created["id"])

    async def log(self, path: str) -> str:
        """The whole log of a plan or an apply, read as the API tells, with its framing."""
        url = (await self.get(path)).data["attributes"]["log-read-url"]
        async with self.session.get(url) as response:
            assert response.status == 200
            return await response.text()


@asynccontextmanager
async def calling(api: RunsApi) -> AsyncIterator[Caller]:
    """A caller with the team's token."""
    async with aiohttp.ClientSession() as session:
        yield Caller(api, session, api.team_token.secret)
