"""Running files from Slack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.core.commands.grammar import Command, Options, Row, no_more
from bot.core.policy import Right


@dataclass(frozen=True, slots=True)
class OpenUpload(Command):
    """Open the form, for a workspace that is chosen already or not."""

    changes: ClassVar[bool] = True
    workspace: str = ""


def uploading(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
    no_more(row, words, 1)
    return OpenUpload(*words)


GRAMMAR = (
    Row(
        word="upload",
        usage="upload [workspace]",
        summary="Run a configuration that you have as a file: a form asks for it.",
        example="upload storefront-dev",
        examples=("upload",),
        right=Right.START,
        build=uploading,
        details=(
            "It takes one .tar.gz, .tgz or .zip, or several .tf files, with .tfvars and .tf.json beside them.",
            "The shortcut “Run this configuration” on a message does the same with its files.",
            "In a workspace that is bound to version control an upload can only be planned.",
        ),
    ),
)
