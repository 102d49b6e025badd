"""Starting a run from Slack: the wish is written down first, so that a lost answer is found again instead of repeated."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex

from bot.core.commands.runs import StartRun
from bot.core.decisions import Deed, Intent, IntentState
from bot.core.errors import ChannelClosed, ChatTrouble, DestroyForbidden, NotInChannel
from bot.core.origins import Origin, encode_origin
from bot.core.policy import Actor, Person, Place, Right
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.finding import Finder
from bot.services.intents import Intents
from bot.services.ports import Chat, Clock, Store
from bot.services.sharing import Sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """`run_id` is None while it is not known whether the server has made the run."""

    workspace: Workspace
    run_id: str | None
    outcome: IntentState


class Launches:
    def __init__(self, store: Store, finder: Finder, access: Access, intents: Intents, chat: Chat, sharing: Sharing, clock: Clock) -> None:
        self._store = store
        self._finder = finder
        self._access = access
        self._intents = intents
        self._chat = chat
        self._sharing = sharing
        self._clock = clock

    async def start(self, wish: StartRun, actor: Actor, place: Place, origin: Origin | None = None) -> Started:
        """Create the run; its card comes up in the channel. The channel must be one that we can post in, or nothing is started.

        `origin` is the configuration that it shall take, instead of the one that the workspace used last.
        """
        await self._sharing.demand_ours(place)
        workspace = await self._finder.workspace(wish.workspace, actor)
        person = await self._access.demand(actor, Right.START, workspace)
        if wish.destroy and not workspace.allow_destroy_plan:
            raise DestroyForbidden(workspace.full_name)
        await enter(self._chat, place.channel)
        intent = self._intent(wish, workspace, person, place, origin)
        async with self._store.write() as transaction:
            await transaction.workspaces.put([workspace], self._clock.now())
            await transaction.intents.add(intent)
        done = await self._intents.carry_out(intent.id)
        return Started(workspace=workspace, run_id=done.run_id, outcome=done.state)

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
                "destroy": "yes" if wish.destroy else "no",
                "plan_only": "yes" if wish.plan_only else "no",
                "auto_apply": "yes" if wish.auto_apply else "no",
                **({"origin": encode_origin(origin)} if origin is not None else {}),
            },
        )


def signed(message: str, person: Person, place: Place, intent_id: str) -> str:
    """The run's message: what was asked, who asked where, and the reference by which the run is found again."""
    where = f"#{place.channel_name}" if place.channel_name else place.channel
    head = f"{message.strip()} — " if message.strip() else ""
    return f"{head}asked for by {person.name} ({person.id}) in {where} (ref {intent_id})"


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
