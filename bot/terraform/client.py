"""The Runs API as the port Runs of bot/services/ports.py wants it, and a small class for each further family of endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.core.decisions import Deed, has_moved
from bot.core.errors import NotVisible, OrganizationToken, StateMovedOn, TerraformFailed, TerraformTrouble
from bot.core.metrics import UNMETERED, Meter
from bot.core.pace import Pace
from bot.core.plans import PlanFacts
from bot.core.readings import ANY_RUN, Account, NewRun, RunPage, RunQuery, RunReading, WorkspacePage, WorkspaceQuery
from bot.core.runs import FINAL, Action, Run, RunStatus
from bot.core.servers import Lack
from bot.core.workspaces import Workspace
from bot.terraform.configurations import ConfigurationsClient
from bot.terraform.connections import Connections, Way, trusted_by
from bot.terraform.documents import decode_plan, decode_reading, decode_run, decode_workspace
from bot.terraform.exchanges import Exchanges
from bot.terraform.guards import USUAL_HOSTS
from bot.terraform.histories import HistoriesClient
from bot.terraform.limits import Limiter
from bot.terraform.lists import Lists
from bot.terraform.locks import LocksClient
from bot.terraform.logs import LogsClient
from bot.terraform.member_documents import decode_account, decode_organization
from bot.terraform.organizations import OrganizationsClient
from bot.terraform.outbound import Outbound
from bot.terraform.paths import encodable, new_run_document, path_of
from bot.terraform.plan_texts import PlanTextsClient
from bot.terraform.policies import PoliciesClient
from bot.terraform.webhooks import WebhooksClient

NOT_FINAL = tuple(status.value for status in RunStatus if status not in FINAL and status is not RunStatus.UNKNOWN)
LIVE_WORKSPACES = WorkspaceQuery(statuses=NOT_FINAL)
LIVE_RUNS = RunQuery(group="non_final")
KIND_OF_ORGANIZATION_TOKEN = "organizations"  # noqa: S105 - a resource type
RUN_LADDER = (
    "plan,workspace,created_by,cost_estimate,configuration_version.ingress_attributes,task_stages",
    "plan,workspace,created_by,cost_estimate,configuration_version.ingress_attributes",
    "plan,workspace,created_by",
)
"""What comes along with a run, from the most to the least; older servers refuse what they do not know."""


class TerraformClient:
    """One server, spoken to with one token. Every method raises a TerraformTrouble of core/errors and nothing else.

    `address` is scheme and host, `https://app.terraform.io`; `blob_hosts` are those that it may send us to for logs, plans and uploads.
    `ca_bundle`, a PEM file, is trusted besides the usual authorities; `proxy` is a URL, and the environment's proxies count for
    nothing. ValueError for an address or a token that cannot be one, OSError for a bundle that cannot be read.
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
        blob_hosts: Iterable[str] = USUAL_HOSTS,
        meter: Meter = UNMETERED,
        server_speed: float = 1.0,
    ) -> None:
        pace = pace or Pace()
        way = Way(timeout=pace.request_timeout, user_agent=user_agent, trusted=trusted_by(ca_bundle), proxy=proxy)
        self._connections = Connections(address, token, way)
        self._exchanges = Exchanges(self._connections, pace, meter, server_speed)
        self._outbound = Outbound(self._connections.origin, way, blob_hosts, turn=self._exchanges.turn)
        self._account: Account | None = None
        self.lacks: set[Lack] = set()
        self.lists = Lists(self._exchanges, self.lacks)
        self.configurations = ConfigurationsClient(self._exchanges, self.lists, self._outbound)
        self.logs = LogsClient(self._exchanges, self._outbound)
        self.plan_texts = PlanTextsClient(self._exchanges, self._outbound)
        self.policies = PoliciesClient(self._exchanges, self.lists, self._outbound)
        self.locks = LocksClient(self._exchanges, self.lists)
        self.webhooks = WebhooksClient(self._exchanges)
        self.organizations = OrganizationsClient(self._exchanges, self.lists, self.lacks)
        self.histories = HistoriesClient(self._exchanges, self.lists)

    @property
    def limiter(self) -> Limiter:
        return self._exchanges.limiter

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._connections.aclose()
        await self._outbound.aclose()

    async def account(self) -> Account:
        """Who the token is (`GET /account/details`)."""
        self._account = decode_account(await self._exchanges.read("account/details", "The account of the token"))
        return self._account

    async def organization(self, name: str) -> str:
        """The organization's own spelling of its name; NotVisible where the token sees none."""
        what = f"Organization {name}"
        return decode_organization(await self._exchanges.read(path_of(what, "organizations", name), what))

    async def read_run(self, run_id: str, *, hurry: bool = True) -> RunReading:
        """One run, with whatever of its workspace, plan, creator, cost, configuration and stages the server sends along."""
        what = f"Run {run_id}"
        found = decode_reading(await self.lists.read_with(RUN_LADDER, path_of(what, "runs", run_id), what, hurry=hurry))
        if found.run.apply_doubted:
            self.lacks.add(Lack.CONFIRM_FLAG)
        if found.workspace is None and found.plan is None and found.run.plan_id is not None:
            self.lacks.add(Lack.INCLUDES)
        return found

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
        statuses = NOT_FINAL if live_only else ()
        query = WorkspaceQuery(statuses=statuses, order="-current-run.created-at" if newest_first else None)
        return await self.lists.workspaces(organization, query, page=page, hurry=hurry)

    async def list_organization_runs(self, organization: str, *, page: int = 1, live_only: bool = False) -> RunPage:
        """All operations, newest first, 100 a page, from the small budget; NotVisible where the server has no such list."""
        return await self.lists.organization_runs(organization, LIVE_RUNS if live_only else RunQuery(), page=page)

    async def list_workspace_runs(self, workspace_id: str, *, page: int = 1, size: int = 20, query: RunQuery = ANY_RUN) -> RunPage:
        """Newest first, from the small budget; all operations where the query names none."""
        return await self.lists.workspace_runs(workspace_id, query, page=page, size=size)

    async def create_run(self, wish: NewRun) -> Run:
        """A run that applies nothing by itself, whatever its workspace does by default. OrganizationToken where that is why not."""
        what = f"Workspace {wish.workspace_id}"
        return decode_run(await self._write("runs", what, new_run_document(wish)))

    async def act(self, action: Action, run_id: str, comment: str) -> None:
        """Apply, discard or cancel; the server does it later. The comment stands at the top of the body, which is no JSON:API.

        Some servers answer 500 to what the run's state does not allow: then the run is read, and tells.
        """
        try:
            await self._act(action.value, run_id, {"comment": encodable(comment)})
        except TerraformFailed as failed:
            if failed.status != HTTPStatus.INTERNAL_SERVER_ERROR or not await self._cannot_have_been(action, run_id):
                raise
            raise StateMovedOn(f"Run {run_id}") from None

    async def force_cancel(self, run_id: str, comment: str) -> None:
        """Kill a run whose cancel was asked for and has not ended it; StateMovedOn before the server's time for that has come."""
        await self._act("force-cancel", run_id, {"comment": encodable(comment)})

    async def force_execute(self, run_id: str) -> None:
        """Discard the run that keeps a pending one waiting, and start that. NotVisible where it waits for nothing of the kind."""
        await self._act("force-execute", run_id)

    async def comments(self, run_id: str) -> tuple[str, ...]:
        """The bodies of a run's comments; empty where the server keeps none, or has no such run."""
        try:
            return tuple(comment.body for comment in await self.histories.comments(run_id))
        except NotVisible:
            if Lack.COMMENTS not in self.lacks and await self._sees(run_id):
                self.lacks.add(Lack.COMMENTS)
            return ()

    async def _sees(self, run_id: str) -> bool:
        try:
            await self.read_run(run_id)
        except TerraformTrouble:
            return False
        return True

    async def _act(self, word: str, run_id: str, document: Any = None) -> None:
        what = f"Run {run_id}"
        await self._write(path_of(what, "runs", run_id, "actions", word), what, document)

    async def _cannot_have_been(self, action: Action, run_id: str) -> bool:
        """Whether the run shows that the action was refused: it has not moved, and its state does not allow the action."""
        try:
            run = (await self.read_run(run_id)).run
        except TerraformTrouble:
            return False
        return action not in run.allowed and not run.apply_doubted and not has_moved(Deed(action.value), run)

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
