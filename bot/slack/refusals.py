"""Refusals that name people: who may instead, and who was first. In a private reply a mention notifies nobody."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.errors import AlreadyDecided, FreezeStarted, GlassNotTheirs, NotGranted, RightMissing, VoteNotCounted, WordsWanted
from bot.core.verdicts import Phrase
from bot.slack.blocks import Said, context, section, sections, sentence_section
from bot.slack.cards.verdicts import spoken
from bot.slack.text import code, cut, date, enumerated, escape, group_mention, mention, one_line, zoned

RIGHTS = {
    "read": "see runs of",
    "start": "start runs of",
    "decide": "approve, discard or cancel runs of",
    "admin": "do what takes an admin in",
}
STANDINGS = {
    "guest": "Guests of this Slack workspace may do nothing with Terraform runs.",
    "stranger": "Only people of this Slack workspace may do anything with Terraform runs.",
    "deactivated": "This account is deactivated.",
    "app": "Apps and workflows may do nothing with Terraform runs.",
}


def right_missing(error: RightMissing) -> Said:
    """What is missing, who has it, and how that is changed."""
    doing = RIGHTS.get(error.right, f"{error.right} in")
    sentence = f"You may not {doing} {cut(one_line(error.workspace), 120)}."
    if standing := STANDINGS.get(error.standing):
        return {"text": f"{escape(sentence)} {standing}", "blocks": [sentence_section(f"{sentence} {standing}")]}
    who, how = who_may(error), how_changed(error)
    return {"text": f"{escape(sentence)}\n{who}\n{how}", "blocks": [sentence_section(sentence), section(who), context(how)]}


def who_may(error: RightMissing) -> str:
    named = [*map(group_mention, error.groups), *map(mention, error.people)]
    if error.members:
        return "All full members of this Slack workspace may."
    return f"These may: {enumerated(named)}." if named else "Nobody may yet."


def how_changed(error: RightMissing) -> str:
    right = code(error.right)
    if error.source:
        return f"To change this, an operator adds a {code('[[rights]]')} table with {right} to {code(error.source, 200)}."
    return f"There is no {code('runbell.toml')}, so people may only look. An operator gives {right} in its {code('[[rights]]')} tables."


def already_decided(error: AlreadyDecided, command: str = "/tf") -> Said:
    run = code(error.run_id)
    by = f"by {mention(error.by)}" if error.by else "outside of Slack"
    at = f" · {date(error.at)}" if error.at else ""
    text = f"{run} was already {escape(error.verb)} {by}{at}. Nothing was done."
    step = f"{code(f'{command} show {error.run_id}', 200)} tells how it stands now."
    return {"text": f"{text}\n{step}", "blocks": [section(text), context(step)]}


def glass_not_theirs(error: GlassNotTheirs) -> Said:
    named = [*map(group_mention, error.groups), *map(mention, error.people)]
    who = f"These may: {enumerated(named)}." if named else f"Nobody may: an operator names people in {code('[break_glass]')}."
    return {"text": f"{zoned(escape(error.sentence))}\n{who}", "blocks": [sentence_section(error.sentence), section(who)]}


def vote_not_counted(error: VoteNotCounted, command: str) -> Said:
    return with_phrases(error.sentence, error.phrases, f"{code(f'{command} why {error.run_id}', 200)} tells who may.")


def not_granted(error: NotGranted, command: str) -> Said:
    return with_phrases(error.sentence, error.phrases, f"{code(f'{command} why {error.run_id}', 200)} tells more.")


def freeze_started(error: FreezeStarted, command: str) -> Said:
    return with_phrases(error.sentence, error.phrases, f"{code(f'{command} why {error.run_id}', 200)} shows what it needs now.")


def with_phrases(sentence: str, phrases: Sequence[Phrase], step: str) -> Said:
    """`sentence` is outside text; phrases name people, who are not notified by a private reply."""
    lines = [f"• {spoken(phrase)}" for phrase in phrases]
    return {
        "text": "\n".join([zoned(escape(sentence)), *lines, step]),
        "blocks": [sentence_section(sentence), *sections(lines), context(step)],
    }


def words_wanted(error: WordsWanted, command: str) -> Said:
    """How the words are given by typing; a click asks for them in a modal."""
    reason = " because …" if error.reason else ""
    name = f" --name {cut(one_line(error.workspace), 90)}" if error.typed_name else ""
    how = f"Click the button, or type {code(f'{command} {error.word} {error.run_id}{reason}{name}', 300)}."
    return {"text": f"{zoned(escape(error.sentence))}\n{how}", "blocks": [sentence_section(error.sentence), context(how)]}
