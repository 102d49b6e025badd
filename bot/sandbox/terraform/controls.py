"""What tests and the curious may turn on the Runs API's side, with the sandbox's secret: faults, clock, limits, blobs, deliveries."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.fault_words import parse_fault
from bot.sandbox.terraform.context import context_of
from bot.sandbox.terraform.errors import bad_request
from bot.sandbox.terraform.queries import json_body

MOST_RETRIES = 10


def add_routes(app: web.Application) -> None:
    app.router.add_get("/_control/faults", list_faults)
    app.router.add_post("/_control/faults", add_fault)
    app.router.add_delete("/_control/faults", clear_faults)
    app.router.add_delete("/_control/faults/{fault}", clear_faults)
    app.router.add_get("/_control/requests", list_requests)
    app.router.add_post("/_control/clock", set_clock)
    app.router.add_post("/_control/limits", set_limits)
    app.router.add_post("/_control/blobs", set_blobs)
    app.router.add_post("/_control/notifications", set_notifications)


async def list_faults(request: web.Request) -> web.Response:
    return web.json_response({"faults": [fault.as_dict() for fault in context_of(request).faults.in_force("terraform")]})


async def add_fault(request: web.Request) -> web.Response:
    """A fault as an object, or in a few words as `{"say": "lost x1 on POST */actions/apply"}`."""
    wanted = await json_body(request)
    try:
        said = wanted.get("say")
        fault = context_of(request).faults.add(parse_fault(said) if isinstance(said, str) else wanted, side="terraform")
    except ValueError as error:
        raise bad_request(str(error)) from error
    return web.json_response({"id": fault.id})


async def clear_faults(request: web.Request) -> web.Response:
    ended = context_of(request).faults.clear(side="terraform", fault_id=request.match_info.get("fault"))
    return web.json_response({"cleared": ended})


async def list_requests(request: web.Request) -> web.Response:
    """The last requests to the API, oldest first, and how many there were of each method and path since the start.

    Those that changed something are kept longer than those that only read.
    """
    log = context_of(request).requests
    return web.json_response({"requests": log.entries, "counts": log.counts})


async def set_clock(request: web.Request) -> web.Response:
    """`speed` is how fast time passes from now on, `advance` so many seconds that pass at once; either may be left out."""
    clock, body = context_of(request).clock, await json_body(request)
    speed, seconds = body.get("speed", clock.speed), body.get("advance", 0)
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in (speed, seconds)):
        raise bad_request("speed and advance must be numbers")
    try:
        clock.speed = float(speed)
        clock.advance(float(seconds))
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


async def set_blobs(request: web.Request) -> web.Response:
    """`refuse_tokens`: whether the blob service answers 400 to a client that sends it a token, as it does from the start."""
    wanted = (await json_body(request)).get("refuse_tokens")
    if not isinstance(wanted, bool):
        raise bad_request("refuse_tokens must be true or false")
    context_of(request).blobs.refuses_tokens = wanted
    return web.json_response({"refuse_tokens": wanted})


async def set_notifications(request: web.Request) -> web.Response:
    """`retries`: how often a delivery that failed is sent again."""
    wanted = (await json_body(request)).get("retries")
    if isinstance(wanted, bool) or not isinstance(wanted, int) or not 0 <= wanted <= MOST_RETRIES:
        raise bad_request(f"retries must be a whole number from 0 to {MOST_RETRIES}")
    context_of(request).notifications.retries = wanted
    return web.json_response({"retries": wanted})


def _is_limit(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)
