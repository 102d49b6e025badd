"""The pages a person sees when following a link to a run or a workspace: plain HTML, no script, everything from outside escaped."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.terraform.context import context_of
from bot.sandbox.terraform.statuses import actions_of, awaits_override, is_final, rests_for_confirmation

if TYPE_CHECKING:
    from bot.sandbox.terraform.context import Context
    from bot.sandbox.terraform.records import Phase, Run, Workspace

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
REFRESH_SECONDS = 2
LOG_LINES = 200
SHOWN_RUNS = 50
SHOWN_WORKSPACES = 200
STYLE = "/app/pages.css"
GOOD, BAD = ("applied", "planned_and_finished"), ("errored", "canceled", "discarded", "force_canceled")


def add_routes(app: web.Application) -> None:
    app.router.add_get(STYLE, style)
    app.router.add_get("/app/{organization}/workspaces", organization_page)
    app.router.add_get("/app/{organization}/workspaces/{name}", workspace_page)
    app.router.add_get("/app/{organization}/workspaces/{name}/runs", workspace_page)
    app.router.add_get("/app/{organization}/workspaces/{name}/runs/{run}", run_page)


async def style(_request: web.Request) -> web.Response:
    text = files(__package__).joinpath("pages.css").read_text(encoding="utf-8")
    return web.Response(text=text, content_type="text/css", charset="utf-8")


async def organization_page(request: web.Request) -> web.Response:
    context = context_of(request)
    if request.match_info["organization"] != context.store.organization:
        return _nothing(context)
    rows = "".join(
        f"<li>{_workspace_link(context, each)} {_badge(each.current_run) if each.current_run else ''}"
        f"<span class=quiet>{escape(each.description)}</span></li>"
        for each in context.store.workspaces_by_name()[:SHOWN_WORKSPACES]
    )
    left_out = len(context.store.workspaces) - SHOWN_WORKSPACES
    more = f"<p>And {left_out} more.</p>" if left_out > 0 else ""
    return _page(context, "Workspaces", f"<h1>Workspaces</h1><ul class=rows>{rows}</ul>{more}", live=True)


async def workspace_page(request: web.Request) -> web.Response:
    context = context_of(request)
    workspace = _workspace(request)
    if workspace is None:
        return _nothing(context)
    runs = list(context.store.newest_runs(workspace))[:SHOWN_RUNS]
    rows = "".join(f"<li>{_run_link(context, run)} {_badge(run)}<span class=quiet>{escape(_title(run))}</span></li>" for run in runs)
    held = "<p>Locked: a run holds this workspace.</p>" if workspace.holder else ""
    listed = f"<ul class=rows>{rows or '<li>No runs yet.</li>'}</ul>"
    body = f"<h1>{escape(workspace.name)}</h1><p>{escape(workspace.description)}</p>{held}{listed}"
    return _page(context, workspace.name, body, live=any(not is_final(run) for run in runs))


async def run_page(request: web.Request) -> web.Response:
    context, workspace = context_of(request), _workspace(request)
    run = context.store.runs.get(request.match_info["run"])
    if workspace is None or run is None or run.workspace_id != workspace.id:
        return _nothing(context)
    body = (
        f"<p>{_workspace_link(context, workspace)}</p><h1>{escape(_title(run))}</h1>"
        f"<p>{_badge(run)} <code>{escape(run.id)}</code></p>{_waiting_for(context, run)}"
        f"<dl>{_facts(run)}</dl>{_comments(run)}{_log('Plan', run.plan)}{_log('Apply', run.apply)}"
    )
    return _page(context, f"{run.status} · {workspace.name}", body, live=not is_final(run))


def _workspace(request: web.Request) -> Workspace | None:
    store = context_of(request).store
    if request.match_info["organization"] != store.organization:
        return None
    return store.names.get(request.match_info["name"])


def _facts(run: Run) -> str:
    request, plan, apply = run.request, run.plan, run.apply
    kinds = {"destroy": request.is_destroy, "plan only": request.plan_only, "auto-apply": request.auto_apply}
    facts = {
        "Created": f"{run.created_at:%Y-%m-%d %H:%M:%S} UTC by {run.creator.username if run.creator else 'the server'}",
        "Kind": ", ".join(kind for kind, holds in kinds.items() if holds) or "plan and apply",
        "Plan": _counts(plan, ("to add", "to change", "to destroy")),
        "Apply": _counts(apply, ("added", "changed", "destroyed")),
        "Confirmed by": run.confirmed_by.username if run.confirmed_by else "",
        "Canceled by": run.canceled_by.username if run.canceled_by else "",
        "Judged by": _judgements(run),
        "Terraform": run.terraform_version,
    }
    return "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)


def _judgements(run: Run) -> str:
    """The optional stages of the run, each with how it stands."""
    evaluations = run.evaluations
    told = [f"{stage.stage.replace('_', '-')} tasks {stage.status.replace('_', ' ')}" for stage in evaluations.stages]
    if evaluations.cost_estimate is not None:
        told.append(f"cost estimate {evaluations.cost_estimate.status.replace('_', ' ')}")
    if evaluations.policy_check is not None:
        told.append(f"policy check {evaluations.policy_check.status.replace('_', ' ')}")
    return ", ".join(told)


def _counts(phase: Phase, words: tuple[str, str, str]) -> str:
    counts = (phase.additions, phase.changes, phase.destructions)
    if None in counts:
        return phase.status
    told = ", ".join(f"{count} {word}" for count, word in zip(counts, words, strict=True))
    return f"{told} ({phase.status})"


def _waiting_for(context: Context, run: Run) -> str:
    if rests_for_confirmation(run):
        return "<p class=call>This run waits for a person to confirm or discard it.</p>"
    if awaits_override(run):
        return "<p class=call>A policy stands in the way: this run waits for a person to override it, or to discard the run.</p>"
    if run.status == "pending" and (holder := context.store.workspace_of(run).holder) is not None:
        return f"<p class=call>This run waits behind {_run_link(context, holder)}.</p>"
    if run.interrupted.is_set() and not is_final(run):
        allowed = actions_of(run, context.clock.now())["is-force-cancelable"]
        return f"<p class=call>Terraform is being stopped{' and can now be killed' if allowed else ''}.</p>"
    return ""


def _comments(run: Run) -> str:
    return "".join(f"<blockquote>{escape(comment.body)}</blockquote>" for comment in run.comments)


def _log(name: str, phase: Phase) -> str:
    text = phase.log.tail(LOG_LINES)
    return f"<h2>{name} log</h2><pre>{escape(text)}</pre>" if text else ""


def _title(run: Run) -> str:
    lines = run.request.message.strip().splitlines()
    return lines[0][:200] if lines else "Queued by an uploaded configuration"


def _badge(run: Run) -> str:
    kind = (
        "good"
        if run.status in GOOD
        else "bad"
        if run.status in BAD
        else "call"
        if rests_for_confirmation(run) or awaits_override(run)
        else "live"
    )
    return f"<span class='badge {kind}'>{escape(run.status.replace('_', ' '))}</span>"


def _workspace_link(context: Context, workspace: Workspace) -> str:
    return f"<a href='/app/{context.store.organization}/workspaces/{escape(workspace.name)}'>{escape(workspace.name)}</a>"


def _run_link(context: Context, run: Run) -> str:
    name = escape(context.store.workspace_of(run).name)
    return f"<a href='/app/{context.store.organization}/workspaces/{name}/runs/{run.id}'><code>{run.id}</code></a>"


def _nothing(context: Context) -> web.Response:
    return _page(context, "Nothing here", "<h1>Nothing here</h1><p>No such workspace or run.</p>", live=False, status=404)


def _page(context: Context, title: str, body: str, *, live: bool, status: int = 200) -> web.Response:
    refresh = f"<meta http-equiv=refresh content={REFRESH_SECONDS}>" if live else ""
    engine = escape(context.machine.engine_name)
    text = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>{refresh}"
        f"<meta name=viewport content='width=device-width, initial-scale=1'><link rel=stylesheet href={STYLE}></head>"
        f"<body><header><a href='/app/{context.store.organization}/workspaces'>{context.store.organization}</a>"
        f"<span class=quiet>sandbox · {engine}</span></header><main>{body}</main></body></html>"
    )
    return web.Response(text=text, status=status, content_type="text/html", headers={"Content-Security-Policy": POLICY})


def is_page(path: str) -> bool:
    """Whether people may open this path from a link elsewhere."""
    return path.startswith("/app/")
