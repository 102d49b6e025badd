"""The Runs API server: its listeners, what each request passes through, and the world that it opens with."""

from __future__ import annotations

import asyncio
import gc
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.listeners import bind_loopback, serving, url_of
from bot.sandbox.origins import guard_listener
from bot.sandbox.terraform import (
    controls,
    pages,
    pushes,
    routes_actions,
    routes_configurations,
    routes_evaluations,
    routes_memberships,
    routes_notifications,
    routes_organizations,
    routes_plan_json,
    routes_run_parts,
    routes_runs,
    routes_workspace_settings,
    routes_workspaces,
    workspace_controls,
)
from bot.sandbox.terraform.blobs import Blobs
from bot.sandbox.terraform.context import CONTEXT, Context
from bot.sandbox.terraform.desk import Desk
from bot.sandbox.terraform.flavours import FLAVOURS, FlavourName
from bot.sandbox.terraform.limits import Limits
from bot.sandbox.terraform.machine import Machine
from bot.sandbox.terraform.notifications import Notifications
from bot.sandbox.terraform.passage import answering, name_the_server
from bot.sandbox.terraform.people import add_people
from bot.sandbox.terraform.samples import SAMPLES, Sample, add_sample
from bot.sandbox.terraform.scripted_engine import ScriptedEngine
from bot.sandbox.terraform.serials import Serials
from bot.sandbox.terraform.store import Store
from bot.sandbox.terraform.terraform_engine import GRACE_SECONDS, TerraformEngine, find_program
from bot.sandbox.terraform.tokens import Tokens
from bot.sandbox.terraform.worlds import add_many

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.sandbox.clock import Clock
    from bot.sandbox.faults import Faults
    from bot.sandbox.terraform.engines import Choice, Engine
    from bot.sandbox.terraform.records import Token

ORGANIZATION = "acme"


class NoTerraform(Exception):
    """The terraform engine was demanded and there is neither terraform nor tofu on the PATH."""


@dataclass(frozen=True, slots=True)
class RunsApi:
    """A running server: its address, its tokens, and for tests in this process what it is made of."""

    address: str
    organization: str
    engine: str
    user_token: Token
    team_token: Token
    organization_token: Token
    context: Context

    def place(self) -> dict[str, str]:
        """Where people find it: the address, the organization, and the page with its workspaces. No tokens."""
        page = f"{self.address}/app/{self.organization}/workspaces"
        return {"address": self.address, "organization": self.organization, "page": page}

    def desk(self) -> Desk:
        """The server as the sandbox's page shows it; what is done there, Ana does."""
        return Desk(self.context, self.user_token.account)

    def card(self) -> dict[str, str]:
        """What a client needs to know; `token` is the team's, as a bot should have."""
        return {
            "address": self.address,
            "organization": self.organization,
            "token": self.team_token.secret,
            "user_token": self.user_token.secret,
            "organization_token": self.organization_token.secret,
        }


@asynccontextmanager
async def open_runs_api(
    clock: Clock,
    faults: Faults,
    secret: str,
    folder: Path,
    *,
    engine: Choice = "auto",
    port: int = 0,
    blob_port: int = 0,
    samples: tuple[Sample, ...] = SAMPLES,
    grace_seconds: float = GRACE_SECONDS,
    flavour: FlavourName = "hcp",
    workspaces: int = 0,
    live: int = 0,
) -> AsyncIterator[RunsApi]:
    """Open the API and the blob service on loopback with the sample workspaces, their configurations uploaded. Everything is kept
    below `folder`. `workspaces` adds so many made-up ones, `live` of them with a run that is not over; that needs the scripted engine.
    NoTerraform when the engine `terraform` is demanded and there is none.
    """
    if workspaces and engine != "scripted":
        raise ValueError("made-up workspaces need the scripted engine")
    async with AsyncExitStack() as stack:
        api_listener, blob_listener = bind_loopback(port, "the Runs API"), bind_loopback(blob_port, "the blob service")
        stack.callback(api_listener.close)
        stack.callback(blob_listener.close)
        store = Store(ORGANIZATION, clock, folder / "configurations")
        store.folder.mkdir(parents=True)
        dialect = FLAVOURS[flavour]
        machine = Machine(store, await _engine(engine, clock, folder / "engine", grace_seconds), dialect.new_run_id)
        stack.push_async_callback(machine.close)
        tokens, blobs = Tokens(), Blobs(url_of(blob_listener), clock, faults)
        notifications = Notifications(store, clock, url_of(api_listener))
        stack.push_async_callback(notifications.close)
        machine.course.watchers.append(notifications.hear)
        serials = Serials(store, machine.terraform_version)
        address = url_of(api_listener)
        context = Context(store, machine, tokens, Limits(clock), faults, clock, blobs, address, notifications, serials, dialect)
        people = add_people(store)
        for sample in samples:
            await add_sample(context, sample)
        if workspaces:
            await add_many(context, workspaces, live)
            gc.freeze()  # a full collection over so many records stops everything for a second
        await stack.enter_async_context(serving(blobs.application(secret), blob_listener))
        await stack.enter_async_context(serving(application(context, secret), api_listener))
        yield RunsApi(
            address=context.address,
            organization=ORGANIZATION,
            engine=machine.engine_name,
            user_token=tokens.issue_to(people["ana"], "user", people["ana"].id, "admin", may_override=True),
            team_token=tokens.issue("team", "api-team_deployers", store.team_id, "write", may_override=True),
            organization_token=tokens.issue("organization", "api-org-acme", ORGANIZATION, "admin"),
            context=context,
        )


def application(context: Context, secret: str) -> web.Application:
    app = web.Application()
    app[CONTEXT] = context
    guard_listener(app, secret, navigable=pages.is_page)
    app.middlewares.append(answering)
    app.on_response_prepare.append(name_the_server)
    for routes in (
        controls,
        workspace_controls,
        pushes,
        pages,
        routes_organizations,
        routes_workspaces,
        routes_workspace_settings,
        routes_runs,
        routes_actions,
        routes_run_parts,
        routes_configurations,
        routes_evaluations,
        routes_plan_json,
        routes_notifications,
        routes_memberships,
    ):
        routes.add_routes(app)
    return app


async def _engine(choice: Choice, clock: Clock, folder: Path, grace_seconds: float) -> Engine:
    program = None if choice == "scripted" else find_program()
    if program is not None:
        return await asyncio.to_thread(TerraformEngine, program, folder, grace_seconds=grace_seconds)
    if choice == "terraform":
        raise NoTerraform("neither terraform nor tofu is on the PATH")
    return ScriptedEngine(clock)
