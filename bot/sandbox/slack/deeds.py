"""What people say and look at: commands, messages, files, invitations, the app's Home tab; and how Slack tells the app of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from bot.sandbox.slack.actors import Actor
from bot.sandbox.slack.answers import take_ack
from bot.sandbox.slack.apps import SlashCommand
from bot.sandbox.slack.deliveries import DeliveryError, Parcel
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.files import File
from bot.sandbox.slack.message_events import draft_event, links_event, mention_event
from bot.sandbox.slack.messages import Content, Message
from bot.sandbox.slack.mrkdwn import escape_controls, escape_typed, read_mentions
from bot.sandbox.slack.payloads import command_payload
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.state import State
from bot.sandbox.slack.unfurls import own_links

MOST_TYPED = 12_000
COMPOSER = "COMPOSER"


async def type_command(state: State, who: Actor, typed: str) -> Document:
    """Send a slash command and show what the ack says; failures are told to the person as Slack tells them. SlackError: is_archived,
    restricted_action where the app's messages tab is not for writing, not_allowed for people of other workspaces.
    """
    _refuse_where_silent(state, who)
    if who.person.is_external:
        raise SlackError("not_allowed")
    name, _, rest = typed.strip().partition(" ")
    command = state.team.app.command(name)
    if command is None:
        state.rooms.whisper(who.channel, who.person.id, f"`{name}` is not a valid command.")
        return {"ok": False, "error": "unknown_command"}
    text = _command_text(state, command, rest.strip())
    chain = state.response_urls.issue("slash_commands", who.channel.id, who.person.id)
    payload = command_payload(
        state.team,
        who.person,
        who.channel,
        name,
        text,
        trigger_id=state.triggers.issue(who.person.id, who.channel.id),
        response_url=state.absolute(chain.path),
    )
    try:
        ack = await state.deliveries.ask(Parcel("slash_commands", payload, accepts_answer=True))
        take_ack(state.rooms, chain, typed, ack.payload)
    except (DeliveryError, SlackError) as problem:
        state.rooms.whisper(who.channel, who.person.id, f'{name} failed with the error "{problem.error}"')
        return {"ok": False, "error": problem.error}
    return {"ok": True, "ack_ms": ack.milliseconds}


def write_message(state: State, who: Actor, typed: str, thread_ts: str | None, files: Sequence[File] = ()) -> Message:
    """Post what a person typed, with files or without; the app hears of it as far as it asked for that. SlackError: no_text,
    msg_too_long, is_archived, restricted_action, and the errors of threads.
    """
    _refuse_where_silent(state, who)
    if not typed.strip() and not files:
        raise SlackError("no_text")
    if len(typed) > MOST_TYPED:
        raise SlackError("msg_too_long")
    if thread_ts is not None:
        state.log.thread_parent(who.channel.id, thread_ts)
    text = escape_typed(typed, state.team, with_names=False)
    content = Content(text=text, mentions=read_mentions(text, [], []))
    message = state.rooms.post(
        who.channel,
        who.person.id,
        content,
        thread_ts=thread_ts,
        subtype="file_share" if files else None,
        client_msg_id=str(uuid.uuid4()),
        files=files,
    )
    _tell_of_message(state, who, message)
    return message


def compose(state: State, person: Person, typed: str) -> str:
    """Type links into the composer without sending them: the app may unfurl them for the one who types. The `unfurl_id` under which
    the preview can be looked at. SlackError: no_links.
    """
    text = escape_typed(typed, state.team, with_names=False)
    links = own_links(text, state.team.app)
    if not links or person.is_external:
        raise SlackError("no_links")
    draft = Message(COMPOSER, str(uuid.uuid4()), person.id, text)
    unfurl_id = state.unfurls.note(draft, is_draft=True)
    state.rooms.report(draft_event(draft, links, unfurl_id), None)
    return unfurl_id


def invite(state: State, who: Actor, user: str) -> bool:
    """Bring a person or the app into a channel; False where they were in it. SlackError: cant_invite for direct messages, guests and
    those who have no account any more, is_archived.
    """
    invited = state.team.person(user)
    if who.channel.is_direct or who.person.is_guest or who.person.is_external or invited.deleted:
        raise SlackError("cant_invite")
    if who.channel.is_archived:
        raise SlackError("is_archived")
    return state.rooms.join(who.channel, invited.id, inviter=who.person.id)


def remove(state: State, who: Actor, user: str) -> bool:
    """Take a person or the app out of a channel; False where they were not in it. SlackError: cant_kick."""
    if who.channel.is_direct or who.person.is_guest or who.person.is_external:
        raise SlackError("cant_kick")
    return state.rooms.leave(who.channel, state.team.person(user).id)


def open_home(state: State, person: Person, tab: str) -> None:
    """Look at the app, its Home or its messages, which the app is told of. SlackError: no_such_tab."""
    app = state.team.app
    if not {"home": app.has_home, "messages": app.has_messages}.get(tab, False):
        raise SlackError("no_such_tab")
    channel = state.team.direct_messages_with(person.id)
    home = state.views.screen(person.id).home if tab == "home" else None
    event: Document = {"type": "app_home_opened", "user": person.id, "channel": channel.id, "tab": tab}
    state.rooms.report(event | ({"view": home.told()} if home else {}), channel)


def _command_text(state: State, command: SlashCommand, text: str) -> str:
    return escape_typed(text, state.team, with_names=True) if command.should_escape else escape_controls(text)


def _refuse_where_silent(state: State, who: Actor) -> None:
    if who.channel.is_archived:
        raise SlackError("is_archived")
    app = state.team.app
    if who.channel.kind == "im" and (app.is_read_only or not app.has_messages):
        raise SlackError("restricted_action")


def _tell_of_message(state: State, who: Actor, message: Message) -> None:
    """Mentions of the app and links to its domains; the message itself is told of by the room."""
    app = state.team.app
    if app.user_id in message.mentions.mentions and who.channel.kind != "im":
        if app.user_id in who.channel.members:
            state.rooms.report(mention_event(message, who.channel, state.team), who.channel)
        else:
            text = f"You mentioned {app.name}, but they're not in this channel. Invite them so that they see it."
            state.rooms.whisper(who.channel, who.person.id, text)
    links = own_links(message.text, app)
    if links and not who.person.is_external:
        unfurl_id = state.unfurls.note(message)
        state.rooms.report(links_event(message, who.channel, links, unfurl_id, state.team), who.channel)
