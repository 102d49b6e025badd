"""A workspace as a look at the server shows it, its written name, and the globs that match it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.core.locks import Lock


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
    """Whether a glob, `[organization/]workspace`, matches; without a slash it means the name in every organization."""
    subject = workspace.full_name if "/" in pattern else workspace.name
    return fnmatchcase(subject, pattern)


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
