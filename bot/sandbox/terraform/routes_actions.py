"""What people do to runs: apply, discard, cancel and their forced kin. Each answers 202 without a body; the work is done later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.terraform.context import Context, caller_of, context_of
from bot.sandbox.terraform.documents import run_document
from bot.sandbox.terraform.errors import document_response
from bot.sandbox.terraform.queries import json_body
from bot.sandbox.terraform.tokens import demand

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.terraform.records import Access, Account, Run

    Action = Callable[[Context, Run, Account, str | None], None]

ACTIONS: dict[str, tuple[Access, Action]] = {
    "apply": ("write", lambda context, run, actor, comment: context.machine.confirm(run, actor, comment)),
    "discard": ("write", lambda context, run, actor, comment: context.machine.discard(run, actor, comment)),
    "cancel": ("write", lambda context, run, actor, comment: context.machine.cancel(run, actor, comment)),
    "force-cancel": ("admin", lambda context, run, actor, comment: context.machine.force_cancel(run, actor, comment)),
    "force-execute": ("write", lambda context, run, actor, _comment: context.machine.force_execute(run, actor)),
}


def add_routes(app: web.Application) -> None:
    app.router.add_post(f"/api/v2/runs/{{run}}/actions/{{action:{'|'.join(ACTIONS)}}}", act)


async def act(request: web.Request) -> web.Response:
    """The comment stands at the top of a plain JSON body; a JSON:API document there loses it, as on the platform."""
    context, caller = context_of(request), caller_of(request)
    access, action = ACTIONS[request.match_info["action"]]
    run = context.store.run(request.match_info["run"])
    demand(caller, access)
    comment = (await json_body(request)).get("comment")
    action(context, run, caller.account, comment if isinstance(comment, str) else None)
    if context.flavour.answers_actions:
        return document_response({"data": run_document(run, caller, context.store)})
    return web.Response(status=202)
