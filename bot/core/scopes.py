"""Which workspaces a table of the file of rules is about: by name, by project, by tag."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.projects import is_in, may_be_in
from bot.core.workspaces import Workspace, fold, in_any_capitals, matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Everything that is given has to fit; of each list one word. Nothing given is every workspace. `projects` are ids and names."""

    workspaces: tuple[str, ...] = ()
    projects: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    def covers(self, workspace: Workspace) -> bool:
        """For sure, by the server's spelling: for what gives or ends. A project whose name is not known is none of those."""
        return (
            (not self.workspaces or any(matches(pattern, workspace) for pattern in self.workspaces))
            and (not self.projects or is_in(self.projects, workspace) is True)
            and (not self.tags or bool(self.tags & workspace.tags))
        )

    def may_cover(self, workspace: Workspace) -> bool:
        """As far as anybody knows, in any capitals: for what only holds things up."""
        return (
            (not self.workspaces or any(in_any_capitals(pattern, workspace) for pattern in self.workspaces))
            and (not self.projects or may_be_in(self.projects, workspace))
            and (not self.tags or not fold(self.tags).isdisjoint(fold(workspace.tags)))
        )

    def __str__(self) -> str:
        """`*-prod, project prj-web, tag prod`; every workspace where nothing narrows it."""
        narrowed = [f"project {one}" for one in sorted(self.projects)] + [f"tag {one}" for one in sorted(self.tags)]
        return ", ".join([*self.workspaces, *narrowed]) or "every workspace"
