"""The Home tab as a view: what waits for whoever opens it comes first, then their runs, then what is watched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.core.homes import Home, NoHome
from bot.core.people import Standing
from bot.core.rows import Waits
from bot.core.watches import Watch
from bot.slack import ids
from bot.slack.blocks import Block, actions, button, context, link_button, plain, section, sections
from bot.slack.cards.listings import own_line
from bot.slack.cards.lists import measure_words
from bot.slack.cards.pending import missing
from bot.slack.cards.tables import seen
from bot.slack.text import channel_mention, code, cut, date, enumerated, escape, is_web_address

WAITING_MOST = 12
OWN_MOST = 8
CHANNELS_MOST = 12
GLOBS_MOST = 6
LINE_MOST = 300
DIVIDER: Block = {"type": "divider"}

EMPTY = {
    Standing.GUEST: "You are a guest of this Slack workspace, and guests see no runs.",
    Standing.STRANGER: "You belong to another Slack workspace, and runs are shown to members of this one.",
}


def home(found: Home | NoHome, offers: Mapping[str, str], command: str) -> Block:
    """`offers` are buttons that open a form, by the id of the action, each with its words."""
    blocks = nobody(found) if isinstance(found, NoHome) else [*whole(found, offers, command)]
    return {"type": "home", "callback_id": ids.HOME, "blocks": blocks}


def nobody(found: NoHome) -> list[Block]:
    why = EMPTY.get(found.standing, "Runs are shown to full members of this Slack workspace.")
    who = "Somebody who is a full member can show you one, or ask a workspace admin to make you a member."
    return [header("Terraform runs in Slack"), section(f"👋 {why}"), context(who)]


def whole(found: Home, offers: Mapping[str, str], command: str) -> Iterator[Block]:
    quick = [button(action, words, "home", style="" if place else "primary") for place, (action, words) in enumerate(offers.items())]
    if quick:
        yield actions(quick, "home:quick")
    yield from waiting(found.waiting)
    yield DIVIDER
    yield from own(found)
    yield DIVIDER
    yield from watched(found.watches, command)
    yield context(f"{seen(found.looked_at, found.now)} · {code(f'{command} help')} says what else there is")


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150)}


def waiting(found: Sequence[Waits]) -> Iterator[Block]:
    yield header(f"Waits for you · {len(found)}" if found else "Waits for you")
    if not found:
        yield section("✅ Nothing waits for a decision of yours.")
    for one in found[:WAITING_MOST]:
        said = " · ".join(escape(words) for words in missing(one))
        yield section(f"{code(one.workspace.name)} · since {date(one.since)}\n{cut(said, LINE_MOST)}")
        yield actions(steps(one), f"home:{one.run.id}"[:255])
    if len(found) > WAITING_MOST:
        yield context(f"and {len(found) - WAITING_MOST} more")


def steps(one: Waits) -> list[Block]:
    """Whoever decides does so where the question is asked, so that everybody there sees it."""
    value = ids.encode(ids.Address(one.run.id))
    decide = [link_button(ids.OPEN, "Decide where it is asked", one.asked)] if is_web_address(one.asked) else []
    terraform = [] if decide or not is_web_address(one.link) else [link_button(ids.OPEN, "Open in Terraform", one.link)]
    return [*decide, button(ids.REVIEW, "Review plan", value), button(ids.HOME_SHOW, "Show", value), *terraform]


def own(found: Home) -> Iterator[Block]:
    lines = [own_line(row) for row in found.own[:OWN_MOST]]
    yield header("Your runs")
    yield from sections(lines or ["You have started none that I know of."])
    words = "🔔 I write to you when one waits or has ended" if found.hears_of_own else "🔕 I do not write to you about them"
    value, label = ("off", "Do not write to me") if found.hears_of_own else ("on", "Write to me")
    yield context(words)
    yield actions([button(ids.HOME_NOTIFY, label, value)], "home:notify")


def watched(found: Sequence[Watch], command: str) -> Iterator[Block]:
    by_channel: dict[str, list[str]] = {}
    for watch in found:
        paused = " ⏸️" if watch.paused_at is not None else ""
        by_channel.setdefault(watch.channel, []).append(f"{code(watch.title)} ({measure_words(watch.measure)}){paused}")
    lines = [f"• {channel_mention(channel)}: {enumerated(said, GLOBS_MOST)}" for channel, said in by_channel.items()]
    none = f"Nothing yet. {code(f'{command} watch <workspace>')} in a channel has it hear of runs."
    yield header("Watched")
    yield from sections(lines[:CHANNELS_MOST] or [none])
    if len(lines) > CHANNELS_MOST:
        yield context(f"and {len(lines) - CHANNELS_MOST} channels more")
