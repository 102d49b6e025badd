"""A button that opens a page: the browser does it, and Slack wants an ack all the same."""

from __future__ import annotations


async def link_opened() -> None:
    """The guard has acked."""
