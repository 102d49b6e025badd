"""Answers with something wrong about them, as the faults in force want it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.terraform.context import SOMEBODY_ELSE, context_of
from bot.sandbox.terraform.errors import (
    MEDIA_TYPE,
    ApiError,
    DocumentResponse,
    document_response,
    not_allowed_now,
    unavailable,
    wrong_media_type,
)

if TYPE_CHECKING:
    from bot.sandbox.faults import Fault

Answer = Callable[[], Awaitable[web.StreamResponse]]
TOO_MANY = {"errors": [{"detail": "You have exceeded the API's rate limit.", "status": 429, "title": "Too many requests"}]}
RESET_SECONDS = 1.0
UNKNOWN_STATUS = "contemplating"
RESET_AT_ONCE = struct.pack("ii", 1, 0)


def too_many(limit: int = 30, reset_seconds: float = RESET_SECONDS) -> web.Response:
    """The answer to one request too many; in it alone `status` is a number."""
    headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{reset_seconds:.3f}"}
    return web.json_response(TOO_MANY, status=429, content_type=MEDIA_TYPE, headers=headers)


async def faulty(request: web.Request, answer: Answer, fault: Fault) -> tuple[web.StreamResponse, int | None]:
    """The answer, and the status for the record: None where the caller gets none."""
    match fault.kind:
        case "down" | "status" | "refused":
            response: web.StreamResponse = _refusal(request, fault)
        case "reset":
            _reset(request)
            return web.Response(status=503), None
        case "lost":
            response = await answer()
            if request.transport is not None:
                request.transport.abort()
            return response, None
        case "slow":
            response = await answer()
            await asyncio.sleep(fault.seconds)
        case "cut":
            response = _cut(await answer())
        case "raced":
            response = await _raced(request, answer)
        case "unknown_status":
            response = _with_runs_changed(await answer(), _forget_status)
        case "no_actions":
            response = _with_runs_changed(await answer(), _forget_actions)
        case _:
            response = await answer()
    return response, response.status


def _refusal(request: web.Request, fault: Fault) -> web.Response:
    """The server's own words for a status, and its headers where it has some for it."""
    status = 503 if fault.kind == "down" else fault.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return too_many(reset_seconds=fault.seconds or RESET_SECONDS)
    known = {409: not_allowed_now, 415: wrong_media_type, 503: unavailable}
    error = known[status]() if status in known and not fault.error else ApiError(status, _phrase(status), fault.error or None)
    return context_of(request).flavour.error_response(error)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.lower()
    except ValueError:
        return "error"


def _reset(request: web.Request) -> None:
    """Close the connection in such a way that the caller's system tells of a reset."""
    transport = request.transport
    if transport is None:
        return
    if (open_socket := transport.get_extra_info("socket")) is not None:
        open_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
    transport.abort()


def _cut(response: web.StreamResponse) -> web.StreamResponse:
    """The same answer with half of its body, as if a proxy had closed early and hidden it."""
    body = response.body if isinstance(response, web.Response) else None
    if not isinstance(body, bytes):
        return response
    return web.Response(body=body[: len(body) // 2], status=response.status, content_type=MEDIA_TYPE)


async def _raced(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Let somebody else with every right send the same request just before."""
    await request.read()
    before = SOMEBODY_ELSE.set(context_of(request).tokens.first)
    try:
        await answer()
    finally:
        SOMEBODY_ELSE.reset(before)
    return await answer()


def _with_runs_changed(response: web.StreamResponse, change: Callable[[dict[str, Any]], dict[str, Any]]) -> web.StreamResponse:
    if not isinstance(response, DocumentResponse):
        return response

    def changed(resource: Any) -> Any:
        is_run = isinstance(resource, dict) and resource.get("type") == "runs"
        return {**resource, "attributes": change(resource["attributes"])} if is_run else resource

    document = response.document
    for part in ("data", "included"):
        found = document.get(part)
        document[part] = [changed(each) for each in found] if isinstance(found, list) else changed(found)
    told = document_response({name: value for name, value in document.items() if value is not None}, status=response.status)
    told.headers.update({name: value for name, value in response.headers.items() if name.startswith("X-")})
    return told


def _forget_status(attributes: dict[str, Any]) -> dict[str, Any]:
    return {**attributes, "status": UNKNOWN_STATUS}


def _forget_actions(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if name != "actions"}
