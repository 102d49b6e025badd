"""The Runs API as the port Runs of bot/services/ports.py wants it: one method an endpoint. Bytes are read in documents.py."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from bot.core.errors import NotVisible, OrganizationToken, RequestRefused, TerraformTrouble
from bot.core.pace import Pace
from bot.core.plans import PlanFacts
from bot.core.readings import Account, NewRun, RunPage, RunReading, WorkspacePage
from bot.core.runs import FINAL, Action, Run, RunStatus
from bot.core.workspaces import Workspace
from bot.terraform.connections import Connections, Params
from bot.terraform.documents import (
    decode_account,
    decode_comments,
    decode_organization,
    decode_plan,
    decode_reading,
    decode_run,
    decode_run_page,
    decode_workspace,
    decode_workspace_page,
)
from bot.terraform.exchanges import Exchanges

PAGE_SIZE = 100
NOT_FINAL = ",".join(status.value for status in RunStatus if status not in FINAL and status is not RunStatus.UNKNOWN)
ALL_OPERATIONS = "plan_and_apply,plan_only,save_plan,refresh_only,destroy,empty_apply,action_only"
"""Run lists leave out what is not named here (Runs API, "List runs in a workspace")."""
KIND_OF_ORGANIZATION_TOKEN = "organizations"  # noqa: S105 - a resource type
PATH_STEPS = frozenset({"", ".", ".."})


class TerraformClient:
    """One server, spoken to with one token. Every method raises a TerraformTrouble of core/errors.py and nothing else.

    `address` is scheme and host, `https://app.terraform.io`. `ca_bundle`, a PEM file, replaces the authorities trusted otherwise;
    `proxy` is a URL, and the environment's proxies count for nothing. ValueError for an address or a token that cannot be one,
    OSError for a bundle that cannot be read.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        pace: Pace | None = None,
        ca_bundle: Path | None = None,
        proxy: str | None = None,
        user_agent: str = "runbell",
    ) -> None:
        pace = pace or Pace()
        self._connections = Connections(
            address, token, timeout=pace.request_timeout, user_agent=user_agent, ca_bundle=ca_bundle, proxy=proxy
        )
        self._exchanges = Exchanges(self._connections, pace)
        self._without_include: set[str] = set()
        self._account: Account | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._connections.aclose()

    async def account(self) -> Account:
        """Who the token is (`GET /account/details`)."""
        self._account = decode_account(await self._exchanges.read("account/details", "The account of the token"))
        return self._account

    async def organization(self, name: str) -> str:
        """The organization's own spelling of its name; NotVisible where the token sees none."""
        what = f"Organization {name}"
        return decode_organization(await self._exchanges.read(path_of(what, "organizations", name), what))

    async def read_run(self, run_id: str, *, hurry: bool = True) -> RunReading:
        """One run, with its workspace, its plan and its creator where the server sends them along."""
        what = f"Run {run_id}"
        body = await self._read_with("plan,workspace,created_by", "run", path_of(what, "runs", run_id), what, hurry=hurry)
        return decode_reading(body)

    async def read_plan(self, plan_id: str) -> PlanFacts:
        what = f"Plan {plan_id}"
        return decode_plan(await self._exchanges.read(path_of(what, "plans", plan_id), what))

    async def read_workspace(self, organization: str, name: str) -> Workspace:
        what = f"Workspace {organization}/{name}"
        path = path_of(what, "organizations", organization, "workspaces", name)
        return decode_workspace(await self._exchanges.read(path, what), organization)

    async def list_workspaces(
        self,
        organization: str,
        *,
        page: int = 1,
        live_only: bool = False,
        newest_first: bool = False,
        hurry: bool = False,
    ) -> WorkspacePage:
        """100 a page, with current runs. A server that ignores the filter or the order answers with what it has."""
        params: dict[str, str | int] = {"page[number]": page, "page[size]": PAGE_SIZE}
        if live_only:
            params["filter[current-run][status]"] = NOT_FINAL
        if newest_first:
            params["sort"] = "-current-run.created-at"
        what = f"The workspace list of {organization}"
        path = path_of(what, "organizations", organization, "workspaces")
        body = await self._read_with("current_run", "workspaces", path, what, params, hurry=hurry)
        return decode_workspace_page(body, organization, page)

    async def list_organization_runs(self, organization: str, *, page: int = 1, live_only: bool = False) -> RunPage:
        """All operations, newest first, 100 a page, from the small budget; NotVisible where the server has no such list."""
        params: dict[str, str | int] = {"page[number]": page, "page[size]": PAGE_SIZE, "filter[operation]": ALL_OPERATIONS}
        if live_only:
            params["filter[status_group]"] = "non_final"
        what = f"The run list of {organization}"
        path = path_of(what, "organizations", organization, "runs")
        body = await self._read_with("workspace,created_by", "runs", path, what, params, is_run_list=True, hurry=False)
        return decode_run_page(body, page)

    async def list_workspace_runs(self, workspace_id: str, *, page: int = 1, size: int = 20) -> RunPage:
        """All operations, newest first, from the small budget."""
        params: dict[str, str | int] = {"page[number]": page, "page[size]": min(size, PAGE_SIZE), "filter[operation]": ALL_OPERATIONS}
        what = f"Workspace {workspace_id}"
        path = path_of(what, "workspaces", workspace_id, "runs")
        body = await self._read_with("workspace,created_by", "runs", path, what, params, is_run_list=True)
        return decode_run_page(body, page, workspace_id)

    async def create_run(self, wish: NewRun) -> Run:
        """A run that applies nothing by itself, whatever its workspace does by default. OrganizationToken where that is why not."""
        what = f"Workspace {wish.workspace_id}"
        return decode_run(await self._write("runs", what, new_run_document(wish)))

    async def act(self, action: Action, run_id: str, comment: str) -> None:
        """Apply, discard or cancel; the server does it later. The comment stands at the top of the body, which is no JSON:API."""
        what = f"Run {run_id}"
        await self._write(path_of(what, "runs", run_id, "actions", action.value), what, {"comment": encodable(comment)})

    async def comments(self, run_id: str) -> tuple[str, ...]:
        """The bodies of a run's comments; empty where the server keeps none, or has no such run."""
        what = f"The comments of run {run_id}"
        try:
            return decode_comments(await self._exchanges.read(path_of(what, "runs", run_id, "comments"), what))
        except NotVisible:
            return ()

    async def _read_with(
        self,
        include: str,
        kind: str,
        path: str,
        what: str,
        params: Params | None = None,
        *,
        is_run_list: bool = False,
        hurry: bool = True,
    ) -> bytes:
        """Read with what should come along; a server that refuses that is asked again without, now and from then on."""
        if kind not in self._without_include:
            try:
                return await self._exchanges.read(path, what, {**(params or {}), "include": include}, is_run_list=is_run_list, hurry=hurry)
            except RequestRefused as refusal:
                if "include" not in refusal.said.lower():
                    raise
                self._without_include.add(kind)
        return await self._exchanges.read(path, what, params, is_run_list=is_run_list, hurry=hurry)

    async def _write(self, path: str, what: str, document: Any) -> bytes:
        try:
            return await self._exchanges.write(path, what, document)
        except NotVisible:
            if await self._is_organization_token():
                raise OrganizationToken from None
            raise

    async def _is_organization_token(self) -> bool:
        """An organization's token is answered 404 where it may not write, as if there were nothing ("API tokens", access levels)."""
        try:
            account = self._account or await self.account()
        except TerraformTrouble:
            return False
        return account.kind == KIND_OF_ORGANIZATION_TOKEN


def path_of(what: str, *steps: str) -> str:
    """A path below the base, each step escaped; NotVisible for one that would lead elsewhere."""
    if not PATH_STEPS.isdisjoint(steps):
        raise NotVisible(what)
    return "/".join(quote(step, safe="", errors="replace") for step in steps)


def new_run_document(wish: NewRun) -> dict[str, Any]:
    """The body of `POST /runs`; a configuration version left out is the workspace's latest used one."""
    attributes: dict[str, Any] = {"message": encodable(wish.message), "is-destroy": wish.is_destroy, "auto-apply": False}
    if wish.plan_only:
        attributes["plan-only"] = True
    relationships = {"workspace": {"data": {"type": "workspaces", "id": wish.workspace_id}}}
    if wish.configuration_version_id is not None:
        relationships["configuration-version"] = {"data": {"type": "configuration-versions", "id": wish.configuration_version_id}}
    return {"data": {"type": "runs", "attributes": attributes, "relationships": relationships}}


def encodable(words: str) -> str:
    """Text without the halves of letters that JSON from elsewhere may carry and UTF-8 does not."""
    return words.encode(errors="replace").decode()
