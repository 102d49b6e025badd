"""Compares the rules, watches and freezes with the workspaces that are known: from the server, from a database, or from a file of names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.core.coverage import Unmatched
from bot.core.errors import RunbellError, TerraformTrouble
from bot.core.freezes import DeclaredFreeze
from bot.core.watches import Watch
from bot.core.workspaces import Workspace
from bot.rules import RulesWrong
from bot.services.ports import Runs
from bot.services.projects import Projects, with_projects
from bot.store.database import looking_into
from bot.store.schemas import SchemaState, schema_state

PAGES_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNames:
    """What a database holds that names workspaces, and the workspaces that it knows, with the names of their projects."""

    workspaces: tuple[Workspace, ...] = ()
    watches: tuple[Watch, ...] = ()
    freezes: tuple[DeclaredFreeze, ...] = ()


async def stored_names(url: str) -> StoredNames | None:
    """Return None where the database cannot be read, or does not have the tables of this release."""
    try:
        if await schema_state(url) is not SchemaState.CURRENT:
            return None
        async with looking_into(url) as database, database.read() as transaction:
            return StoredNames(
                workspaces=tuple(await with_projects(transaction, await transaction.workspaces.all())),
                watches=await transaction.watches.all(),
                freezes=tuple(one for one in await transaction.freezes.all() if not one.is_over(datetime.now(UTC))),
            )
    except (RunbellError, ValueError):
        return None


async def listed_names(runs: Runs, projects: Projects, organizations: Iterable[str]) -> tuple[Workspace, ...]:
    """Return every workspace that the server lists now, with the name of its project as far as that is known."""
    found: list[Workspace] = []
    for given in organizations:
        organization = await runs.organization(given)
        names = await project_names(projects, organization)
        number: int | None = 1
        while number is not None and number <= PAGES_MOST:
            page = await runs.list_workspaces(organization, page=number)
            found += [replace(one, project_name=names.get(one.project_id or "")) for one, _ in page.rows]
            number = page.next_page
    return tuple(found)


async def project_names(projects: Projects, organization: str) -> dict[str, str]:
    """A project whose name is not known may be any, so nothing is missed by one."""
    try:
        return {one.id: one.name for one in await projects.of(organization)}
    except TerraformTrouble:
        return {}


def read_names(path: Path) -> tuple[Workspace, ...]:
    """Return the workspaces of a text file: a full name, `organization/workspace`, a line; blank lines and those with # do not count.

    RulesWrong, with the line, where it is anything else.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise RulesWrong((f"{path} cannot be read: {error.strerror}.",)) from None
    except UnicodeDecodeError:
        raise RulesWrong((f"{path} is not UTF-8 text.",)) from None
    names = [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip() and not line.strip().startswith("#")]
    wrong = [number for number, name in names if name.count("/") != 1 or not all(part.strip() for part in name.split("/"))]
    if wrong:
        raise RulesWrong(tuple(f"{path}, line {number}: write one full name, organization/workspace." for number in wrong))
    return tuple(Workspace(id=name, organization=name.partition("/")[0], name=name.partition("/")[2]) for _, name in names)


def sentences(found: Iterable[Unmatched], known: Sequence[Workspace]) -> Iterator[tuple[str, str]]:
    """Yield for each what is wrong with it, and what to do about it."""
    many = f"the {len(known):,} known workspaces" if len(known) != 1 else "the 1 known workspace"
    for one in found:
        globs = ", ".join(f"“{glob}”" for glob in one.globs)
        what = f"{one.what} matches none of {many}" if not one.globs else f"{one.what}: {globs} matches none of {many}"
        if one.other_capitals:
            yield what, f"Write it as the server does: {one.other_capitals}."
        else:
            yield what, "Correct the name, or remove it."
