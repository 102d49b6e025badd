"""Commands about who may run in a workspace: locking it and letting it go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.core.commands.grammar import Command, Family, Options, Row, no_more
from bot.core.policy import Right

REASON_MOST = 300


@dataclass(frozen=True, slots=True)
class LockWorkspace(Command):
    changes: ClassVar[bool] = True
    workspace: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class UnlockWorkspace(Command):
    changes: ClassVar[bool] = True
    workspace: str


@dataclass(frozen=True, slots=True)
class ForceUnlock(Command):
    changes: ClassVar[bool] = True
    workspace: str


def lock(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
    if not words:
        raise row.wrong("Which workspace shall be locked?")
    reason = " ".join(words[1:]).strip()
    if len(reason) > REASON_MOST:
        raise row.wrong(f"This reason has {len(reason)} letters; it may have {REASON_MOST}.")
    return LockWorkspace(words[0], reason)


def unlock(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    if not words:
        raise row.wrong("Which workspace shall be unlocked?")
    no_more(row, words, 1)
    return UnlockWorkspace(words[0])


def force_unlock(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    if not words:
        raise row.wrong("Whose lock shall be broken? Give the workspace.")
    no_more(row, words, 1)
    return ForceUnlock(words[0])


GRAMMAR = (
    Row(
        word="lock",
        family=Family.HOLD,
        usage="lock <workspace> [reason]",
        summary="Lock a workspace: new runs wait until somebody unlocks it.",
        example="lock storefront-prod moving its state",
        right=Right.START,
        build=lock,
        reason="reason",
        details=(
            "It is said in this channel, and Terraform shows who asked for it. Plan-only runs go on; where it is locked, you hear by whom.",
        ),
    ),
    Row(
        word="unlock",
        family=Family.HOLD,
        usage="unlock <workspace>",
        summary="Unlock a workspace that was locked from Slack.",
        example="unlock storefront-prod",
        right=Right.START,
        build=unlock,
        details=("What somebody has locked in Terraform they unlock there, or an admin breaks the lock: “force-unlock <workspace>”.",),
    ),
    Row(
        word="force-unlock",
        family=Family.HOLD,
        usage="force-unlock <workspace>",
        summary="Break somebody else’s lock of a workspace.",
        example="force-unlock storefront-prod",
        right=Right.ADMIN,
        build=force_unlock,
        details=("A lock that a run holds while it goes on is not broken: cancel the run.",),
    ),
)
