"""`[[watches]]` and `[fallback]`: who hears of runs, as code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.watches import Measure, Watch
from bot.rules.sections import Section, Sections, shown
from bot.rules.words import WORKSPACES, hint

KEYS = ("channel", "workspaces", "tag", "project", "measure", "thread", "mention")
MEASURES = tuple(measure.value for measure in Measure)
CHANNEL = re.compile(r"[CG][A-Z0-9]{2,}")


@dataclass(frozen=True, slots=True)
class Hearers:
    """`fallback` is the id of the channel that hears of runs that wait and nobody watches, "" where the file names none."""

    watches: tuple[Watch, ...] = ()
    fallback: str = ""


def hearers(sections: Sections, source: str) -> Hearers:
    """`source` is the name of the file, by which people are told where a watch comes from."""
    return Hearers(watches(sections, source), fallback(sections))


def watches(sections: Sections, source: str) -> tuple[Watch, ...]:
    found: dict[object, Watch] = {}
    for section in sections.each("watches"):
        for watch in table(section, source):
            if watch.identity in found:
                section.wrong(f"{watch.channel} watches “{watch.title}” twice.")
            found[watch.identity] = watch
    return tuple(found.values())


def table(section: Section, source: str) -> tuple[Watch, ...]:
    """One watch for each glob."""
    section.knows(KEYS)
    section.is_not_empty("workspaces", "all of them")
    channel, measure = channel_of(section), measure_of(section)
    tag, project = section.text("tag"), section.text("project")
    in_thread, mentions = section.flag("thread"), section.flag("mention")
    return tuple(
        Watch(
            channel=channel,
            pattern=pattern,
            measure=measure,
            tag=tag,
            project=project,
            in_thread=in_thread,
            mentions=mentions,
            source=source,
        )
        for pattern in section.words("workspaces", WORKSPACES) or ("*",)
    )


def fallback(sections: Sections) -> str:
    found = sections.document.get("fallback")
    if found is None:
        return ""
    if not isinstance(found, dict):
        sections.problems.add(sections.lines.top.get("fallback", 1), "“fallback” is one table: write [fallback] with one bracket.")
        return ""
    section = Section("fallback", 0, found, sections.lines, sections.problems)
    section.knows(("channel",))
    return channel_of(section)


def channel_of(section: Section) -> str:
    value = section.table.get("channel")
    if value is None:
        section.wrong("“channel” is missing: the id of a channel, which looks like C0123ABCD.")
    elif not isinstance(value, str) or not CHANNEL.fullmatch(value):
        how = "one looks like C0123ABCD (in Slack: the channel's details, at the very end)"
        section.wrong(f"{shown(value)} is no id of a channel: {how}.", "channel")
    return str(value or "")


def measure_of(section: Section) -> Measure:
    word = section.text("measure") or Measure.DECISIONS.value
    if word not in MEASURES:
        section.wrong(f"“{word}” is no measure. {hint(word, MEASURES, 'There are')}", "measure")
        return Measure.DECISIONS
    return Measure(word)
