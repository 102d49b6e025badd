"""Which rules apply to a run: the matches of all rules, made ready once so that thousands are quick."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate

from bot.core.contents import DESTROYS, REPLACES, PlanRisk
from bot.core.projects import is_in, may_be_in
from bot.core.rules import Match, Rule, RunKind, kinds_of
from bot.core.runs import Run
from bot.core.workspaces import Workspace, fold, folded


@dataclass(frozen=True, slots=True)
class ReadyMatch:
    """A match whose names are folded and whose globs are patterns: what restricts matches in any capitals.

    `names` holds the globs without an organization, `full_names` the others. A workspace is handed in folded.
    """

    match: Match
    organizations: frozenset[str]
    tags: frozenset[str]
    names: re.Pattern[str] | None
    full_names: re.Pattern[str] | None

    def fits_place(self, workspace: Workspace, kinds: frozenset[RunKind]) -> bool:
        match = self.match
        return (
            (not match.kinds or not match.kinds.isdisjoint(kinds))
            and (not self.organizations or workspace.organization in self.organizations)
            and (not match.projects or may_be_in(match.projects, workspace))
            and (not self.tags or not self.tags.isdisjoint(workspace.tags))
            and (not match.workspaces or self.fits_name(workspace))
        )

    def fits_name(self, workspace: Workspace) -> bool:
        if self.names is not None and self.names.match(workspace.name):
            return True
        return self.full_names is not None and self.full_names.match(workspace.full_name) is not None

    def fits_plan(self, plan: PlanRisk) -> bool:
        """What is not known of a plan counts as the worst it could be."""
        match = self.match
        if match.cost_above is not None and plan.cost_rise is not None and plan.cost_rise <= match.cost_above:
            return False
        if match.failed_policy and plan.failed_policies is not None and not plan.failed_policies:
            return False
        return not match.asks_resources or plan.contents is None or resources_that_fit(match, plan) > (match.more_than or 0)


def resources_that_fit(match: Match, plan: PlanRisk) -> int:
    if plan.contents is None:
        raise ValueError("the plan has not been read")
    selections = plan.contents.selections
    found = selections.everything
    if match.destroys or match.replaces:
        found &= selections.with_effects(DESTROYS if match.destroys else REPLACES)
    if match.types:
        found &= selections.of_types(match.types)
    if match.addresses:
        found &= selections.at_addresses(match.addresses)
    return found.bit_count()


class Rulebook:
    """All rules of a policy. `asks_policies`: some want to know whether policies of the run have failed."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = [(rule, ready(rule.match)) for rule in rules]
        self.asks_policies = any(rule.match.failed_policy for rule, _ in self._rules)

    def matching(self, run: Run, workspace: Workspace, plan: PlanRisk) -> tuple[Rule, ...]:
        """The rules that apply, in the order of the file."""
        kinds, place = kinds_of(run), folded(workspace)
        return tuple(
            rule for rule, match in self._rules if match.fits_place(place, kinds) and (not match.match.asks_plan or match.fits_plan(plan))
        )


def is_project_unread(rule: Rule, workspace: Workspace) -> bool:
    """Whether a rule may apply only because the name of the workspace's project is not known."""
    return bool(rule.match.projects) and is_in(rule.match.projects, workspace) is None


def ready(match: Match) -> ReadyMatch:
    names = [glob for glob in match.workspaces if "/" not in glob]
    full_names = [glob for glob in match.workspaces if "/" in glob]
    return ReadyMatch(match, fold(match.organizations), fold(match.tags), any_of(names), any_of(full_names))


def any_of(globs: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for several globs as core/workspaces.py:in_any_capitals has them; None for none."""
    patterns = [translate(glob.casefold()) for glob in globs]
    return re.compile("|".join(patterns)) if patterns else None
