"""What the store holds already, kept in memory as short marks: a look at ten thousand workspaces that have not moved costs no query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.runs import Run
from bot.core.snapshots import mark
from bot.core.workspaces import Workspace

LASTS = timedelta(hours=1)
"""After about so long a row is compared with the database again: another process may have written it meanwhile."""
SPREAD = 256


@dataclass(frozen=True, slots=True)
class Kept:
    """`names_creator` and `names_commit`: not every look brings them along, and one that does is news where they were not known.

    `lacks_hurdle`: what waits to be overridden has yet to be read, so every look is news.
    """

    mark: int
    until: datetime
    names_creator: bool = False
    names_commit: bool = False
    lacks_hurdle: bool = False


class Memory:
    """Holds marks of what was written or found equal; never what was refused because something newer stood there."""

    def __init__(self, lasts: timedelta = LASTS) -> None:
        self._lasts = lasts
        self._runs: dict[str, Kept] = {}
        self._workspaces: dict[str, Kept] = {}

    def has_run(self, run: Run, now: datetime) -> bool:
        kept = self._runs.get(run.id)
        if kept is None or now >= kept.until or kept.lacks_hurdle or kept.mark != mark(run):
            return False
        return (kept.names_creator or run.created_by is None) and (kept.names_commit or run.commit is None)

    def has_workspace(self, workspace: Workspace, now: datetime) -> bool:
        kept = self._workspaces.get(workspace.id)
        return kept is not None and now < kept.until and kept.mark == hash(workspace)

    def keep_run(self, run: Run, now: datetime) -> None:
        """`run` as it stands in the store now."""
        self._runs[run.id] = Kept(mark(run), self._until(run.id, now), run.created_by is not None, run.commit is not None, run.lacks_hurdle)

    def keep_workspace(self, workspace: Workspace, now: datetime) -> None:
        self._workspaces[workspace.id] = Kept(hash(workspace), self._until(workspace.id, now))

    def forget(self, *ids: str) -> None:
        """Of runs or of workspaces."""
        for one in ids:
            self._runs.pop(one, None)
            self._workspaces.pop(one, None)

    def forget_old(self, now: datetime) -> None:
        """Let go of what would be compared again anyway."""
        self._runs = {one: kept for one, kept in self._runs.items() if now < kept.until}
        self._workspaces = {one: kept for one, kept in self._workspaces.items() if now < kept.until}

    def _until(self, key: str, now: datetime) -> datetime:
        """Spread over half to one and a half times, so that not everything is compared again at once."""
        return now + self._lasts * (0.5 + hash(key) % SPREAD / SPREAD)
