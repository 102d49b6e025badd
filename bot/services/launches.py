"""Starting a run from Slack: the wish is written down first, so that a lost answer is found again instead of repeated."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import Protocol

from bot.core.commands.runs import StartRun
from bot.core.decisions import Deed, Intent, IntentState
from bot.core.errors import ChannelClosed, ChatTrouble, NotInChannel, NotVisible
from bot.core.locks import Lock
from bot.core.obstacles import cautions, obstacle
from bot.core.origins import Origin, encode_origin
from bot.core.policy import Actor, Person, Place, Right
from bot.core.signatures import signed
from bot.core.workspaces import Workspace, WorkspaceDetail
from bot.services.access import Access
from bot.services.finding import Finder
from bot.services.firsts import demand_first
from bot.services.intents import Intents
from bot.services.ports import Chat, Clock, Locks, Store
from bot.services.ruling import RulesInForce
from bot.services.sharing import Sharing
from bot.services.wishes import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """`run_id` is None while it is not known whether the server has made the run. `cautions` are sentences about what it will meet."""

    workspace: Workspace
    run_id: str | None
    outcome: IntentState
    cautions: tuple[str, ...] = ()


class Versioning(Protocol):
    async def resolve(self, word: str, workspace: Workspace, actor: Actor, *, plan_only: bool = False) -> Origin:
        """The configuration that somebody means by a configuration version, a run or a commit."""


class Launches:
    def __init__(
        self,
        store: Store,
        finder: Finder,
        access: Access,
        intents: Intents,
        chat: Chat,
        sharing: Sharing,
        clock: Clock,
        locks: Locks,
        versions: Versioning,
        ruling: RulesInForce,
    ) -> None:
        self._store = store
        self._finder = finder
        self._access = access
        self._intents = intents
        self._chat = chat
        self._sharing = sharing
        self._clock = clock
        self._locks = locks
        self._versions = versions
        self._ruling = ruling

    async def start(self, wish: StartRun, actor: Actor, place: Place, origin: Origin | None = None, *, only_once: bool = False) -> Started:
        """Create the run; its card comes up in the channel. The channel must be one that we can post in, or nothing is started.

        `origin` is the configuration that it shall take, instead of the one that the workspace used last; `only_once`: HandedOnBefore where
        a run that was started with the same goes on.
        """
        await self._sharing.demand_ours(place)
        workspace = await self._finder.workspace(wish.workspace, actor)
        person = await self._access.demand(actor, Right.START, workspace)
        await self._ruling.demand_ours()
        if origin is None and wish.version:
            origin = await self._versions.resolve(wish.version, workspace, actor, plan_only=wish.plan_only)
        detail = await self._detail(workspace)
        if (found := obstacle(wish, detail, brings_configuration=origin is not None)) is not None:
            raise found
        await enter(self._chat, place.channel)
        intent = self._intent(wish, workspace, person, place, origin)
        async with self._store.write() as transaction:
            # Once more: others may have been put in force while the server was asked.
            await self._ruling.demand_current(transaction)
            await transaction.workspaces.put([workspace], self._clock.now())
            if only_once and origin is not None:
                await demand_first(transaction, intent, origin)
            await transaction.intents.add(intent)
        # Not before: of a start that is refused in there, or lost, nothing is kept.
        self._intents.values.keep(intent.id, wish.variables)
        done = await self._intents.carry_out(intent)
        return Started(workspace=workspace, run_id=done.run_id, outcome=done.state, cautions=cautions(wish, detail))

    async def demand_member(self, actor: Actor) -> None:
        """For whoever only wants to be asked: RightMissing for guests and people of other Slack workspaces."""
        await self._access.demand_membership(actor, Right.START)

    async def _detail(self, workspace: Workspace) -> WorkspaceDetail:
        """What the workspace says of itself, or no more than we know already where that is not to be had."""
        try:
            return await self._locks.detail(workspace.id)
        except NotVisible:
            return WorkspaceDetail(workspace=workspace, lock=Lock(workspace_id=workspace.id, is_locked=workspace.locked))

    def _intent(self, wish: StartRun, workspace: Workspace, person: Person, place: Place, origin: Origin | None) -> Intent:
        intent_id = f"rb-{token_hex(6)}"
        return Intent(
            id=intent_id,
            deed=Deed.CREATE,
            state=IntentState.PENDING,
            run_id=None,
            workspace_id=workspace.id,
            person=person.id,
            person_name=person.name,
            channel=place.channel,
            created_at=self._clock.now(),
            payload={
                "workspace": workspace.full_name,
                "message": wish.message,
                "sent_message": signed(wish.message, person, place, intent_id),
                **written(wish),
                **({"origin": encode_origin(origin)} if origin is not None else {}),
            },
        )


async def enter(chat: Chat, channel: str) -> None:
    """Make sure that we can post in the channel; NotInChannel where it takes an invitation. An outage is no reason to refuse.

    A private channel is never joined, and we may have been invited to it (Slack, conversations.join).
    """
    try:
        await chat.join(channel)
    except ChannelClosed as error:
        if not await is_in(chat, channel):
            raise NotInChannel(channel) from error
    except ChatTrouble:
        return


async def is_in(chat: Chat, channel: str) -> bool:
    try:
        return await chat.is_open(channel)
    except ChannelClosed:
        return False
    except ChatTrouble:
        return True
