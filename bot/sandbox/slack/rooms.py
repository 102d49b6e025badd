"""What happens in channels: messages are posted, edited and deleted, people join; whoever may see it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.sandbox.slack.channels import Channel, channel_document, channel_type
from bot.sandbox.slack.documents import SLACKBOT, message_document, seen_document
from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.files import File, Files
from bot.sandbox.slack.message_events import changed_event, deleted_event, message_event
from bot.sandbox.slack.messages import Content, Message, MessageLog
from bot.sandbox.slack.mrkdwn import read_mentions
from bot.sandbox.slack.stream import Streams
from bot.sandbox.slack.team import Team

EventListener = Callable[[Document, Channel | None], None]
EMPTIED = "This message was deleted."


class Rooms:
    """The channels at work. `on_event` hears what the app may have subscribed to."""

    def __init__(self, team: Team, log: MessageLog, streams: Streams, files: Files, on_event: EventListener) -> None:
        self.team = team
        self.log = log
        self.streams = streams
        self.files = files
        self._on_event = on_event

    def post(
        self,
        channel: Channel,
        user: str,
        content: Content,
        *,
        thread_ts: str | None = None,
        is_broadcast: bool = False,
        only_for: str | None = None,
        subtype: str | None = None,
        client_msg_id: str | None = None,
        files: Sequence[File] = (),
    ) -> Message:
        """Add a message and show it. A reply makes its parent the head of a thread."""
        message = Message(
            channel.id,
            self.log.next_ts(),
            user,
            content.text or "",
            content.blocks or [],
            content.attachments or [],
            content.metadata,
            thread_ts=thread_ts,
            subtype=subtype,
            only_for=only_for,
            is_broadcast=is_broadcast,
            client_msg_id=client_msg_id,
            mentions=content.mentions.named_in(self.team),
            files=list(files),
        )
        self.log.add(message)
        for file in files:
            self.files.share(file, channel, message.ts)
        self._show(channel, message, "ephemeral" if message.is_ephemeral else "message")
        if thread_ts is not None and not message.is_ephemeral:
            parent = self.log.thread_parent(channel.id, thread_ts)
            parent.thread_ts = parent.ts
            self._show(channel, parent, "message_changed")
        if not message.is_ephemeral:
            self.report(message_event(message, channel, self.team), channel)
        return message

    def whisper(self, channel: Channel, person_id: str, text: str) -> None:
        """Slackbot tells one person something that only they see: how Slack reports a failed command."""
        self.post(channel, SLACKBOT, Content(text=text), only_for=person_id)

    def edit(self, message: Message, content: Content) -> None:
        """Replace what the content names; what it leaves out (None) stays. Text alone marks the message as edited, blocks do not."""
        channel = self.team.channel(message.channel)
        previous = message_document(message, self.team, with_metadata=True)
        changes_body = content.text is not None or content.blocks is not None
        if changes_body:
            message.text, message.blocks = content.text or "", content.blocks or []
        if content.attachments is not None:
            message.attachments = content.attachments
        if content.metadata is not None:
            message.metadata = content.metadata or None
        if changes_body and not message.blocks:
            message.edited_ts = self.log.next_ts()
        message.mentions = read_mentions(message.text, message.blocks, message.attachments).joined(content.mentions).named_in(self.team)
        self._show(channel, message, "message_changed")
        if not message.is_ephemeral:
            self.report(changed_event(message, previous, channel, self.team), channel)

    def unfurl(self, message: Message, unfurls: list[Document]) -> None:
        """Show what the links of a message lead to."""
        message.unfurls = unfurls
        message.mentions = message.mentions.joined(read_mentions("", [], unfurls))
        self._show(self.team.channel(message.channel), message, "message_changed")

    def delete(self, message: Message) -> None:
        """Take a message away; the parent of a thread leaves a tombstone."""
        channel = self.team.channel(message.channel)
        if not message.is_ephemeral:
            self.report(deleted_event(message, message_document(message, self.team, with_metadata=True), channel), channel)
        if self.log.replies(message.channel, message.ts):
            message.unfurls, message.files = [], []
            message.text, message.blocks, message.attachments, message.metadata = EMPTIED, [], [], None
            message.user, message.subtype = SLACKBOT, "tombstone"
            self._show(channel, message, "message_changed")
            return
        self.log.remove(message)
        kind = "ephemeral_deleted" if message.is_ephemeral else "message_deleted"
        event = {"type": kind, "channel": message.channel, "ts": message.ts, "thread_ts": message.thread_ts}
        self.streams.tell(lambda person_id: event if self._sees(person_id, channel, message) else None)
        parent = self.log.get(message.channel, message.thread_ts or "")
        if parent is not None and not message.is_ephemeral:
            parent.thread_ts = parent.ts if self.log.replies(parent.channel, parent.ts) else None
            self._show(channel, parent, "message_changed")

    def join(self, channel: Channel, user_id: str, inviter: str | None = None) -> bool:
        """Add a member, say so in the channel, and tell the app; False where they were in it already."""
        if user_id in channel.members:
            return False
        channel.members.append(user_id)
        text = f"<@{user_id}> was added to #{channel.name} by <@{inviter}>." if inviter else f"<@{user_id}> has joined the channel"
        self.post(channel, user_id, Content(text=text), subtype="channel_join")
        self.show_channel(channel)
        event: Document = {
            "type": "member_joined_channel",
            "user": user_id,
            "channel": channel.id,
            "channel_type": channel_type(channel),
            "team": self.team.id,
        }
        self.report(event | ({"inviter": inviter} if inviter else {}), channel)
        return True

    def leave(self, channel: Channel, user_id: str) -> bool:
        """Take a member out, and tell the app; False where they were not in it."""
        if user_id not in channel.members:
            return False
        event: Document = {"type": "member_left_channel", "user": user_id, "channel": channel.id, "channel_type": channel_type(channel)}
        self.post(channel, user_id, Content(text=f"<@{user_id}> has left the channel"), subtype="channel_leave")
        self.report(event | {"team": self.team.id}, channel)
        channel.members.remove(user_id)
        self.show_channel(channel)
        return True

    def report(self, event: Document, channel: Channel | None) -> None:
        """Let the app hear of something that happened in a channel or (None) in the workspace, if it asked for that."""
        self._on_event(event, channel)

    def show_channel(self, channel: Channel) -> None:
        """Tell everybody who may see it that a channel is new or has changed."""

        def event(person_id: str) -> Document | None:
            person = self.team.person(person_id)
            return {"type": "channel", "channel": channel_document(channel, person_id)} if channel.shows_to(person) else None

        self.streams.tell(event)

    def _show(self, channel: Channel, message: Message, kind: str) -> None:
        event = {"type": kind, "message": seen_document(message, self.log, self.team)}
        self.streams.tell(lambda person_id: event if self._sees(person_id, channel, message) else None)

    def _sees(self, person_id: str, channel: Channel, message: Message) -> bool:
        if message.only_for is not None:
            return message.only_for == person_id
        return channel.shows_to(self.team.person(person_id))
