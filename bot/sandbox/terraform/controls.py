"""What tests and the curious may turn on the Runs API's side, with the sandbox's secret: faults, clock, limits, scripts."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.terraform.context import context_of
from bot.sandbox.terraform.errors import ApiError, bad_request
from bot.sandbox.terraform.queries import json_body

if TYPE_CHECKING:
    from bot.sandbox.terraform.records import Script

NUMBERS = ("additions", "changes", "destructions")
SECONDS = ("plan_seconds", "apply_seconds")
MOST = 1_000_000
TEXTS = ("plan_error", "apply_error")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/_control/faults", list_faults)
    app.router.add_post("/_control/faults", add_fault)
    app.router.add_delete("/_control/faults", clear_faults)
    app.router.add_delete("/_control/faults/{fault}", clear_faults)
    app.router.add_get("/_control/requests", list_requests)
    app.router.add_post("/_control/clock", set_clock)
    app.router.add_post("/_control/limits", set_limits)
    app.router.add_post("/_control/scripts/{name}", set_script)


async def list_faults(request: web.Request) -> web.Response:
    return web.json_response({"faults": [fault.as_dict() for fault in context_of(request).faults.in_force("terraform")]})


async def add_fault(request: web.Request) -> web.Response:
    try:
        fault = context_of(request).faults.add(await json_body(request), side="terraform")
    except ValueError as error:
        raise bad_request(str(error)) from error
    return web.json_response({"id": fault.id})


async def clear_faults(request: web.Request) -> web.Response:
    ended = context_of(request).faults.clear(side="terraform", fault_id=request.match_info.get("fault"))
    return web.json_response({"cleared": ended})


async def list_requests(request: web.Request) -> web.Response:
    """The last requests to the API, oldest first, and how many there were of each method and path since the start."""
    log = context_of(request).requests
    return web.json_response({"requests": list(log.entries), "counts": log.counts})


async def set_clock(request: web.Request) -> web.Response:
    clock, speed = context_of(request).clock, (await json_body(request)).get("speed")
    if isinstance(speed, bool) or not isinstance(speed, int | float):
        raise bad_request("speed must be a number")
    try:
        clock.speed = float(speed)
    except (ValueError, OverflowError) as error:
        raise bad_request(str(error)) from error
    return web.json_response({"speed": clock.speed, "now": clock.now().isoformat()})


async def set_limits(request: web.Request) -> web.Response:
    """`per_second` and `lists_per_minute`; null switches a limit off, and what is left out stays."""
    limits, body = context_of(request).limits, await json_body(request)
    if any(not _is_limit(body.get(name)) for name in ("per_second", "lists_per_minute")):
        raise bad_request("a limit is a whole number above 0, or null")
    limits.per_second = body.get("per_second", limits.per_second)
    limits.lists_per_minute = body.get("lists_per_minute", limits.lists_per_minute)
    return web.json_response({"per_second": limits.per_second, "lists_per_minute": limits.lists_per_minute})


async def set_script(request: web.Request) -> web.Response:
    """Change how a workspace's next runs go under the scripted engine; what is left out stays."""
    workspace = context_of(request).store.names.get(request.match_info["name"])
    if workspace is None:
        raise ApiError(404, "not found")
    workspace.script = _changed(workspace.script, await json_body(request))
    return web.json_response(asdict(workspace.script))


def _changed(script: Script, wanted: dict[str, Any]) -> Script:
    for name, value in wanted.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST
        fits = (
            (name in NUMBERS and is_number and isinstance(value, int))
            or (name in SECONDS and is_number)
            or (name in TEXTS and (value is None or isinstance(value, str)))
            or (name == "outputs_change" and isinstance(value, bool))
        )
        if not fits:
            raise bad_request(f"a script has no {name} like that")
    return replace(script, **wanted)


def _is_limit(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)
