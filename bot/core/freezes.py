"""A freeze: a while in which nothing is applied in some workspaces, by the file of rules or by what somebody has declared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.core.people import NOBODY, Circle
from bot.core.scopes import Scope
from bot.core.windows import Window
from bot.core.workspaces import Workspace, in_any_capitals


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """One that is in force. `scope` is what it covers, in words; `by` and `by_name` are who froze, `source` the file that does it."""

    scope: str
    reason: str = ""
    until: datetime | None = None
    by: str = ""
    by_name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeWindow:
    """One `[[freezes]]` table: nothing is applied within the scope while the window is open."""

    name: str
    scope: Scope
    window: Window
    reason: str = ""
    line: int = 0

    def at(self, now: datetime, source: str) -> Freeze | None:
        """The freeze that it is now; None while the window is closed."""
        if not self.window.is_open(now):
            return None
        return Freeze(scope=f"“{self.name}”: {self.scope}", reason=self.reason, until=self.window.closes_at(now), source=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFreeze:
    """What somebody has typed: `pattern` is the glob over workspaces, `until` None where it has no end. `id` is 0 before it is stored."""

    pattern: str
    reason: str
    by: str
    by_name: str
    channel: str
    at: datetime
    until: datetime | None = None
    id: int = 0

    def covers(self, workspace: Workspace) -> bool:
        """In any capitals: a freeze only holds things up, and one that misses its workspace by a capital is none."""
        return in_any_capitals(self.pattern, workspace)

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now

    @property
    def freeze(self) -> Freeze:
        return Freeze(scope=self.pattern, reason=self.reason, until=self.until, by=self.by, by_name=self.by_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeCoverage:
    """How many of the known workspaces a freeze covers. `is_known`: all workspaces were read lately, so there are no others."""

    workspaces: int
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """Who may apply in spite of a freeze, and the channel in which that is reviewed."""

    circle: Circle = NOBODY
    channel: str = ""


def in_force(
    windows: Iterable[FreezeWindow], source: str, declared: Iterable[DeclaredFreeze], workspace: Workspace, now: datetime
) -> tuple[Freeze, ...]:
    """Those that cover a workspace at a moment; the file's first. Where the name of its project is not known, those that may."""
    of_file = (window.at(now, source) for window in windows if window.scope.may_cover(workspace))
    by_hand = (one.freeze for one in declared if one.covers(workspace) and not one.is_over(now))
    return (*(one for one in of_file if one is not None), *by_hand)
