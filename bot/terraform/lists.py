"""Lists of runs and of workspaces with every filter that the API has, and what a lesser server is asked instead."""

from __future__ import annotations

import asyncio

from bot.core.errors import NotVisible, RequestRefused, TerraformTrouble
from bot.core.readings import RunPage, RunQuery, WorkspacePage, WorkspaceQuery
from bot.core.runs import Run
from bot.core.servers import Lack
from bot.core.workspaces import Workspace
from bot.terraform.connections import Params
from bot.terraform.documents import decode_run_page, next_page, workspace_rows
from bot.terraform.exchanges import Exchanges
from bot.terraform.paths import path_of, run_filters, workspace_filters
from bot.terraform.resources import WorkspaceList, decode

PAGE_SIZE = 100
AT_ONCE = 25
ANY = RunQuery()
EVERY = WorkspaceQuery()


class Lists:
    """`lacks` is what the server was seen to lack; it is written here, and read by whoever shows it."""

    def __init__(self, exchanges: Exchanges, lacks: set[Lack]) -> None:
        self._exchanges, self._lacks = exchanges, lacks
        self._shorter: dict[str, int] = {}
        self._firsts: dict[str, str] = {}
        self._asks_by_name = False

    async def workspaces(
        self, organization: str, query: WorkspaceQuery = EVERY, *, page: int = 1, size: int = PAGE_SIZE, hurry: bool = False
    ) -> WorkspacePage:
        """With current runs. A server that ignores a filter or the order answers with what it has."""
        what = f"The workspace list of {organization}"
        path = path_of(what, "organizations", organization, "workspaces")
        body = await self.read_with(("current_run",), path, what, {**pages(page, size), **workspace_filters(query)}, hurry=hurry)
        found = await gently(body, organization, page, min(size, PAGE_SIZE))
        self._look_at(found, query)
        is_repeat = self._is_repeat(path, page, found.rows[0][0].id if found.rows else "")
        return WorkspacePage((), None) if is_repeat else found

    async def organization_runs(
        self, organization: str, query: RunQuery = ANY, *, page: int = 1, size: int = PAGE_SIZE, hurry: bool = False
    ) -> RunPage:
        """From the small budget, newest first. NotVisible where the server has no such list, under either of its two addresses."""
        what = f"The run list of {organization}"
        params = {**pages(page, size), **run_filters(query)}
        if not self._asks_by_name:
            try:
                return await self._runs(path_of(what, "organizations", organization, "runs"), what, params, page, hurry=hurry)
            except NotVisible as missing:
                found = await self._runs_by_name(organization, what, params, page, hurry=hurry)
                if found is None:
                    raise missing from None
                self._asks_by_name = True
                return found
        return await self._runs("runs", what, {**params, "organization_name": organization}, page, hurry=hurry)

    async def workspace_runs(
        self, workspace_id: str, query: RunQuery = ANY, *, page: int = 1, size: int = 20, hurry: bool = True
    ) -> RunPage:
        """From the small budget, newest first."""
        what = f"Workspace {workspace_id}"
        path = path_of(what, "workspaces", workspace_id, "runs")
        return await self._runs(path, what, {**pages(page, size), **run_filters(query)}, page, hurry=hurry, workspace_id=workspace_id)

    async def read_with(
        self, ladder: tuple[str, ...], path: str, what: str, params: Params | None = None, *, is_run_list: bool = False, hurry: bool = True
    ) -> bytes:
        """Read with what should come along: the first of `ladder` that the server does not refuse, or nothing, now and from then on."""
        kind = ladder[0]
        while (step := self._shorter.get(kind, 0)) < len(ladder):
            try:
                asked = {**(params or {}), "include": ladder[step]}
                return await self._exchanges.read(path, what, asked, is_run_list=is_run_list, hurry=hurry)
            except RequestRefused as refusal:
                if "include" not in refusal.said.lower():
                    raise
                self._shorter[kind] = step + 1
        self._lacks.add(Lack.INCLUDES)
        return await self._exchanges.read(path, what, params, is_run_list=is_run_list, hurry=hurry)

    async def _runs(self, path: str, what: str, params: Params, page: int, *, hurry: bool, workspace_id: str = "") -> RunPage:
        ladder = ("workspace,created_by", "workspace")
        body = await self.read_with(ladder, path, what, params, is_run_list=True, hurry=hurry)
        found = decode_run_page(body, page, workspace_id, int(params["page[size]"]))
        if self._is_repeat(path, page, found.runs[0].id if found.runs else ""):
            return RunPage((), (), None)
        if any(run.apply_doubted for run in found.runs):
            self._lacks.add(Lack.CONFIRM_FLAG)
        return found

    async def _runs_by_name(self, organization: str, what: str, params: Params, page: int, *, hurry: bool) -> RunPage | None:
        """The list as some servers have it, or None where there is none either."""
        try:
            return await self._runs("runs", what, {**params, "organization_name": organization}, page, hurry=hurry)
        except TerraformTrouble:
            self._lacks.add(Lack.ORGANIZATION_RUNS)
            return None

    def _is_repeat(self, path: str, page: int, first: str) -> bool:
        """Whether a later page begins as the first one did: then the server knows no pages, and this is the same list again."""
        if page == 1:
            self._firsts[path] = first
            return False
        return bool(first) and self._firsts.get(path) == first

    def _look_at(self, page: WorkspacePage, query: WorkspaceQuery) -> None:
        """Note what the answer shows of the server."""
        if any(run is not None and run.apply_doubted for _, run in page.rows):
            self._lacks.add(Lack.CONFIRM_FLAG)
        if query.statuses and any(run is None or run.status_word not in query.statuses for _, run in page.rows):
            self._lacks.add(Lack.STATUS_FILTER)


async def gently(body: bytes, organization: str, page: int, size: int) -> WorkspacePage:
    """`decode_workspace_page`, with pauses in which others go on: a page with its runs is half a megabyte."""
    await asyncio.sleep(0)
    document = decode(body, WorkspaceList, "a list of workspaces")
    rows: list[tuple[Workspace, Run | None]] = []
    for row in workspace_rows(document, organization):
        rows.append(row)
        if len(rows) % AT_ONCE == 0:
            await asyncio.sleep(0)
    return WorkspacePage(tuple(rows), next_page(document, page, size))


def pages(page: int, size: int) -> dict[str, str | int]:
    return {"page[number]": page, "page[size]": min(size, PAGE_SIZE)}
