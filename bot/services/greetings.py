"""What is said in a channel when somebody has invited us: once, and in the same way as every other note."""

from __future__ import annotations

from bot.services.notes import tell
from bot.services.ports import Clock, Store, Wake


class Greetings:
    """`command` is the slash command that people type."""

    def __init__(self, store: Store, clock: Clock, wake_painter: Wake, command: str) -> None:
        self._store = store
        self._clock = clock
        self._wake_painter = wake_painter
        self._command = command

    async def invited(self, channel: str, payload_id: str) -> None:
        """Say what can be done here; `payload_id` is the event's own, since Slack sends an event again where it is not sure."""
        text = (
            f"Hello. “{self._command} watch <workspace>” has me tell this channel of runs that wait for a decision; "
            f"“{self._command} help” says what else I can do."
        )
        async with self._store.write() as transaction:
            if await transaction.seen.first_time(payload_id, self._clock.now()):
                await tell(transaction, subject="greeting", channel=channel, topic=payload_id, text=text)
        self._wake_painter()
