"""Where values of plans and logs are shown: nowhere, or not in some workspaces. What is left without them is in without_values.py. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from bot.core.workspaces import Workspace


def is_covered(globs: Iterable[str], workspace: Workspace) -> bool:
    """Whether any glob, `[organization/]workspace`, matches in whatever capitals: hiding is never missed by them."""
    full, name = workspace.full_name.casefold(), workspace.name.casefold()
    return any(fnmatchcase(full if "/" in glob else name, glob.casefold()) for glob in globs)
