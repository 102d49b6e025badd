"""The slash command: what was typed is parsed once, and each command has a file and a row."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.core.commands import parse
from bot.core.commands.deciding import CommentRun
from bot.core.commands.freezes import DeclareFreeze, LiftFreeze, ListFreezes, Snooze
from bot.core.commands.grammar import Command
from bot.core.commands.lists import ShowAudit
from bot.core.commands.locks import ForceUnlock, LockWorkspace, UnlockWorkspace
from bot.core.commands.notices import Notify
from bot.core.commands.promotions import Promote, Retry
from bot.core.commands.reviews import PostLog, PostPlan, ReviewPlan
from bot.core.commands.runs import Act, StartRun, TakeBack
from bot.core.commands.uploads import OpenUpload
from bot.core.commands.watches import AddWatch, ListWatches, RemoveWatch
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from handlers.commands.approve import act, take_back
from handlers.commands.audit import show_audit
from handlers.commands.freezes import declare_freeze, lift_freeze, list_freezes, snooze
from handlers.commands.locks import comment_run, force_unlock, lock_workspace, unlock_workspace
from handlers.commands.looks import LOOKS
from handlers.commands.notify import notify_me
from handlers.commands.promote import promote, retry
from handlers.commands.reviews import post_log, post_plan, review_plan
from handlers.commands.run import start_run
from handlers.commands.unwatch import remove_watch
from handlers.commands.upload import open_upload_form
from handlers.commands.watch import add_watch
from handlers.commands.watches import list_watches
from handlers.guard import Guard
from handlers.services import Services

Route = Callable[..., Awaitable[Said | None]]
"""Takes the command, the services, who acts and where; and by the name `body` all that Slack sent, where it needs a trigger."""

ROUTES: Mapping[type[Command], Route] = MappingProxyType(
    {
        **LOOKS,
        StartRun: start_run,
        OpenUpload: open_upload_form,
        ReviewPlan: review_plan,
        PostPlan: post_plan,
        PostLog: post_log,
        Promote: promote,
        Retry: retry,
        Act: act,
        CommentRun: comment_run,
        LockWorkspace: lock_workspace,
        UnlockWorkspace: unlock_workspace,
        ForceUnlock: force_unlock,
        TakeBack: take_back,
        DeclareFreeze: declare_freeze,
        LiftFreeze: lift_freeze,
        ListFreezes: list_freezes,
        Snooze: snooze,
        AddWatch: add_watch,
        RemoveWatch: remove_watch,
        ListWatches: list_watches,
        Notify: notify_me,
        ShowAudit: show_audit,
    }
)

TAKES_BODY = frozenset(route for route in ROUTES.values() if "body" in inspect.signature(route).parameters)


async def carry_out(command: Command, services: Services, actor: Actor, place: Place, body: Mapping[str, Any]) -> Said | None:
    """Call the command's listener. What Slack sent goes to those that take it."""
    route = ROUTES[type(command)]
    more = {"body": body} if route in TAKES_BODY else {}
    return await route(command, services, actor, place, **more)


async def command_typed(payload: Mapping[str, Any], body: dict[str, Any], services: Services, actor: Actor, place: Place) -> Said | None:
    return await carry_out(parse(str(payload.get("text", ""))), services, actor, place, body)


def register(app: AsyncApp, guard: Guard, command: str) -> None:
    app.command(command)(guard.guarded(command_typed, acts=True))
