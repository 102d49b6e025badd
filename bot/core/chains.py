"""Promotion chains: the workspaces that a configuration passes one after another, such as dev, staging and prod."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.workspaces import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """`stages` are workspaces, `[organization/]name`, the first one first; without an organization they are of each organization."""

    name: str
    stages: tuple[str, ...]
    line: int = 0

    def place_of(self, workspace: Workspace) -> int | None:
        """The number of the stage that a workspace is, from 0; None where it is none of them."""
        return next(
            (place for place, stage in enumerate(self.stages) if full_name(stage, workspace.organization) == workspace.full_name), None
        )

    def place_in_any_capitals(self, workspace: Workspace) -> int | None:
        """Return the same by the server's spelling first, and in any capitals where that is none."""
        name, exact = workspace.full_name.casefold(), self.place_of(workspace)
        alike = (place for place, stage in enumerate(self.stages) if full_name(stage, workspace.organization).casefold() == name)
        return next(alike, None) if exact is None else exact


def full_name(stage: str, organization: str) -> str:
    return stage if "/" in stage else f"{organization}/{stage}"


def stages_before(workspace: Workspace, chains: Iterable[Chain]) -> tuple[str, ...] | None:
    """The full name of the stage right before this one, in each chain; () where it is the first, None where it is in no chain.

    A chain that names it in other capitals restricts it as well, but does not make it a stage: a workspace in no chain cannot meet a demand
    for one, and being the first of a chain asks for nothing.
    """
    known = tuple(chains)
    if all(chain.place_of(workspace) is None for chain in known):
        return None
    places = ((chain, chain.place_in_any_capitals(workspace)) for chain in known)
    return tuple(sorted({full_name(chain.stages[place - 1], workspace.organization) for chain, place in places if place}))


def stages_after(workspace: Workspace, chains: Iterable[Chain]) -> tuple[str, ...] | None:
    """The full name of the stage right after this one, in each chain; () where it is the last, None where it is in no chain."""
    places = [(chain, place) for chain in chains if (place := chain.place_of(workspace)) is not None]
    if not places:
        return None
    following = {full_name(chain.stages[place + 1], workspace.organization) for chain, place in places if place + 1 < len(chain.stages)}
    return tuple(sorted(following))
