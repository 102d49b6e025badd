"""`/_person/`: the sandbox's own switches: faults, clock, rate limits, sockets, where payloads go, and the traffic."""

from __future__ import annotations

from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.slack.bodies import read_body
from bot.sandbox.slack.deliveries import DeliveryError
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.state import State

REASONS = ("warning", "refresh_requested", "link_disabled")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def see_traffic(state: State, _request: web.Request) -> Document:
    return {"traffic": state.traffic.documents()}


async def see_faults(state: State, _request: web.Request) -> Document:
    return {"faults": [fault.as_dict() for fault in state.faults.in_force("slack")]}


async def pull_fault(state: State, request: web.Request) -> Document:
    """Put a fault in force on this server; an outage of the sockets cuts those there are. SlackError: invalid_arguments with the
    reason in `detail`.
    """
    try:
        fault = state.faults.add(await read_body(request), side="slack")
    except ValueError as problem:
        raise SlackError("invalid_arguments", detail=str(problem)) from problem
    if fault.kind == "down" and fnmatchcase("_socket/link", fault.match):
        state.links.cut()
    return {"id": fault.id}


async def end_faults(state: State, request: web.Request) -> Document:
    return {"ended": state.faults.clear(side="slack", fault_id=request.match_info.get("fault"))}


async def set_clock(state: State, request: web.Request) -> Document:
    """`speed` is how many times as fast as real time the sandbox's clock runs; `advance` lets so many seconds pass at once."""
    body = await read_body(request)
    try:
        state.clock.advance(float(body.get("advance") or 0.0))
        state.clock.speed = float(body.get("speed") or state.clock.speed)
    except (TypeError, ValueError) as problem:
        raise SlackError("invalid_arguments", detail=str(problem)) from problem
    return {"speed": state.clock.speed, "now": state.clock.now().isoformat()}


async def set_limits(state: State, request: web.Request) -> Document:
    """Switch Slack's rate limits on or off."""
    state.limits.are_on = (await read_body(request)).get("on") is True
    return {"on": state.limits.are_on}


async def break_sockets(state: State, request: web.Request) -> Document:
    """Cut every Socket Mode connection, or send each a `disconnect` with a reason."""
    body = await read_body(request)
    count, reason = state.links.count, body.get("reason")
    if reason and reason not in REASONS:
        raise SlackError("invalid_arguments", detail=f"reason must be one of {', '.join(REASONS)}")
    if reason:
        await state.links.disconnect(str(reason))
    else:
        state.links.cut()
    return {"connections": count}


async def choose_delivery(state: State, request: web.Request) -> Document:
    """Send payloads to a `request_url` on this machine once it has echoed a challenge, or with null over Socket Mode again.
    SlackError: invalid_arguments, url_verification_failed.
    """
    url = (await read_body(request)).get("request_url")
    if url is None:
        state.deliver_over_sockets()
        return {"request_url": None}
    if not isinstance(url, str) or urlsplit(url).scheme != "http" or urlsplit(url).hostname not in LOOPBACK:
        raise SlackError("invalid_arguments", detail="request_url must be an http:// address of this machine")
    try:
        is_verified = await state.verify_request_url(url)
    except (DeliveryError, TimeoutError) as problem:
        raise SlackError("url_verification_failed") from problem
    if not is_verified:
        raise SlackError("url_verification_failed")
    state.deliver_to(url)
    return {"request_url": url}
