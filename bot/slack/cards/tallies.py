"""How it stands at a gate, on a card: what is missing, who may vote, who has voted, which other rules apply. Nobody is mentioned by it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.pictures import RunPicture
from bot.core.rules import Risk
from bot.core.tallies import Tally
from bot.core.verdicts import Outcome
from bot.core.votes import Vote
from bot.slack.blocks import Block, context, sections
from bot.slack.cards.hurdles import finding_lines
from bot.slack.cards.rules import rule_names
from bot.slack.text import code, cut, date, enumerated, escape, one_line, zoned

SENTENCE_MOST = 400
LINES_MOST = 6
VOTES_MOST = 8
RULES_MOST = 8
REASON_MOST = 80

MARKS = {Outcome.GRANTED: "✅", Outcome.MISSING: "⏳", Outcome.DENIED: "⛔", Outcome.OUTSIDE: "↗️"}
RISKS = {
    Risk.LOW: "",
    Risk.MEDIUM: "Risk: medium, a reason is asked for",
    Risk.HIGH: "Risk: high, a reason and the workspace’s name are asked for",
    Risk.CRITICAL: "Risk: critical, the rule’s own people decide",
}


def tally_blocks(picture: RunPicture) -> list[Block]:
    """Nothing once the question is answered, or where it was never judged."""
    if picture.tally is None or picture.run.gate is None or picture.decision_stands:
        return []
    small = [*behind_words(picture), *rules_words(picture.tally), *wish_words(picture)]
    lines = [*finding_lines(picture.tally.findings), *tally_lines(picture.tally, picture.votes)]
    return [*sections(lines), *([context(" · ".join(small))] if small else [])]


def tally_lines(tally: Tally, votes: tuple[Vote, ...]) -> Iterator[str]:
    said = [*tally.lacks, *tally.falls]
    if tally.outcome is not Outcome.MISSING:
        yield f"{MARKS[tally.outcome]} {sentence(tally.headline)}"
    for words in said[:LINES_MOST]:
        yield f"{MARKS[Outcome.MISSING] if tally.outcome is Outcome.MISSING else '•'} {sentence(words)}"
    if len(said) > LINES_MOST:
        yield f"… and {len(said) - LINES_MOST} more"
    if votes:
        yield f"🗳️ {enumerated([vote_words(vote) for vote in votes], VOTES_MOST)}"


def sentence(words: str) -> str:
    return zoned(escape(cut(one_line(words), SENTENCE_MOST)))


def vote_words(vote: Vote) -> str:
    reason = f" {code(vote.reason, REASON_MOST)}" if vote.reason.strip() else ""
    return f"{escape('@' + cut(one_line(vote.name or vote.person), 60))} {date(vote.at, '{time}')}{reason}"


def rules_words(tally: Tally) -> Iterator[str]:
    if others := rule_names(tally.rules, [*tally.lacks, *tally.falls][:LINES_MOST], RULES_MOST):
        yield others
    if RISKS[tally.risk]:
        yield RISKS[tally.risk]
    if tally.plan_unread:
        yield "Not all of the plan could be read, so it counts as the riskiest"
    if tally.project_unread:
        yield "The name of its project is not known, so every rule applies that names one"


def behind_words(picture: RunPicture) -> Iterator[str]:
    if picture.behind:
        yield f"Blocks {picture.behind} run{'' if picture.behind == 1 else 's'} behind it"


def wish_words(picture: RunPicture) -> Iterator[str]:
    if picture.request is not None and picture.request.auto_apply:
        yield "It is applied by itself as soon as nothing is missing"
    if picture.only_tells:
        yield "Nobody can act in this channel: people of other companies are in it"
