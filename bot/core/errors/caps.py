"""Too much of one thing by one person in one channel."""

from __future__ import annotations

from bot.core.errors.kinds import CannotAct


class TooMany(CannotAct):
    """`what` is counted, `most` are allowed, and `then` is a sentence that says what to do."""

    def __init__(self, what: str, most: int, then: str) -> None:
        self.what, self.most, self.then = what, most, then
        super().__init__(f"Nothing was done. The limit for one person in one channel is {most:,} {what}. {then}")


class TooManyRefused(TooMany):
    """Refused commands, so that nobody fills the audit or the server's rate limit by guessing."""

    def __init__(self, most: int, minutes: int) -> None:
        super().__init__(f"refused commands in {minutes} minutes", most, f"Try again in {minutes} minutes. Buttons still work.")
