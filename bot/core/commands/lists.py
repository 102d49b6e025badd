"""Commands that list, and help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.commands.grammar import Command, Options, Row, no_more
from bot.core.commands.runs import RunReference
from bot.core.policy import Right


@dataclass(frozen=True, slots=True)
class Help(Command):
    """`topic` is a command's word, or empty for all."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class ListWorkspaces(Command):
    pattern: str = "*"


@dataclass(frozen=True, slots=True)
class ListRuns(Command):
    workspace: str


@dataclass(frozen=True, slots=True)
class ShowAudit(Command):
    """`run` names a run by its id, or else a workspace, of which all is shown."""

    run: RunReference


def build_help(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
    no_more(row, words, 1)
    return Help(words[0].lower() if words else "")


def workspaces(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    no_more(row, words, 1)
    return ListWorkspaces(words[0] if words else "*")


def runs(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    if not words:
        raise row.wrong("The runs of which workspace?")
    no_more(row, words, 1)
    return ListRuns(words[0])


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
        build=build_help,
    ),
    Row(
        word="workspaces",
        usage="workspaces [glob]",
        summary="List workspaces and what their current run is doing.",
        example="workspaces storefront-*",
        right=Right.READ,
        build=workspaces,
        details=("A workspace is written [organization/]workspace; * stands for any letters.",),
    ),
    Row(
        word="runs",
        usage="runs <workspace>",
        summary="List the newest runs of a workspace.",
        example="runs storefront-prod",
        right=Right.READ,
        build=runs,
    ),
    Row(
        word="audit",
        usage="audit <workspace|run>",
        summary="List what was done lately to a workspace or a run, and by whom.",
        example="audit storefront-prod",
        right=Right.READ,
        build=audit,
        details=("A run is named by its id or its link. It shows the newest 20; “runbell audit export” gives all.",),
    ),
)
