"""Projects as the file of rules names them, by id or by name, and whether a workspace is in one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.core.workspaces import Workspace, fold

PROJECT_ID = re.compile(r"prj-[\w-]+")


def is_in(projects: frozenset[str], workspace: Workspace) -> bool | None:
    """Whether it is in one of them, by the server's spelling. None where that hangs on a name that is not known."""
    if workspace.project_id in projects:
        return True
    if workspace.project_name is None:
        return None if names_projects(projects) else False
    return workspace.project_name in projects


def may_be_in(projects: frozenset[str], workspace: Workspace) -> bool:
    """Whether it is in one of them as far as anybody knows, in any capitals: for what only holds things up."""
    if is_in(projects, workspace) is not False:
        return True
    return any(word is not None and word.casefold() in fold(projects) for word in (workspace.project_id, workspace.project_name))


def names_projects(projects: Iterable[str]) -> bool:
    """Whether any of them goes by its name: what looks like an id is one."""
    return not all(map(PROJECT_ID.fullmatch, projects))
