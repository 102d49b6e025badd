"""What the request log notes about a request that changes something: when it came, whose token it had, and what it applied."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.terraform.context import READS, Context, context_of
from bot.sandbox.terraform.errors import ApiError
from bot.sandbox.terraform.plan_json import redacted
from bot.sandbox.terraform.queries import json_body
from bot.sandbox.terraform.store import known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.terraform.records import Run

APPLIES = re.compile(
    r"/api/v2/(?:runs/(?P<run>[^/]+)/actions/apply|policy-checks/(?P<check>[^/]+)/actions/override|task-stages/(?P<stage>[^/]+)/actions/override)"
)
"""An override may apply its run."""


async def notes_of(request: web.Request) -> dict[str, Any]:
    """Return what is noted before the request is handled: a fault may cut the connection, and an apply ends the plan's files.

    `received_at` is of the machine's clock, whatever the sandbox's says. `token` is a fingerprint, and `plan` the digest of the plan's
    redacted JSON with keys in order and no blanks: "" where there is none.
    """
    if request.method in READS:
        return {}
    notes: dict[str, Any] = {"received_at": datetime.now(UTC).isoformat(), "token": fingerprint(request.headers)}
    if found := APPLIES.fullmatch(request.path):
        context = context_of(request)
        run = run_of(context, found.groupdict())
        notes |= {"run": run.id if run else "", "comment": await comment_of(request), "plan": await plan_digest(context, run)}
    return notes


def fingerprint(headers: Mapping[str, str]) -> str:
    """Return a hash of the token that tells it from others without giving it away; "" where there is none."""
    secret = headers.get("Authorization", "").partition(" ")[2].strip()
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()[:16] if secret else ""


def run_of(context: Context, ids: Mapping[str, str | None]) -> Run | None:
    try:
        if ids["run"] is not None:
            return context.store.run(ids["run"])
        if ids["check"] is not None:
            return known(context.store.checks, ids["check"])
        return context.store.run(known(context.store.stages, ids["stage"] or "").run_id)
    except ApiError:
        return None


async def comment_of(request: web.Request) -> str:
    try:
        comment = (await json_body(request)).get("comment")
    except (ApiError, web.HTTPException, UnicodeDecodeError):
        return ""
    return comment if isinstance(comment, str) else ""


async def plan_digest(context: Context, run: Run | None) -> str:
    if run is None or run.plan.status != "finished":
        return ""
    plan = await context.machine.engine.plan_json(context.machine.course.job(run))
    return "" if plan is None else await asyncio.to_thread(digest_of, plan)


def digest_of(plan: bytes) -> str:
    canonical = json.dumps(redacted(json.loads(plan)), sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"
