"""What may be turned about one workspace, and tokens of any kind, with the sandbox's secret."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, get_args

from aiohttp import web

from bot.sandbox.terraform.context import context_of
from bot.sandbox.terraform.errors import bad_request, not_found
from bot.sandbox.terraform.queries import json_body
from bot.sandbox.terraform.records import Access, TokenKind

if TYPE_CHECKING:
    from bot.sandbox.terraform.records import Script, Workspace

NUMBERS = ("additions", "changes", "destructions")
SECONDS = ("plan_seconds", "apply_seconds")
MOST = 1_000_000
TEXTS = ("plan_error", "apply_error")


def add_routes(app: web.Application) -> None:
    app.router.add_post("/_control/scripts/{name}", set_script)
    app.router.add_get("/_control/stages/{name}", read_stages)
    app.router.add_post("/_control/stages/{name}", set_stages)
    app.router.add_post("/_control/states/{name}", change_state)
    app.router.add_post("/_control/tokens", issue_token)
    app.router.add_delete("/_control/tokens", revoke_token)


async def set_script(request: web.Request) -> web.Response:
    """Change how a workspace's next runs go under the scripted engine; what is left out stays."""
    workspace = _named(request)
    workspace.script = _changed(workspace.script, await json_body(request))
    return web.json_response(asdict(workspace.script))


def _changed(script: Script, wanted: dict[str, Any]) -> Script:
    for name, value in wanted.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST
        fits = (
            (name in NUMBERS and is_number and isinstance(value, int))
            or (name in SECONDS and is_number)
            or (name in TEXTS and (value is None or isinstance(value, str)))
            or (name in ("outputs_change", "stubborn") and isinstance(value, bool))
        )
        if not fits:
            raise bad_request(f"a script has no {name} like that")
    return replace(script, **wanted)


async def read_stages(request: web.Request) -> web.Response:
    return web.json_response(_named(request).stages.as_dict())


async def set_stages(request: web.Request) -> web.Response:
    """Switch optional stages of a workspace's next runs; what is left out stays, null leaves a stage out."""
    workspace = _named(request)
    try:
        workspace.stages = workspace.stages.changed(await json_body(request))
    except ValueError as error:
        raise bad_request(str(error)) from error
    return web.json_response(workspace.stages.as_dict())


async def change_state(request: web.Request) -> web.Response:
    """As if somebody had changed the state from elsewhere: plans that were saved become stale, and are discarded."""
    workspace = _named(request)
    context_of(request).machine.course.change_state(workspace.id)
    return web.json_response({"serial": workspace.state_serial})


async def issue_token(request: web.Request) -> web.Response:
    """A token of a `kind` (user, team, organization) with an `access` (read, plan, write, admin) and, where `may_override` is true,
    the right to override policies.
    """
    context, body = context_of(request), await json_body(request)
    kind, access = body.get("kind", "team"), body.get("access", "read")
    if kind not in get_args(TokenKind) or access not in get_args(Access):
        raise bad_request("kind must be user, team or organization, access read, plan, write or admin")
    store = context.store
    owner = {"team": store.team_id, "organization": store.organization}.get(kind) or next(iter(store.memberships.values())).account.id
    token = context.tokens.issue(kind, f"api-{kind}_{access}", owner, access, may_override=body.get("may_override") is True)
    return web.json_response({"token": token.secret})


async def revoke_token(request: web.Request) -> web.Response:
    """End a `token`, as if it had expired."""
    secret = (await json_body(request)).get("token")
    return web.json_response({"revoked": isinstance(secret, str) and context_of(request).tokens.revoke(secret)})


def _named(request: web.Request) -> Workspace:
    workspace = context_of(request).store.names.get(request.match_info["name"])
    if workspace is None:
        raise not_found()
    return workspace
