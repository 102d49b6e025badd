"""The command by which somebody says what they want to hear in direct messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.core.commands.grammar import Command, Family, Options, Row, no_more

WANTED = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Notify(Command):
    """Whether to be written to about runs of one's own; None asks how it is."""

    changes: ClassVar[bool] = True
    wanted: bool | None = None

    @property
    def is_change(self) -> bool:
        return self.wanted is not None


def notify(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
    said = [word.lower() for word in words]
    said = said[1:] if said[:1] == ["me"] else said
    no_more(row, said, 1)
    if said and said[0] not in WANTED:
        raise row.wrong(f"“{words[-1]}” is neither on nor off.")
    return Notify(WANTED[said[0]] if said else None)


def notified(command: Notify) -> list[str]:
    return ["me", *(word for word, wanted in WANTED.items() if wanted is command.wanted)]


GRAMMAR = (
    Row(
        word="notify",
        aliases=("dm",),
        family=Family.HEAR,
        usage="notify me [on|off]",
        summary="Have me write to you when a run that you started waits for somebody or has ended.",
        example="notify me on",
        examples=("notify me off",),
        build=notify,
        pieces=notified,
        details=(
            "It is off until you say so, and yours alone. Without on or off it tells how it is.",
            "Yours are runs that you start in Slack, and those of your account in Terraform where runbell.toml says that it is yours.",
        ),
    ),
)
