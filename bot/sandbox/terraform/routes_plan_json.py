"""The JSON of a plan: 204 until it is finished, then a redirect to a URL of the blob service that lives for a minute."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.plan_json import redacted
from bot.sandbox.terraform.tokens import demand

if TYPE_CHECKING:
    from bot.sandbox.terraform.records import Run

JSON = "application/json"


def add_routes(app: web.Application) -> None:
    for owner in ("/api/v2/plans/{plan}", "/api/v2/runs/{run}/plan"):
        app.router.add_get(f"{owner}/json-output", read_json_output)
        app.router.add_get(f"{owner}/json-output-redacted", read_redacted_output)
        app.router.add_get(f"{owner}/json-schema", read_schema)


async def read_json_output(request: web.Request) -> web.Response:
    """The plan with its secrets: for administrators of the workspace, never for an organization's token."""
    run = _run(request)
    demand(caller_of(request), "admin")
    plan = await _plan(request, run)
    return _redirect(request, plan)


async def read_redacted_output(request: web.Request) -> web.Response:
    plan = await _plan(request, _run(request))
    return _redirect(request, None if plan is None else await asyncio.to_thread(_redact, plan))


async def read_schema(request: web.Request) -> web.Response:
    """The schemas of a plan that only knows Terraform's own provider."""
    run = _run(request)
    demand(caller_of(request), "admin")
    return _redirect(request, b'{"format_version": "1.0"}' if run.plan.status == "finished" else None)


def _run(request: web.Request) -> Run:
    store, names = context_of(request).store, request.match_info
    return store.run_of_plan(names["plan"]) if "plan" in names else store.run(names["run"])


async def _plan(request: web.Request, run: Run) -> bytes | None:
    machine = context_of(request).machine
    return await machine.engine.plan_json(machine.course.job(run)) if run.plan.status == "finished" else None


def _redirect(request: web.Request, body: bytes | None) -> web.Response:
    if body is None:
        return web.Response(status=204)
    return web.Response(status=307, headers={"Location": context_of(request).blobs.content_url(body, JSON)})


def _redact(plan: bytes) -> bytes:
    return json.dumps(redacted(json.loads(plan))).encode()
