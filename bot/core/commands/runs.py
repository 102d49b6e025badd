"""Commands about one run, and starting one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from bot.core.commands.grammar import Command, Family, Options, Row, no_more
from bot.core.links import run_id_of
from bot.core.one_line import has_letters
from bot.core.policy import Right
from bot.core.runs import Action

BARE_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[1-9][0-9]{0,18}", re.IGNORECASE)
"""A UUID or a whole number, as other servers name their runs; a workspace that is called so is named with its organization."""


@dataclass(frozen=True, slots=True)
class RunReference:
    """A run by its id, or (`workspace`) as the current run of a workspace; exactly one of the two is set."""

    run_id: str = ""
    workspace: str = ""

    @classmethod
    def of(cls, word: str) -> RunReference:
        if word.startswith("run-") or BARE_ID.fullmatch(word):
            return cls(run_id=word)
        if "://" in word and (found := run_id_of(word)):
            return cls(run_id=found)
        return cls(workspace=word)

    def __str__(self) -> str:
        return self.run_id or self.workspace


@dataclass(frozen=True, slots=True)
class StartRun(Command):
    """`variables` are names and HCL literals; what they are set to stands in no repr. `version` is what was typed, "" for the newest.

    With nothing said at all it is a wish for the form.
    """

    changes: ClassVar[bool] = True
    workspace: str
    message: str = ""
    destroy: bool = False
    plan_only: bool = False
    auto_apply: bool = False
    refresh_only: bool = False
    targets: tuple[str, ...] = ()
    replacements: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    version: str = ""
    save_plan: bool = False
    debugging: bool = False


@dataclass(frozen=True, slots=True)
class ShowRun(Command):
    changes: ClassVar[bool] = False
    run: RunReference


@dataclass(frozen=True, slots=True)
class ExplainRun(Command):
    changes: ClassVar[bool] = False
    run: RunReference


@dataclass(frozen=True, slots=True)
class Act(Command):
    """Apply, discard or cancel a run, with a comment or without. `typed_name`: the workspace's name, where a rule wants it typed.

    `breaks_glass`: in spite of freezes.
    """

    changes: ClassVar[bool] = True
    action: Action
    run: RunReference
    comment: str = ""
    typed_name: str = ""
    breaks_glass: bool = False


@dataclass(frozen=True, slots=True)
class TakeBack(Command):
    """Take one's own vote back."""

    changes: ClassVar[bool] = True
    run: RunReference


def about(command: Callable[[RunReference], Command]) -> Callable[[Row, Sequence[str], Options], Command]:
    def build(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
        if not words:
            raise row.wrong("Which run? Give its id, its link, or the workspace whose current run it is.")
        no_more(row, words, 1)
        return command(RunReference.of(words[0]))

    return build


def acting(action: Action) -> Callable[[Row, Sequence[str], Options], Command]:
    def build(row: Row, words: Sequence[str], options: Options) -> Command:
        if not words:
            raise row.wrong(f"Which run shall I {row.word}? Give its id, its link, or the workspace whose current run it is.")
        breaks = "break-glass" in options
        if breaks and not has_letters(" ".join(words[1:])):
            raise row.wrong("--break-glass needs a reason.")
        return Act(action, RunReference.of(words[0]), " ".join(words[1:]), options.get("name", ""), breaks)

    return build


GRAMMAR = (
    Row(
        word="show",
        usage="show <run>",
        summary="Show a run as it is now.",
        example="show storefront-prod",
        examples=("show run-7bQ2kLm9XyZ1aB3c",),
        right=Right.READ,
        build=about(ShowRun),
        details=("A run is named by its id, by its link, or by the workspace whose current run it is.",),
    ),
    Row(
        word="why",
        usage="why <run>",
        summary="Say which rules apply to a run, who may approve it, and what is missing.",
        example="why storefront-prod",
        right=Right.READ,
        build=about(ExplainRun),
        details=("Only you see the answer. Nothing is decided by asking.",),
    ),
    Row(
        word="approve",
        aliases=("apply",),
        usage="approve <run> [reason] [--name <workspace>] [--break-glass]",
        summary="Vote for applying a run; it is applied once nothing is missing.",
        example="approve run-7bQ2kLm9XyZ1aB3c looks good",
        examples=(
            "approve storefront-prod",
            "approve storefront-prod the site is down --break-glass",
        ),
        right=Right.DECIDE,
        flags=("break-glass",),
        values=("name",),
        fields={"break-glass": "breaks_glass", "name": "typed_name"},
        build=acting(Action.APPLY),
        reason="comment",
        details=(
            "Where a rule wants a reason, the words after the run are it; --name types the workspace's name, where one wants that.",
            "--break-glass applies it in spite of a freeze, where you are one of those who may; it is reviewed.",
            "“why <run>” says who may approve and what is missing; “unvote <run>” takes a vote back.",
        ),
    ),
    Row(
        word="unvote",
        family=Family.DECIDE,
        usage="unvote <run>",
        summary="Take your vote back, as long as nothing is decided.",
        example="unvote storefront-prod",
        build=about(TakeBack),
        details=("A run that you started with --auto-apply then waits for somebody to decide.",),
    ),
    Row(
        word="discard",
        usage="discard <run> [comment]",
        summary="Discard a run that waits for a decision.",
        example="discard storefront-prod not before the sale",
        right=Right.DECIDE,
        build=acting(Action.DISCARD),
        reason="comment",
    ),
    Row(
        word="cancel",
        usage="cancel <run> [comment]",
        summary="Interrupt a run that is planning or applying.",
        example="cancel catalog-import wrong branch",
        right=Right.DECIDE,
        build=acting(Action.CANCEL),
        reason="comment",
    ),
)
