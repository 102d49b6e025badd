"""conversations.*: which channels there are, who is in them, joining them, and what was said there."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal

from bot.sandbox.slack.channels import TYPES, Channel, channel_document
from bot.sandbox.slack.documents import threaded_document
from bot.sandbox.slack.errors import Document, SlackError, missing_argument
from bot.sandbox.slack.messages import Message, Span, read_ts
from bot.sandbox.slack.web_api.calls import Call, Method, Methods
from bot.sandbox.slack.web_api.pages import cut_page, decode_cursor, encode_cursor

FAMILIES = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
MOST_PEOPLE = 8
MOST_LISTED = 1000
MOST_READ = 999


async def list_channels(call: Call) -> Document:
    names = [name.strip() for name in call.text("types", "public_channel").split(",") if name.strip()]
    if any(name not in TYPES for name in names):
        raise SlackError("invalid_types")
    kinds = [TYPES[name] for name in names]
    call.demand_scopes(*(f"{FAMILIES[kind]}:read" for kind in kinds))
    found = [channel for channel in call.state.team.channels.values() if channel.kind in kinds and _is_listed(call, channel)]
    page, metadata = cut_page(found, call.text("cursor"), call.number("limit", 100, most=MOST_LISTED))
    documents = [channel_document(channel, call.bot_user) for channel in page]
    return {"channels": documents, "response_metadata": metadata}


async def info(call: Call) -> Document:
    channel = _read_channel(call, "read")
    document = channel_document(channel, call.bot_user)
    if not call.flag("include_num_members"):
        document.pop("num_members", None)
    return {"channel": document}


async def members(call: Call) -> Document:
    channel = _read_channel(call, "read")
    page, metadata = cut_page(channel.members, call.text("cursor"), call.number("limit", 100, most=MOST_LISTED))
    return {"members": page, "response_metadata": metadata}


async def join(call: Call) -> Document:
    channel = call.visible_channel(call.required("channel"))
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    joined = call.state.rooms.join(channel, call.bot_user)
    document: Document = {"channel": channel_document(channel, call.bot_user)}
    if not joined:
        document |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return document


async def open_conversation(call: Call) -> Document:
    users = [user.strip() for user in call.text("users").split(",") if user.strip()]
    if call.text("channel"):
        channel = call.visible_channel(call.text("channel"))
    elif not users:
        raise SlackError("users_list_not_supplied")
    else:
        channel = _opened(call, users)
    shown = channel_document(channel, call.bot_user) if call.flag("return_im") else {"id": channel.id}
    return {"no_op": True, "already_open": True, "channel": shown}


def _opened(call: Call, users: list[str]) -> Channel:
    """SlackError: user_not_found, user_disabled, too_many_users, missing_scope for several people without mpim:write."""
    if len(users) > MOST_PEOPLE:
        raise SlackError("too_many_users")
    for person in map(call.state.team.person, users):
        if person.deleted:
            raise SlackError("user_disabled")
        if person.is_external:
            raise SlackError("user_not_visible")
    if len(users) == 1:
        return call.state.team.direct_messages_with(users[0])
    call.demand_scopes("mpim:write")
    return call.state.team.group_messages_with(users)


async def history(call: Call) -> Document:
    channel = _read_channel(call, "history", demands_member=True)
    span = _span(call)
    limit = call.number("limit", 100, most=MOST_READ)
    before = read_ts(decode_cursor(call.text("cursor")), "invalid_cursor")
    found: list[Message] = []
    for message in call.state.log.history(channel.id, span):
        if before is None or Span(latest=before).holds(message.ts):
            found.append(message)
            if len(found) > limit:
                break
    page = found[:limit]
    has_more = len(found) > limit
    return {
        "messages": _documents(call, page),
        "has_more": has_more,
        "pin_count": 0,
        "response_metadata": {"next_cursor": encode_cursor(page[-1].ts) if has_more else ""},
    }


async def replies(call: Call) -> Document:
    channel = _read_channel(call, "history", demands_member=True)
    log = call.state.log
    head = log.get(channel.id, call.required("ts"))
    span = _span(call)
    if head is None or head.is_ephemeral or (call.lag and not span.holds(head.ts)):
        raise SlackError("thread_not_found")
    thread = [message for message in log.replies(channel.id, head.ts) if span.holds(message.ts)]
    page, metadata = cut_page([head, *thread], call.text("cursor"), call.number("limit", MOST_LISTED, most=MOST_LISTED))
    return {"messages": _documents(call, page), "has_more": bool(metadata["next_cursor"]), "response_metadata": metadata}


def _documents(call: Call, messages: list[Message]) -> list[Document]:
    with_metadata = call.flag("include_all_metadata")
    return [threaded_document(message, call.state.log, call.state.team, with_metadata=with_metadata) for message in messages]


def _span(call: Call) -> Span:
    oldest = read_ts(call.text("oldest"), "invalid_ts_oldest")
    latest = read_ts(call.text("latest"), "invalid_ts_latest")
    span = Span(oldest, latest, call.flag("inclusive"))
    if not call.lag:
        return span
    behind = Decimal(time.time() - call.lag)
    return replace(span, latest=behind if latest is None else min(latest, behind))


def _is_listed(call: Call, channel: Channel) -> bool:
    if channel.is_archived and call.flag("exclude_archived"):
        return False
    return channel.kind == "public" or call.bot_user in channel.members


def _read_channel(call: Call, deed: str, *, demands_member: bool = False) -> Channel:
    """The channel that a method reads, the scope of its kind demanded (`channels:history`, `groups:read`, ...)."""
    if not call.text("channel"):
        raise missing_argument("channel")
    channel = call.visible_channel(call.text("channel"))
    call.demand_scopes(f"{FAMILIES[channel.kind]}:{deed}")
    if demands_member and call.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


METHODS: Methods = {
    "conversations.list": Method(list_channels, tier=2),
    "conversations.info": Method(info, tier=3),
    "conversations.members": Method(members, tier=4),
    "conversations.join": Method(join, ("channels:join",), tier=3),
    "conversations.open": Method(open_conversation, ("im:write",), tier=3),
    "conversations.history": Method(history, tier=3),
    "conversations.replies": Method(replies, tier=3),
}
