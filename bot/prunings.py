"""`runbell prune`: forgetting what has ended long ago, by hand. A bot that serves does the same once a day."""

from __future__ import annotations

from datetime import timedelta

import click

from bot.core.pace import Pace
from bot.services.pruning import Pruner
from bot.store.database import open_database


async def prune(url: str, days: int, *, dry_run: bool) -> None:
    """Say what is gone, or what would be."""
    async with open_database(url) as database:
        pruner = Pruner(database, database.clock, Pace(), "by hand", timedelta(days=days))
        gone = await (pruner.count() if dry_run else pruner.prune())
    since = f"what ended over {days} days ago"
    click.echo(f"Would remove {since}: {gone}." if dry_run else f"Removed {since}: {gone}.")
