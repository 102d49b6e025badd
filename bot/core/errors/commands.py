"""What was typed and is no command."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.errors.kinds import BadCommand, listed


class UnknownCommand(BadCommand):
    def __init__(self, word: str, near: Sequence[str] = ()) -> None:
        self.word, self.near = word, tuple(near)
        hint = f" Did you mean {listed(self.near)}?" if self.near else ""
        super().__init__(f"There is no command “{word}”.{hint} “help” lists them all.")


class BadUsage(BadCommand):
    def __init__(self, problem: str, usage: str, example: str) -> None:
        self.problem, self.usage, self.example = problem, usage, example
        super().__init__(f"{problem} Usage: {usage}. Example: {example}")


class WrongMoment(BadCommand):
    """A time that was typed; `problem` is what is wrong with it."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"{problem} Write 2h, 18:00, tomorrow 09:00, fri 18:00 or 2026-12-01 09:00.")
