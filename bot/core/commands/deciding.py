"""Commands that go on in spite of something, stop a run by force, or say something about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.core.commands.grammar import Command, Family, Options, Row
from bot.core.commands.runs import Act, RunReference
from bot.core.one_line import has_letters, one_line
from bot.core.policy import Right
from bot.core.runs import Action

COMMENT_MOST = 2000


@dataclass(frozen=True, slots=True)
class CommentRun(Command):
    """Words of a person's that are to stand with the run on the server."""

    changes: ClassVar[bool] = True
    run: RunReference
    comment: str


def override(row: Row, words: Sequence[str], options: Options) -> Command:
    if not words:
        raise row.wrong("Which run’s failed check shall be overridden? Give its id, its link, or the workspace whose current run it is.")
    breaks, reason = "break-glass" in options, " ".join(words[1:]).strip()
    if (breaks or reason) and not has_letters(reason):
        raise row.wrong("--break-glass needs a reason." if breaks else "A reason needs a letter that can be seen.")
    return Act(Action.OVERRIDE, RunReference.of(words[0]), reason, options.get("name", ""), breaks)


def force_cancel(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
    if not words:
        raise row.wrong("Which run shall be killed? Give its id, its link, or the workspace whose current run it is.")
    return Act(Action.FORCE_CANCEL, RunReference.of(words[0]), " ".join(words[1:]))


def comment(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    if not words:
        raise row.wrong("A comment on which run? Give its id, its link, or the workspace whose current run it is.")
    said = " ".join(words[1:]).strip()
    if not one_line(said):
        raise row.wrong("What shall it say?")
    if len(said) > COMMENT_MOST:
        raise row.wrong(f"This comment has {len(said)} letters; it may have {COMMENT_MOST}.")
    return CommentRun(RunReference.of(words[0]), said)


GRAMMAR = (
    Row(
        word="override",
        usage="override <run> [reason] [--name <workspace>] [--break-glass]",
        summary="Vote for going on in spite of a policy or task that failed.",
        example="override storefront-prod the tag comes with the next release",
        examples=("override storefront-prod an outage, see the call --break-glass",),
        right=Right.DECIDE,
        flags=("break-glass",),
        values=("name",),
        fields={"break-glass": "breaks_glass", "name": "typed_name"},
        build=override,
        reason="comment",
        details=(
            "The rules that an apply would need bind this, too. After it the run waits to be approved as usual.",
            "Without a reason a form asks for it, and so it does where something may be destroyed.",
            "Where the run applies by itself, overriding it applies it: then freezes and windows bind at once.",
        ),
    ),
    Row(
        word="force-cancel",
        aliases=("kill",),
        usage="force-cancel <run> [comment]",
        summary="Kill a run that a cancel has not ended, once the server allows it.",
        example="force-cancel catalog-import it hangs since noon",
        right=Right.ADMIN,
        family=Family.DECIDE,
        build=force_cancel,
        reason="comment",
        details=(
            "What Terraform was doing may be left half done, and its state may be lost. The run’s card says from when on it is possible.",
        ),
    ),
    Row(
        word="comment",
        usage="comment <run> <text>",
        summary="Leave a comment on the run in Terraform, signed with your name.",
        example="comment storefront-prod waits for the DNS change",
        right=Right.DECIDE,
        build=comment,
        details=("Whoever may start runs in the workspace may comment, too.",),
    ),
)
