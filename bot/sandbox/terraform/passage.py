"""What every request to the API passes through: the request log, faults, limits, tokens, content types, errors as documents."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.terraform.context import Context, context_of
from bot.sandbox.terraform.errors import MEDIA_TYPE, ApiError, not_allowed_now, unavailable, wrong_media_type

if TYPE_CHECKING:
    from bot.sandbox.faults import Fault
    from bot.sandbox.terraform.limits import Standing

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
API = "/api/v2/"
OPEN = ("/api/v2/ping",)
VERSION_HEADERS = {"TFP-API-Version": "2.6", "TFP-AppName": "Runbell Sandbox"}
TOO_MANY = {"errors": [{"detail": "You have exceeded the API's rate limit.", "status": 429, "title": "Too many requests"}]}


async def name_the_server(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(VERSION_HEADERS)


@web.middleware
async def answering(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.path.startswith(API):
        return await _worded(request, handler)
    context = context_of(request)
    fault = context.faults.take("terraform", f"{request.method} {request.path}")
    response = await _faulty(request, handler, fault) if fault is not None else await _limited(request, handler)
    status = None if fault is not None and fault.kind == "lost" else response.status
    context.requests.add(request.method, request.path, request.query_string, status, context.clock.now())
    return response


async def _faulty(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    match fault.kind:
        case "down":
            return unavailable().response()
        case "status":
            return ApiError(fault.status, _phrase(fault.status), fault.error or None).response()
        case "refused":
            return _refusal(fault).response()
        case "slow":
            response = await _limited(request, handler)
            await asyncio.sleep(fault.seconds)
            return response
        case "cut":
            return _cut(await _limited(request, handler))
        case "lost":
            response = await _limited(request, handler)
            if request.transport is not None:
                request.transport.abort()
            return response


def _refusal(fault: Fault) -> ApiError:
    if fault.status == HTTPStatus.CONFLICT and not fault.error:
        return not_allowed_now()
    return ApiError(fault.status, _phrase(fault.status), fault.error or None)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.lower()
    except ValueError:
        return "error"


def _cut(response: web.StreamResponse) -> web.StreamResponse:
    """The same answer with half of its body, as if a proxy had closed early and hidden it."""
    body = response.body if isinstance(response, web.Response) else None
    if not isinstance(body, bytes):
        return response
    return web.Response(body=body[: len(body) // 2], status=response.status, content_type=MEDIA_TYPE)


async def _limited(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the request against its user's limits, and tell on every answer where the user stands."""
    context = context_of(request)
    user = _user(context, request)
    standing = context.limits.admit(user)
    if _is_run_list(request) and (standing is None or standing.admitted):
        lists = context.limits.admit_list(user)
        standing = lists if lists is not None and not lists.admitted else standing
    if standing is not None and not standing.admitted:
        return _told(web.json_response(TOO_MANY, status=429, content_type=MEDIA_TYPE), standing)
    return _told(await _worded(request, handler), standing)


def _user(context: Context, request: web.Request) -> str:
    """Limits are counted for each user, and where there is none for the address."""
    try:
        return context.tokens.caller(request.headers).account.id
    except ApiError:
        return request.remote or ""


def _is_run_list(request: web.Request) -> bool:
    return request.method == "GET" and "run" not in request.match_info and request.path.endswith("/runs")


def _told(response: web.StreamResponse, standing: Standing | None) -> web.StreamResponse:
    if standing is not None:
        response.headers.update(standing.headers())
    return response


async def _worded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The handler's answer; errors become documents."""
    try:
        _demand_token_and_type(request)
        return await handler(request)
    except ApiError as error:
        return error.response()
    except web.HTTPException as error:
        return ApiError(error.status, error.reason.lower()).response()


def _demand_token_and_type(request: web.Request) -> None:
    if not request.path.startswith(API):
        return
    if request.path not in OPEN:
        context_of(request).tokens.caller(request.headers)
    if request.method not in ("GET", "HEAD") and request.content_type != MEDIA_TYPE:
        raise wrong_media_type()
