"""What a rule says that nobody can have meant: that it never matches, or that nobody could ever meet it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from bot.core.errors import listed
from bot.core.globs import is_plain
from bot.core.rules import Match, Risk, Rule, RunKind
from bot.rules.sections import Section

VOTERS = ("people", "groups", "members", "votes", "one_from_each", "four_eyes", "reason", "typed_name")
DEMANDS = (*VOTERS, "after_stage", "windows", "risk")
CHANGES_NOTHING = frozenset({RunKind.EMPTY, RunKind.REFRESH_ONLY})
TYPED = re.compile(r"(?:.*\.)?(?P<type>[\w-]+)\.[\w-]+(?:\[[^\[\]]*\])?")
"""An address whose type can be told."""

Slip = tuple[str, str]
"""A sentence, and the key that it is told at."""


def tell_slips(section: Section, rule: Rule, *, has_chains: bool) -> None:
    for sentence, key in (*never_matches(rule.match), *never_met(section, rule), *says_nothing(section, rule)):
        section.wrong(sentence, key)
    if rule.demand.after_stage and not has_chains:
        section.wrong("There are no stages: a [[chains]] table says which workspace comes after which.", "after_stage")


def never_matches(match: Match) -> Iterator[Slip]:
    owners = {glob.partition("/")[0].casefold() for glob in match.workspaces if "/" in glob}
    all_owned = bool(match.workspaces) and all("/" in glob for glob in match.workspaces)
    if (
        match.organizations
        and all_owned
        and not any(fnmatchcase(name.casefold(), owner) for name in match.organizations for owner in owners)
    ):
        yield "This rule can never match: none of its workspaces is in one of its organizations.", "workspaces"
    if match.kinds == {RunKind.PLAN_ONLY}:
        yield "This rule never comes to bear: a plan-only run is never applied.", "kinds"
    if match.kinds and match.kinds <= CHANGES_NOTHING and match.asks_resources:
        kinds = listed(sorted(match.kinds))
        yield f"This rule can never match: a run that is {kinds} changes no resource, and it asks for resources that change.", "kinds"
    if match.kinds == {RunKind.DESTROY} and match.replaces and not match.destroys:
        yield "This rule can never match: a destroy run replaces nothing. Did you mean “destroys”?", "replaces"
    if match.types and match.addresses and not any(may_be(address, match.types) for address in match.addresses):
        yield "This rule can never match: none of its addresses is of one of its types.", "addresses"


def may_be(address: str, types: tuple[str, ...]) -> bool:
    """Whether a glob over addresses may find a resource of one of the types."""
    found = TYPED.fullmatch(address) if is_plain(address) else None
    return found is None or any(fnmatchcase(found["type"].casefold(), glob.casefold()) for glob in types)


def never_met(section: Section, rule: Rule) -> Iterator[Slip]:
    demand = rule.demand
    circle = demand.circle
    if len(demand.one_from_each) != len(set(demand.one_from_each)):
        yield "A group stands in “one_from_each” twice.", "one_from_each"
    if "unknown_author" in section.table and not demand.four_eyes:
        yield "“unknown_author” needs “four_eyes” beside it: without that, authors are not checked.", "unknown_author"
    only_people = circle.people and not circle.groups and not circle.members and not demand.one_from_each
    if only_people and demand.votes > len(circle.people):
        many = f"{len(circle.people)} {'person' if len(circle.people) == 1 else 'people'}"
        yield f"This can never be met: it wants {demand.votes} votes of {many}.", "votes"
    if demand.risk is Risk.CRITICAL and rule.leads_outside and not rule.deny and any(key in section.table for key in VOTERS):
        yield "What is critical and names no people is decided outside of Slack, where no votes count: name people or groups.", "risk"


def says_nothing(section: Section, rule: Rule) -> Iterator[Slip]:
    spoken = [key for key in DEMANDS if section.table.get(key)]
    if "deny" in section.table or rule.outside:
        what = "denies" if "deny" in section.table else "leads outside"
        more = [*spoken, *(["outside"] if "deny" in section.table and rule.outside else [])]
        if more:
            yield f"A rule that {what} demands nothing besides. Leave out {listed(more, 'and')}, or make two rules of it.", more[0]
    elif not spoken:
        yield "This rule demands nothing: add votes, people, four_eyes, reason, windows, deny or another demand.", ""
