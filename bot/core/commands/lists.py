"""Commands that list, and help."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.core.commands.grammar import Command, Options, Row, filled, no_more
from bot.core.commands.runs import RunReference
from bot.core.errors import listed
from bot.core.policy import Right
from bot.core.runs import RunStatus

LIVE = "live"
"""Besides the statuses of the server: whatever has not ended."""

STATUSES = (LIVE, *(status.value for status in RunStatus if status is not RunStatus.UNKNOWN))


@dataclass(frozen=True, slots=True)
class Help(Command):
    """`topic` is a command's word or that of a family, or empty for all."""

    changes: ClassVar[bool] = False
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Suggest(Command):
    """Offer what the person most likely wants now."""

    changes: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ListWorkspaces(Command):
    changes: ClassVar[bool] = False
    pattern: str = "*"
    tag: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True)
class ListRuns(Command):
    """`status` is one of STATUSES, "" for any; `mine` are those of whoever asks."""

    changes: ClassVar[bool] = False
    pattern: str = "*"
    status: str = ""
    mine: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ListPending(Command):
    """All that waits for a person."""

    changes: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ShowQueue(Command):
    changes: ClassVar[bool] = False
    workspace: str


@dataclass(frozen=True, slots=True)
class ShowAudit(Command):
    """`run` names a run by its id, or else a workspace, of which all is shown."""

    changes: ClassVar[bool] = False
    run: RunReference


def build_help(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
    no_more(row, words, 1)
    return Help(words[0].lower() if words else "")


def suggest(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    no_more(row, words, 0)
    return Suggest()


def workspaces(row: Row, words: Sequence[str], options: Options) -> Command:
    no_more(row, words, 1)
    return ListWorkspaces(words[0] if words else "*", filled(row, options, "tag"), filled(row, options, "project"))


def runs(row: Row, words: Sequence[str], options: Options) -> Command:
    no_more(row, words, 1)
    if {"failed", "status"} <= options.keys():
        raise row.wrong("--failed is a status of its own, so --status does not go with it.")
    status = filled(row, options, "status").lower().replace("-", "_")
    if status and status not in STATUSES:
        near = difflib.get_close_matches(status, STATUSES, n=3, cutoff=0.6) or (LIVE, RunStatus.PLANNED.value, RunStatus.ERRORED.value)
        raise row.wrong(f"“{options['status']}” is no status of a run. There is {listed(near)}, for example.")
    return ListRuns(words[0] if words else "*", status, mine="mine" in options, failed="failed" in options)


def pending(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    no_more(row, words, 0)
    return ListPending()


def queue(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    if not words:
        raise row.wrong("The queue of which workspace?")
    no_more(row, words, 1)
    return ShowQueue(words[0])


def audit(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    if not words:
        raise row.wrong("The audit of which workspace or run?")
    no_more(row, words, 1)
    return ShowAudit(RunReference.of(words[0]))


GRAMMAR = (
    Row(
        word="help",
        usage="help [command]",
        summary="Say what can be done, or more about one command.",
        example="help run",
        examples=("help decide",),
        build=build_help,
        details=("“help look”, “start”, “decide”, “hold” and “hear” tell the commands of a kind.",),
    ),
    Row(
        word="next",
        usage="next",
        summary="Offer what you most likely want now: runs that wait for you here, and what else there is to do.",
        example="next",
        right=Right.READ,
        build=suggest,
        details=("The same as nothing at all after the slash command.",),
    ),
    Row(
        word="workspaces",
        usage="workspaces [glob] [--tag t] [--project p]",
        summary="List workspaces and what their current run is doing.",
        example="workspaces storefront-*",
        examples=(
            "workspaces --tag prod",
            'workspaces --project "data platform"',
        ),
        right=Right.READ,
        values=("tag", "project"),
        build=workspaces,
        details=(
            "A workspace is written [organization/]workspace; * stands for any letters.",
            "--tag and --project list those with this tag, or in this project (by its name or id).",
        ),
    ),
    Row(
        word="runs",
        usage="runs [workspace|glob] [--status s] [--mine] [--failed]",
        summary="List runs that I have seen, the newest first.",
        example="runs storefront-* --failed",
        examples=(
            "runs --mine --status live",
            "runs storefront-prod",
        ),
        right=Right.READ,
        flags=("mine", "failed"),
        values=("status",),
        build=runs,
        details=(
            "--status is a status of the server, such as planned, applied or errored, or live for all that have not ended.",
            "--mine: those that you started here, and those of your Terraform user, where an operator has told me who that is.",
            "It is answered from what I have seen: older runs are on the workspace's page in Terraform.",
        ),
    ),
    Row(
        word="pending",
        usage="pending",
        summary="List all that waits for a person, the longest waiting first, and what is missing.",
        example="pending",
        right=Right.READ,
        build=pending,
    ),
    Row(
        word="queue",
        usage="queue <workspace>",
        summary="Say why a run of a workspace does not begin: what is in front of it, and who holds the lock.",
        example="queue storefront-prod",
        right=Right.READ,
        build=queue,
    ),
    Row(
        word="audit",
        usage="audit <workspace|run>",
        summary="List what was done lately to a workspace or a run, and by whom.",
        example="audit storefront-prod",
        examples=("audit run-7bQ2kLm9XyZ1aB3c",),
        right=Right.READ,
        build=audit,
        details=("A run is named by its id or its link. It shows the newest 20; “runbell audit export” gives all.",),
    ),
)
