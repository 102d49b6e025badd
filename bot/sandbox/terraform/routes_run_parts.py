"""What hangs on a run: plan, apply, configuration version, comments and run events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.documents import (
    Document,
    account_document,
    apply_document,
    comment_document,
    event_document,
    plan_document,
)
from bot.sandbox.terraform.errors import document_response, not_found, unprocessable
from bot.sandbox.terraform.queries import includes, resource_body
from bot.sandbox.terraform.tokens import demand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

    from bot.sandbox.terraform.records import Run, RunEvent


def add_routes(app: web.Application) -> None:
    app.router.add_get("/api/v2/plans/{plan}", read_plan)
    app.router.add_get("/api/v2/applies/{apply}", read_apply)
    app.router.add_get("/api/v2/applies/{apply}/errored-state", read_errored_state)
    app.router.add_get("/api/v2/runs/{run}/plan", read_run_plan)
    app.router.add_get("/api/v2/runs/{run}/apply", read_run_apply)
    app.router.add_get("/api/v2/runs/{run}/comments", list_comments)
    app.router.add_post("/api/v2/runs/{run}/comments", create_comment)
    app.router.add_get("/api/v2/comments/{comment}", read_comment)
    app.router.add_get("/api/v2/runs/{run}/run-events", list_events)
    app.router.add_get("/api/v2/run-events/{event}", read_event)


async def read_plan(request: web.Request) -> web.Response:
    context = context_of(request)
    return document_response({"data": plan_document(context.store.run_of_plan(request.match_info["plan"]), context.blobs)})


async def read_apply(request: web.Request) -> web.Response:
    context = context_of(request)
    return document_response({"data": apply_document(context.store.run_of_apply(request.match_info["apply"]), context.blobs)})


async def read_errored_state(request: web.Request) -> web.Response:
    """A state whose upload failed: there never is one here."""
    context_of(request).store.run_of_apply(request.match_info["apply"])
    raise not_found()


async def read_run_plan(request: web.Request) -> web.Response:
    context = context_of(request)
    return document_response({"data": plan_document(context.store.run(request.match_info["run"]), context.blobs)})


async def read_run_apply(request: web.Request) -> web.Response:
    context = context_of(request)
    return document_response({"data": apply_document(context.store.run(request.match_info["run"]), context.blobs)})


async def list_comments(request: web.Request) -> web.Response:
    run = context_of(request).store.run(request.match_info["run"])
    return document_response({"data": [comment_document(comment) for comment in run.comments]})


async def create_comment(request: web.Request) -> web.Response:
    context, caller = context_of(request), caller_of(request)
    run = context.store.run(request.match_info["run"])
    demand(caller, "plan")
    attributes, _ = await resource_body(request, "comments")
    body = attributes.get("body")
    if not isinstance(body, str) or not body.strip():
        raise unprocessable("Body can't be blank", "/data/attributes/body")
    comment = context.machine.record(run, "commented", "Comment added", caller.account, body)
    return document_response({"data": comment_document(comment) if comment else None}, status=201)


async def read_comment(request: web.Request) -> web.Response:
    return document_response({"data": comment_document(context_of(request).store.comment(request.match_info["comment"]))})


async def list_events(request: web.Request) -> web.Response:
    """Who did what, oldest first: the actor of `confirmed` is who applied."""
    run = context_of(request).store.run(request.match_info["run"])
    return _events(request, {"data": [event_document(event) for event in run.events]}, run.events, run)


async def read_event(request: web.Request) -> web.Response:
    store = context_of(request).store
    event = store.event(request.match_info["event"])
    return _events(request, {"data": event_document(event)}, [event], store.run(event.run_id))


def _events(request: web.Request, document: Document, events: Iterable[RunEvent], run: Run) -> web.Response:
    """The document, and beside it the actors and comments that `include` asks for."""
    wanted, found = includes(request, ("actor", "comment")), dict[str, Document]()
    for event in events:
        if "actor" in wanted and event.actor is not None:
            found[event.actor.id] = account_document(event.actor)
        if "comment" in wanted:
            found |= {each.id: comment_document(each) for each in run.comments if each.id == event.comment_id}
    return document_response(document | ({"included": list(found.values())} if wanted else {}))
