"""`/api/<method>`: reading the request, checking its token, and answering as Slack answers, faults included."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.faults import COMMON_KINDS, Fault, Kind
from bot.sandbox.slack.errors import Document, RateLimitedError, SlackError
from bot.sandbox.slack.state import State
from bot.sandbox.slack.tokens import TokenKind
from bot.sandbox.slack.web_api import auth, blocks, chat, conversations, files, users, views
from bot.sandbox.slack.web_api.calls import Call, Method, Methods

FAMILIES = (auth, blocks, chat, conversations, files, users, views)
METHODS: Methods = {name: method for family in FAMILIES for name, method in family.METHODS.items()}
KINDS: tuple[Kind, ...] = (*COMMON_KINDS, "belated", "lags")
TOO_MANY = 429
BAD_GATEWAY_DEFAULT = "internal_error"


async def answer(request: web.Request, state: State) -> web.StreamResponse:
    """The answer to one Web API call; a fault in force may withhold, spoil or replace it."""
    name = request.match_info["method"]
    fault = state.faults.take("slack", name, KINDS)
    if fault is not None and fault.kind in ("down", "refused", "status"):
        return _without_deed(request, state, name, fault)
    if fault is not None and fault.kind == "belated":
        return await _belated(request, state, name, fault)
    wanted = await _read(request, name, lag=fault.seconds if fault is not None and fault.kind == "lags" else 0.0)
    document, headers = await _perform(wanted, state)
    status = int(headers.pop("status"))
    state.traffic.note("from_app", name, status if fault is None else f"{status} {fault.kind}", document.get("error"))
    response = web.json_response(document, status=status, headers=headers)
    return response if fault is None else await _spoiled(request, response, fault)


def _without_deed(request: web.Request, state: State, name: str, fault: Fault) -> web.StreamResponse:
    """Down closes the connection, refused answers an error, status a bare status with Retry-After where that is 429."""
    error = fault.error or ("ratelimited" if fault.status == TOO_MANY else BAD_GATEWAY_DEFAULT)
    state.traffic.note("from_app", name, fault.kind, error)
    if fault.kind == "down":
        return hang_up(request)
    status = TOO_MANY if error == "ratelimited" else fault.status if fault.kind == "status" else 200
    headers = {"Retry-After": str(max(1, round(fault.seconds)))} if status == TOO_MANY else {}
    return web.json_response({"ok": False, "error": error}, status=status, headers=headers)


async def _spoiled(request: web.Request, response: web.Response, fault: Fault) -> web.StreamResponse:
    """The deed is done: slow answers later (real seconds, for they measure the app), lost never, cut half."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    if fault.kind in ("slow", "lags"):
        return response
    if fault.kind == "cut":
        body = response.body
        response.body = body[: len(body) // 2] if isinstance(body, bytes) else body
        return response
    return hang_up(request)


def hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _belated(request: web.Request, state: State, name: str, fault: Fault) -> web.StreamResponse:
    """Give the caller up at once and do the deed later (real seconds), as a server does whose answer nobody waited for."""
    wanted = await _read(request, name)

    async def deed() -> None:
        await asyncio.sleep(fault.seconds)
        document, headers = await _perform(wanted, state)
        state.traffic.note("from_app", name, f"{headers['status']} belated", document.get("error"))

    state.later(deed())
    return hang_up(request)


@dataclass(frozen=True)
class Wanted:
    """A request as it was read: method, token and arguments, or the refusal of a body that cannot be read."""

    name: str
    token: str
    arguments: Document
    lag: float = 0.0
    refusal: SlackError | None = None


async def _read(request: web.Request, name: str, lag: float = 0.0) -> Wanted:
    try:
        arguments = await read_arguments(request)
    except SlackError as refusal:
        return Wanted(name, _token(request, {}), {}, lag, refusal)
    return Wanted(name, _token(request, arguments), arguments, lag)


async def _perform(wanted: Wanted, state: State) -> tuple[Document, dict[str, str]]:
    headers = {"status": "200"}
    try:
        method = _method(wanted.name)
        if wanted.refusal is not None:
            raise wanted.refusal
        kind = "none" if "none" in method.token_kinds else state.tokens.identify(wanted.token)
        headers |= {"x-oauth-scopes": ",".join(_scopes(state, kind)), "x-accepted-oauth-scopes": ",".join(method.scopes)}
        document = await _run(Call(state, wanted.arguments, kind, wanted.lag), wanted.name, method)
    except RateLimitedError as refusal:
        return refusal.document(), headers | {"status": str(TOO_MANY), "Retry-After": str(refusal.retry_after)}
    except SlackError as refusal:
        return refusal.document(), headers
    return {"ok": True, **document}, headers


def _scopes(state: State, kind: TokenKind) -> tuple[str, ...]:
    return {"bot": state.team.app.scopes, "app": ("connections:write",), "none": ()}[kind]


async def _run(call: Call, name: str, method: Method) -> Document:
    if call.token_kind not in method.token_kinds:
        raise SlackError("not_allowed_token_type")
    call.demand_scopes(*method.scopes)
    call.state.limits.count_call(name, method.tier)
    return await method.run(call)


def _method(name: str) -> Method:
    if name not in METHODS:
        raise SlackError("unknown_method", req_method=name)
    return METHODS[name]


def _token(request: web.Request, arguments: Mapping[str, Any]) -> str:
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(arguments.get("token", ""))


async def read_arguments(request: web.Request) -> Document:
    """Query, form and JSON as one mapping, the body over the query. SlackError: invalid_json, json_not_object."""
    arguments: Document = dict(request.query)
    if request.content_type == "application/json":
        text = await request.text()
        return arguments | (_object(text) if text.strip() else {})
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form = await request.post()
        arguments |= {name: value for name, value in form.items() if isinstance(value, str)}
    return arguments


def _object(text: str) -> Document:
    try:
        document = json.loads(text)
    except ValueError as problem:
        raise SlackError("invalid_json") from problem
    if not isinstance(document, dict):
        raise SlackError("json_not_object")
    return document
