"""Fields that we once made and make no more, in forms that are still open somewhere."""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack.blocks import Block


async def nothing_to_offer() -> Sequence[Block]:
    return ()
