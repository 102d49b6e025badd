"""chat.*: posting, updating and deleting messages, ephemeral ones, and permalinks."""

from __future__ import annotations

from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.contents import read_content
from bot.sandbox.slack.documents import threaded_document
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.messages import Content, Message
from bot.sandbox.slack.unfurls import unfurled
from bot.sandbox.slack.web_api.calls import Call, Method, Methods

MOST_UPDATED_LETTERS = 4000


async def post_message(call: Call) -> Document:
    channel = _writable_channel(call, call.required("channel"))
    content = read_content(call.arguments)
    if content.is_empty:
        raise SlackError("no_text")
    thread_ts = _thread_ts(call, channel)
    call.state.limits.count_message(channel.id)
    is_broadcast = thread_ts is not None and call.flag("reply_broadcast")
    message = call.state.rooms.post(channel, call.bot_user, content, thread_ts=thread_ts, is_broadcast=is_broadcast)
    document = threaded_document(message, call.state.log, call.state.team, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": document}


async def post_ephemeral(call: Call) -> Document:
    channel = _writable_channel(call, call.required("channel"))
    user = call.required("user")
    content = read_content({**call.arguments, "metadata": None})
    if content.is_empty:
        raise SlackError("no_text")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    message = call.state.rooms.post(channel, call.bot_user, content, thread_ts=_thread_ts(call, channel), only_for=user)
    return {"message_ts": message.ts}


async def update(call: Call) -> Document:
    channel = call.visible_channel(call.required("channel"))
    message = _own_message(call, channel, "cant_update_message")
    content = read_content(call.arguments)
    if content.text is not None and len(content.text) > MOST_UPDATED_LETTERS:
        raise SlackError("msg_too_long")
    if _leaves_nothing(message, content):
        raise SlackError("no_text")
    call.state.rooms.edit(message, content)
    document = threaded_document(message, call.state.log, call.state.team, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": document}


async def delete(call: Call) -> Document:
    channel = call.visible_channel(call.required("channel"))
    message = _own_message(call, channel, "cant_delete_message")
    call.state.rooms.delete(message)
    return {"channel": channel.id, "ts": message.ts}


async def get_permalink(call: Call) -> Document:
    channel = call.visible_channel(call.required("channel"))
    message = call.state.log.find(channel.id, call.required("message_ts"))
    if message.is_ephemeral:
        raise SlackError("message_not_found")
    link = f"https://{call.state.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


async def unfurl(call: Call) -> Document:
    """What links lead to, for a message by `channel` and `ts` or by `unfurl_id` and `source`. SlackError: cannot_find_message,
    cannot_unfurl_url, cannot_unfurl_message, and the refusals of blocks.
    """
    if call.text("unfurl_id"):
        shared = call.state.unfurls.find(call.text("unfurl_id"))
        if call.required("source") != ("composer" if shared.is_draft else "conversations_history"):
            raise SlackError("invalid_source")
        message, is_draft = shared.message, shared.is_draft
    else:
        message, is_draft = _linking_message(call), False
    unfurls = unfurled(message, call.structure("unfurls", "invalid_unfurls_format"), call.state.team.app)
    if is_draft:
        message.unfurls = unfurls
    else:
        call.state.rooms.unfurl(message, unfurls)
    return {}


def _linking_message(call: Call) -> Message:
    channel = call.state.team.channel(call.required("channel"))
    message = call.state.log.get(channel.id, call.required("ts"))
    if message is None or message.is_ephemeral:
        raise SlackError("cannot_find_message")
    if message.user == call.bot_user:
        raise SlackError("cannot_unfurl_message")
    return message


def _writable_channel(call: Call, wanted: str) -> Channel:
    """The channel of an id, a name, or a person's id (their direct messages). SlackError: channel_not_found, not_in_channel,
    is_archived.
    """
    team = call.state.team
    if wanted in team.people:
        return _direct_messages(call, wanted)
    named = team.channel_named(wanted.removeprefix("#"))
    channel = call.visible_channel(named.id if named is not None else wanted)
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.kind == "im" and not team.app.has_messages:
        raise SlackError("messages_tab_disabled")
    if call.bot_user not in channel.members and "chat:write.public" not in team.app.scopes:
        raise SlackError("not_in_channel")
    return channel


def _direct_messages(call: Call, user: str) -> Channel:
    """SlackError: messages_tab_disabled; channel_not_found for those who have no account here; cannot_dm_bot."""
    team, person = call.state.team, call.state.team.person(user)
    if person.is_bot:
        raise SlackError("cannot_dm_bot")
    if person.deleted or person.is_external:
        raise SlackError("channel_not_found")
    if not team.app.has_messages:
        raise SlackError("messages_tab_disabled")
    return team.direct_messages_with(user)


def _thread_ts(call: Call, channel: Channel) -> str | None:
    thread_ts = call.text("thread_ts")
    return call.state.log.thread_parent(channel.id, thread_ts).ts if thread_ts else None


def _own_message(call: Call, channel: Channel, refusal: str) -> Message:
    """A message that the app may change: its own, and no ephemeral. SlackError: message_not_found, or the refusal."""
    message = call.state.log.find(channel.id, call.required("ts"))
    if message.is_ephemeral:
        raise SlackError("message_not_found")
    if message.user != call.bot_user or message.subtype is not None:
        raise SlackError(refusal)
    if channel.is_archived:
        raise SlackError("is_inactive")
    return message


def _leaves_nothing(message: Message, content: Content) -> bool:
    """Whether an update names nothing to change, or takes everything away."""
    if content.text is None and content.blocks is None:
        return content.attachments is None and content.metadata is None
    attachments = message.attachments if content.attachments is None else content.attachments
    return not (content.text or content.blocks or attachments)


WRITE = ("chat:write",)
METHODS: Methods = {
    "chat.postMessage": Method(post_message, WRITE),
    "chat.postEphemeral": Method(post_ephemeral, WRITE, tier=4),
    "chat.update": Method(update, WRITE, tier=3),
    "chat.delete": Method(delete, WRITE, tier=3),
    "chat.unfurl": Method(unfurl, ("links:write",), tier=3),
    "chat.getPermalink": Method(get_permalink),
}
