"""Which rights, rules, freezes, reminders, chains and watches match no workspace that we know: most often a slip of a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.freezes import DeclaredFreeze
from bot.core.matching import ready
from bot.core.policy import Policy
from bot.core.projects import may_be_in
from bot.core.rules import Match
from bot.core.scopes import Scope
from bot.core.watches import Watch
from bot.core.workspaces import Workspace, folded, in_any_capitals, matches


@dataclass(frozen=True, slots=True)
class Unmatched:
    """`what` is the table or watch, in words. `globs` are those of its globs that match nothing, () where all of it does.

    `other_capitals` is a workspace that would match if capitals did not count; "" where they do not, or where there is none.
    """

    what: str
    globs: tuple[str, ...] = ()
    other_capitals: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Something that names workspaces. `matches` says whether one of its globs does, and `covers` whether all of it does."""

    what: str
    globs: tuple[str, ...]
    covers: Callable[[Workspace], bool]
    matches: Callable[[str, Workspace], bool] = in_any_capitals


def unmatched(
    policy: Policy, watches: Iterable[Watch], declared: Iterable[DeclaredFreeze], known: Sequence[Workspace], *, names_only: bool = False
) -> Iterator[Unmatched]:
    """Yield what matches no known workspace. `names_only`: only their names are known, so that every tag and project fits."""
    for table in tables_of(policy, watches, declared, names_only=names_only):
        missed = tuple(glob for glob in table.globs if not any(table.matches(glob, one) for one in known))
        if not any(map(table.covers, known)):
            yield Unmatched(table.what, (), other_capitals(missed, known))
        elif missed:
            yield Unmatched(table.what, missed, other_capitals(missed, known))


def other_capitals(globs: Iterable[str], known: Iterable[Workspace]) -> str:
    """Return the first workspace that globs without a match miss by capitals alone."""
    some = tuple(globs)
    return next((one.full_name for one in known if any(in_any_capitals(glob, one) for glob in some)), "")


def tables_of(policy: Policy, watches: Iterable[Watch], declared: Iterable[DeclaredFreeze], *, names_only: bool) -> Iterator[Table]:
    for number, grant in enumerate(policy.grants, start=1):
        yield Table(f"[[rights]] {number} ({', '.join(sorted(grant.may))})", grant.workspaces, fits_any(grant.workspaces), matches)
    for rule in policy.rules:
        yield Table(f"rule “{rule.name}” (line {rule.line})", rule.match.workspaces, fits_place(rule.match, names_only=names_only))
    for freeze in policy.freezes:
        yield Table(
            f"freeze “{freeze.name}” (line {freeze.line})", freeze.scope.workspaces, fits_scope(freeze.scope, names_only=names_only)
        )
    for reminder in policy.reminders:
        scope = reminder.scope
        yield Table(f"[[reminders]] (line {reminder.line})", scope.workspaces, fits_scope(scope, names_only=names_only), matches)
    for chain in policy.chains:
        yield Table(f"chain “{chain.name}” (line {chain.line})", chain.stages, fits_any(chain.stages), matches)
    for watch in watches:
        what = f"the watch of “{watch.title}” in {watch.channel}"
        yield Table(what, (watch.pattern,), fits_watch(watch, names_only=names_only), matches)
    for one in declared:
        yield Table(f"the freeze of “{one.pattern}” by {one.by_name or one.by}", (one.pattern,), one.covers)


def fits_any(globs: tuple[str, ...]) -> Callable[[Workspace], bool]:
    return lambda workspace: any(matches(glob, workspace) for glob in globs)


def fits_place(match: Match, *, names_only: bool) -> Callable[[Workspace], bool]:
    """Whatever the run is."""
    place = replace(match, kinds=frozenset())
    fits = ready(replace(place, tags=frozenset(), projects=frozenset()) if names_only else place).fits_place
    return lambda workspace: fits(folded(workspace), frozenset())


def fits_scope(scope: Scope, *, names_only: bool) -> Callable[[Workspace], bool]:
    return (Scope(workspaces=scope.workspaces) if names_only else scope).may_cover


def fits_watch(watch: Watch, *, names_only: bool) -> Callable[[Workspace], bool]:
    """A watch of the file names its project as somebody wrote it, and the ids that it means may not have been read yet."""
    if names_only:
        return replace(watch, tag="", project="").covers
    project, wide = frozenset({watch.project}), replace(watch, project="")
    return lambda workspace: wide.covers(workspace) and (watch.covers(workspace) or may_be_in(project, workspace))
