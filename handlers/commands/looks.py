"""Commands that only look, by typing or by a button: help, what is likely wanted now, lists, and what is in front of a run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.core.commands.grammar import Command
from bot.core.commands.lists import LIVE, Help, ListPending, ListRuns, ListWorkspaces, ShowQueue, Suggest
from bot.core.commands.runs import ExplainRun, ShowRun
from bot.core.listings import FIRST, Turn
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards import listings, pending, queues
from handlers.commands.help import show_help
from handlers.commands.show import show_run
from handlers.commands.why import explain_run
from handlers.services import Services


async def suggest(_command: Suggest, services: Services, actor: Actor, place: Place) -> Said:
    own = await services.listings.runs(ListRuns(status=LIVE, mine=True), actor)
    return pending.suggestions(await services.waiting.suggest(actor, place), own.page.rows, services.command)


async def list_workspaces(command: ListWorkspaces, services: Services, actor: Actor, _place: Place, turn: Turn = FIRST) -> Said:
    return listings.workspaces(await services.listings.workspaces(command, actor, turn), command, services.listings.now())


async def list_runs(command: ListRuns, services: Services, actor: Actor, _place: Place, turn: Turn = FIRST) -> Said:
    return listings.runs(await services.listings.runs(command, actor, turn), command, services.listings.now())


async def list_pending(command: ListPending, services: Services, actor: Actor, place: Place, turn: Turn = FIRST) -> Said:
    return pending.pending(await services.waiting.pending(actor, turn, near=place), command, services.listings.now())


async def show_queue(command: ShowQueue, services: Services, actor: Actor, _place: Place) -> Said:
    return queues.queue(await services.listings.queue(command.workspace, actor), services.listings.now())


Look = Callable[[Any, Services, Actor, Place], Awaitable[Said]]
Paged = Callable[[Any, Services, Actor, Place, Turn], Awaitable[Said]]

PAGED: Mapping[type[Command], Paged] = MappingProxyType(
    {ListWorkspaces: list_workspaces, ListRuns: list_runs, ListPending: list_pending},
)
LOOKS: Mapping[type[Command], Look] = MappingProxyType(
    {
        Help: show_help,
        Suggest: suggest,
        ListWorkspaces: list_workspaces,
        ListRuns: list_runs,
        ListPending: list_pending,
        ShowQueue: show_queue,
        ShowRun: show_run,
        ExplainRun: explain_run,
    }
)
"""What a button may ask for that looks like a command: nothing of it changes anything."""


async def answer_to_look(command: Command, services: Services, actor: Actor, place: Place, turn: Turn) -> Said:
    """The page that begins there of a list, and the whole of anything else."""
    kind = type(command)
    return await (PAGED[kind](command, services, actor, place, turn) if kind in PAGED else LOOKS[kind](command, services, actor, place))
