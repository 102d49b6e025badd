"""Handing a configuration on to the next workspace, and trying a run again that has failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.core.commands.grammar import Command, Options, Row, no_more
from bot.core.commands.runs import RunReference
from bot.core.policy import Right


@dataclass(frozen=True, slots=True)
class Promote(Command):
    """Workspaces as they were written; without a `target` a form asks for what is missing."""

    changes: ClassVar[bool] = True
    source: str = ""
    target: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Retry(Command):
    changes: ClassVar[bool] = True
    run: RunReference
    debugging: bool = False


def promote(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
    source, target, *message = [*words, "", ""][: max(len(words), 2)]
    return Promote(source, target, " ".join(message))


def retry(row: Row, words: Sequence[str], options: Options) -> Command:
    if not words:
        raise row.wrong("Which run shall be tried again? Give its id, its link, or the workspace whose current run it is.")
    no_more(row, words, 1)
    return Retry(RunReference.of(words[0]), debugging="debug" in options)


GRAMMAR = (
    Row(
        word="promote",
        usage="promote <from> <to> [message]",
        summary="Give one workspace the configuration that another has applied last.",
        example="promote storefront-dev storefront-staging bump the image to 4.2.1",
        examples=("promote",),
        right=Right.START,
        build=promote,
        details=(
            "The very configuration of the last applied run is taken, never a newer one; the new run waits for a decision.",
            "Its card says what is promoted and, once it is planned, what it does besides what was done there.",
            "“promote” alone opens a form. You need the right read in the first workspace and start in the second.",
        ),
    ),
    Row(
        word="retry",
        usage="retry <run> [--debug]",
        summary="Start a run that has failed once more, with the same configuration.",
        example="retry run-7bQ2kLm9XyZ1aB3c --debug",
        examples=("retry storefront-prod",),
        right=Right.START,
        flags=("debug",),
        fields={"debug": "debugging"},
        build=retry,
        details=(
            "It is of the same kind, with the same targets and replacements, and waits for a decision.",
            "--debug has Terraform log all it does.",
            "A run with variables of its own is started anew with “run … --version <run>”: what they were set to is not kept.",
        ),
    ),
)
