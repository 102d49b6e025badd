"""Every other event: Slack counts one that nobody answers as a failure, and stops sending after too many."""

from __future__ import annotations


async def event_came() -> None:
    """Bolt has acked it already."""
