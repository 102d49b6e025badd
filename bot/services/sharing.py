"""Channels that people of other companies are in (Slack Connect): what is said there is only told, unless an operator allows more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.core.errors import ChannelClosed, ChannelShared, ChatTrouble, MembershipUnread
from bot.core.policy import Place
from bot.services.ports import Chat, Clock

FRESH = timedelta(seconds=60)
KEPT_MOST = 5000
CHANNELS = ("C", "G")
"""What the id of a channel begins with; direct messages with the app are shared with nobody."""


class Sharing:
    """`allowed` are channels in which people may act although others read along."""

    def __init__(self, chat: Chat, clock: Clock, allowed: Collection[str] = ()) -> None:
        self._chat = chat
        self._clock = clock
        self._allowed = frozenset(allowed)
        self._known: dict[str, tuple[datetime, bool]] = {}

    async def demand_ours(self, place: Place) -> None:
        """ChannelShared where nobody may act; MembershipUnread where Slack cannot say, and has not in the last minute."""
        try:
            is_shared = await self._is_shared(place.channel)
        except ChatTrouble as trouble:
            raise MembershipUnread from trouble
        if is_shared:
            raise ChannelShared(place.channel)

    async def only_tells(self, channel: str) -> bool:
        """Whether a message gets no buttons there. Where Slack cannot say it gets them: a click is judged by itself."""
        try:
            return await self._is_shared(channel)
        except ChatTrouble:
            known = self._known.get(channel)
            return known[1] if known else False

    async def _is_shared(self, channel: str) -> bool:
        if not channel.startswith(CHANNELS) or channel in self._allowed:
            return False
        now = self._clock.now()
        known = self._known.get(channel)
        if known and now - known[0] < FRESH:
            return known[1]
        found = await self._look(channel)
        if len(self._known) >= KEPT_MOST:
            self._known.clear()
        self._known[channel] = (now, found)
        return found

    async def _look(self, channel: str) -> bool:
        """One that we cannot see holds no message of ours, and slash commands are for people of our own workspace."""
        try:
            return await self._chat.is_shared(channel)
        except ChannelClosed:
            return False
