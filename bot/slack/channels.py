"""A channel as Slack shows it to our app."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.installations import asking


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """`is_shared`: with people of other companies (Slack Connect)."""

    id: str
    name: str
    is_member: bool
    is_private: bool
    is_archived: bool
    is_shared: bool = False


async def read_channel(client: AsyncWebClient, channel_id: str, timeout: float) -> Channel:  # noqa: ASYNC109 - it bounds one call
    """Raises a ChatTrouble; ChannelClosed for one that is not there or that we cannot see (Slack, conversations.info)."""
    async with asking(timeout):
        found = (await client.conversations_info(channel=channel_id))["channel"]
        return Channel(
            id=channel_id,
            name=str(found.get("name", channel_id)),
            is_member=bool(found.get("is_member") or found.get("is_im")),
            is_private=bool(found.get("is_private")),
            is_archived=bool(found.get("is_archived")),
            is_shared=bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared")),
        )
