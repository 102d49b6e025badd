"""A workspace as a look at the server shows it, its written name, and the globs that match it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from typing import TypeVar

from bot.core.locks import Lock

Candidate = TypeVar("Candidate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """`organization` and `name` are how people address it, `id` is how the API does; names can change, ids cannot.

    The server tells of a workspace with the id of its project alone: `project_name` is there where it was looked up and is known.
    """

    id: str
    name: str
    organization: str
    project_id: str | None = None
    project_name: str | None = None
    tags: frozenset[str] = frozenset()
    auto_apply: bool = False
    allow_destroy_plan: bool = True
    locked: bool = False
    execution_mode: str = "remote"
    current_run_id: str | None = None

    @property
    def full_name(self) -> str:
        return f"{self.organization}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceDetail:
    """What a workspace read by itself says beyond the list. `average_plan` and `average_apply` are seconds of its latest runs.

    `repository` is `owner/name` where the workspace is bound to version control. `may` holds what our token may, in the server's
    words without their `can-`: `queue-run`, `queue-destroy`, `lock`, `force-unlock`, `update`. `lacks_configuration`: it says that
    nobody has ever given it one.
    """

    workspace: Workspace
    lock: Lock
    description: str = ""
    terraform_version: str = ""
    working_directory: str = ""
    repository: str = ""
    branch: str = ""
    queue_all_runs: bool = False
    speculative_enabled: bool = True
    structured_output: bool = False
    average_plan: float | None = None
    average_apply: float | None = None
    may: frozenset[str] = frozenset()
    lacks_configuration: bool = False


def matches(pattern: str, workspace: Workspace) -> bool:
    """Return whether a glob, `[organization/]workspace`, matches; without a slash it means the name in every organization.

    Capitals count, as the server spells the name: use it for what gives or ends something, such as rights and expiry.
    """
    subject = workspace.full_name if "/" in pattern else workspace.name
    return fnmatchcase(subject, pattern)


def in_any_capitals(pattern: str, workspace: Workspace) -> bool:
    """Return whether a glob matches in any capitals: use it for what restricts, such as rules and freezes.

    The glob is folded whole, so that sets keep their meaning: `[!A]*` leaves out both `a…` and `A…`.
    """
    subject = workspace.full_name if "/" in pattern else workspace.name
    return fnmatchcase(subject.casefold(), pattern.casefold())


def folded(workspace: Workspace) -> Workspace:
    """Return the same with all its names folded, for comparing it with many folded names and globs."""
    return replace(
        workspace,
        name=workspace.name.casefold(),
        organization=workspace.organization.casefold(),
        project_id=workspace.project_id.casefold() if workspace.project_id is not None else None,
        project_name=workspace.project_name.casefold() if workspace.project_name is not None else None,
        tags=fold(workspace.tags),
    )


@lru_cache(maxsize=4096)
def fold(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(str.casefold, words))


def called(written: str, known: Iterable[Workspace]) -> tuple[Workspace, ...]:
    """Return the workspaces that a person may mean by `[organization/]workspace`: those spelled so, else those in any capitals."""
    return spelled_or_alike(written, known, partial(spelled_as, written))


def spelled_or_alike(written: str, candidates: Iterable[Candidate], name: Callable[[Candidate], str]) -> tuple[Candidate, ...]:
    """Return the candidates whose name is spelled as somebody wrote it, else those that have it in any capitals."""
    named = [(one, name(one)) for one in candidates]
    exact = tuple(one for one, spelled in named if spelled == written)
    return exact or tuple(one for one, spelled in named if is_same_name(spelled, written))


def is_same_name(name: str, other: str) -> bool:
    """Return whether two names, or two globs, differ by capitals at most."""
    return name.casefold() == other.casefold()


def is_called(written: str, workspace: Workspace) -> bool:
    """Return whether a workspace has the name in any capitals; `written` is no glob, whatever letters are in it."""
    return is_same_name(written, spelled_as(written, workspace))


def spelled_as(written: str, workspace: Workspace) -> str:
    """Return a typed name in the spelling of the workspace that it means, with an organization only where one was typed."""
    return workspace.full_name if "/" in written else workspace.name


def is_glob(pattern: str) -> bool:
    return any(letter in pattern for letter in "*?[")


def near_names(wanted: str, names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The names that a person who typed `wanted` may have meant, in whatever capitals, best first."""
    typed, known = wanted.casefold(), sorted(set(names))
    folded = {name: name.casefold() for name in known}
    parts = [name for name in known if typed in folded[name]]
    best = difflib.get_close_matches(typed, sorted(set(folded.values())), n=most, cutoff=0.5)
    close = [name for one in best for name in known if folded[name] == one]
    return tuple(dict.fromkeys([*close, *parts]))[:most]
