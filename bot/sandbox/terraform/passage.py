"""What every request to the API passes through: the request log, faults, limits, tokens, content types, errors as documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.faults import TERRAFORM_KINDS
from bot.sandbox.terraform.context import Context, context_of
from bot.sandbox.terraform.errors import MEDIA_TYPE, ApiError, DocumentResponse, document_response, not_found, wrong_media_type
from bot.sandbox.terraform.faulty import faulty, too_many
from bot.sandbox.terraform.request_notes import notes_of

if TYPE_CHECKING:
    from bot.sandbox.terraform.flavours import Flavour
    from bot.sandbox.terraform.limits import Standing

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
API = "/api/v2/"
OPEN = ("/api/v2/ping",)
VERSION_HEADERS = {"TFP-API-Version": "2.6", "TFP-AppName": "Runbell Sandbox"}


async def name_the_server(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(VERSION_HEADERS)


@web.middleware
async def answering(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.path.startswith(API):
        return await _worded(request, handler)
    context = context_of(request)
    entry = context.requests.add(request.method, request.path, request.query_string, context.clock.now(), await notes_of(request))
    fault = context.faults.take("terraform", f"{request.method} {request.path}", TERRAFORM_KINDS)
    if fault is None:
        response = await _limited(request, handler)
        entry["status"] = response.status
    else:
        response, entry["status"] = await faulty(request, lambda: _limited(request, handler), fault)
    return response


async def _limited(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the request against its user's limits, and tell on every answer where the user stands."""
    context = context_of(request)
    user = _user(context, request)
    standing = context.limits.admit(user)
    narrow = _narrow_limit(request, context, user) if standing is None or standing.admitted else None
    if narrow is not None and not narrow.admitted:
        standing = narrow
    if standing is not None and not standing.admitted:
        return too_many(standing.limit, standing.reset_seconds)
    return _told(await _worded(request, handler), standing)


def _narrow_limit(request: web.Request, context: Context, user: str) -> Standing | None:
    """The limits that only lists of runs and verifications have."""
    if context.flavour.limits_lists and _is_run_list(request):
        return context.limits.admit_list(user)
    if request.method == "POST" and request.path.endswith("/actions/verify"):
        return context.limits.admit_verification(user)
    return None


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
    """The handler's answer in the server's dialect; errors become documents."""
    flavour = context_of(request).flavour
    try:
        _demand_token_and_type(request)
        if not flavour.knows(request.method, request.path):
            raise not_found()
        response = await handler(request)
    except ApiError as error:
        return flavour.error_response(error)
    except web.HTTPException as error:
        return flavour.error_response(ApiError(error.status, error.reason.lower()))
    return _rewritten(response, flavour)


def _rewritten(response: web.StreamResponse, flavour: Flavour) -> web.StreamResponse:
    if flavour.rewrites and isinstance(response, DocumentResponse):
        return document_response(flavour.rewritten(response.document), status=response.status)
    return response


def _demand_token_and_type(request: web.Request) -> None:
    if not request.path.startswith(API):
        return
    if request.path not in OPEN:
        context_of(request).tokens.caller(request.headers)
    if request.method not in ("GET", "HEAD") and request.content_type != MEDIA_TYPE:
        raise wrong_media_type()
