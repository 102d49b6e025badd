"""Lists that a command answers with: one line a row, in rich text, so that no name or message is ever parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from bot.core.watches import Measure, Watch
from bot.slack.blocks import Block, Said, context, person, rows, section, words
from bot.slack.text import cut, one_line

ROWS_MOST = 40
MESSAGE_MOST = 60
NAME_MOST = 90


def watches(found: Sequence[Watch]) -> Said:
    """What a channel watches, and who asked for it."""
    if not found:
        return nothing("This channel watches nothing.")
    return listing("*This channel watches*", [watch_row(watch) for watch in found], len(found))


def watch_row(watch: Watch) -> list[Block]:
    manner = [measure_words(watch.measure), "in threads" if watch.in_thread else "", "with a mention" if watch.mentions else ""]
    row = [words(cut(one_line(watch.title), NAME_MOST), code=True), *(words(f" · {word}") for word in manner if word)]
    if watch.source:
        row.append(words(f" · stands in {cut(one_line(watch.source), NAME_MOST)}"))
    elif watch.owner:
        row += [words(" · asked for by "), person(watch.owner)]
    return row if watch.paused_at is None else [*row, words(f" · ⏸️ paused: {cut(one_line(watch.paused_why), NAME_MOST)}")]


def measure_words(measure: Measure) -> str:
    match measure:
        case Measure.ALL:
            return "every run"
        case Measure.DECISIONS:
            return "decisions and failures"
        case Measure.FAILURES:
            return "failures"
        case _:
            assert_never(measure)


def listing(title: str, lines: Sequence[Sequence[Block]], total: int, remark: str = "") -> Said:
    """`title` and `remark` are mrkdwn. At most 40 rows are shown, and how many more there are."""
    shown = lines[:ROWS_MOST]
    more = f"and {total - len(shown)} more" if total > len(shown) else ""
    last = " · ".join(filter(None, [more, remark]))
    blocks = [section(title), rows(shown), *([context(last)] if last else [])]
    return {"text": title, "blocks": blocks}


def nothing(text: str) -> Said:
    return {"text": text, "blocks": [section(text)]}
