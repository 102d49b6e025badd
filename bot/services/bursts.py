"""Many runs of one commit at once: from the sixth in a channel on, runs are lines of one message instead of cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.core.pictures import RollupLine
from bot.core.runs import Run
from bot.services.ports import Transaction

BURST = timedelta(seconds=30)
"""How far apart two runs of one burst are made at most."""

CARDS_MOST = 5
"""How many runs of one commit have cards of their own."""


async def rollup_for(transaction: Transaction, run: Run, channel: str, within: timedelta) -> str:
    """The subject of the rollup of which the run shall be a line in the channel; "" where it gets a card of its own.

    Runs belong together that version control began with one commit, each within that time of another.
    """
    if run.commit is None or run.created_at is None:
        return ""
    near = nearby(await transaction.runs.of_commit(run.commit.sha), run, run.created_at, within)
    cards = await transaction.messages.cards(channel, tuple(near))
    joined = sorted(filter(None, cards.values()))
    if joined:
        return joined[0]
    if len(cards) < CARDS_MOST:
        return ""
    first = min([run.created_at, *(near[run_id] for run_id in cards)])
    return f"commit:{run.commit.sha}:{int(first.timestamp())}"


def nearby(siblings: Mapping[str, datetime | None], run: Run, created_at: datetime, within: timedelta) -> dict[str, datetime]:
    return {key: at for key, at in siblings.items() if key != run.id and at is not None and abs(at - created_at) <= within}


def by_need(lines: Iterable[RollupLine]) -> tuple[RollupLine, ...]:
    """Who needs people first, then what has failed, what goes on, and what is over; by name within each."""
    return tuple(sorted(lines, key=lambda line: (need(line.run), line.workspace.full_name, line.run.id)))


def need(run: Run) -> int:
    if run.gate is not None:
        return 0
    if run.has_failed:
        return 1
    return 3 if run.is_final else 2
