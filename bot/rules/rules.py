"""`[[rules]]`: what a rule matches, and what it demands, denies or leads away."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.core.identities import Role
from bot.core.people import Circle
from bot.core.rules import Demand, Match, Risk, Rule, RunKind, UnknownAuthor
from bot.core.windows import Window
from bot.rules.sections import Section, Sections
from bot.rules.slips import tell_slips
from bot.rules.windows import named
from bot.rules.words import GROUPS, PEOPLE, WORKSPACES, hint, one_of, whole

MATCHES = (
    "organizations",
    "workspaces",
    "projects",
    "tags",
    "kinds",
    "types",
    "addresses",
    "destroys",
    "replaces",
    "more_than",
    "cost_above",
    "failed_policy",
)
DEMANDS = (
    "people",
    "groups",
    "members",
    "votes",
    "one_from_each",
    "four_eyes",
    "unknown_author",
    "reason",
    "typed_name",
    "after_stage",
    "windows",
    "risk",
)
KEYS = ("name", *MATCHES, *DEMANDS, "deny", "outside")

ORGANIZATION = re.compile(r"[\w-]+")
PROJECT = re.compile(r"[^\s*?](?:[^*?\n]{0,88}[^\s*?])?")
TYPE = re.compile(r"[\w*?-]+")
ORGANIZATIONS = (whole(ORGANIZATION), lambda word: f"“{word}” is no name of an organization.")
PROJECTS = (whole(PROJECT), lambda word: f"“{word}” is no project: write its whole name, such as data platform, or its id: prj-AbC123.")
TAGS = (str.strip, lambda word: f"“{word}” is no tag.")
TYPES = (whole(TYPE), lambda word: f"“{word}” is no type of a resource, such as aws_db_instance; * stands for any letters, ? for one.")
ADDRESSES = (str.strip, lambda word: f"“{word}” is no address of a resource.")


def rules(sections: Sections, windows: Mapping[str, Window], *, has_chains: bool) -> tuple[Rule, ...]:
    found: dict[str, Rule] = {}
    for section in sections.each("rules"):
        read = rule(section, windows)
        tell_slips(section, read, has_chains=has_chains)
        if read.name in found:
            section.wrong(f"There is another rule “{read.name}”, in line {found[read.name].line}.", "name")
        found.setdefault(read.name, read)
    return tuple(found.values())


def rule(section: Section, windows: Mapping[str, Window]) -> Rule:
    section.knows(KEYS)
    return Rule(
        name=named(section),
        line=section.line,
        match=match(section),
        demand=demand(section, windows),
        deny=section.text("deny"),
        outside=section.flag("outside"),
    )


def match(section: Section) -> Match:
    for key in ("organizations", "workspaces", "projects", "tags", "kinds", "types", "addresses"):
        section.is_not_empty(key, "all of them")
    return Match(
        organizations=frozenset(section.words("organizations", ORGANIZATIONS)),
        workspaces=section.words("workspaces", WORKSPACES),
        projects=frozenset(section.words("projects", PROJECTS)),
        tags=frozenset(section.words("tags", TAGS)),
        kinds=frozenset(RunKind(word) for word in section.words("kinds", one_of((kind.value for kind in RunKind), "kind of run"))),
        types=section.words("types", TYPES),
        addresses=section.words("addresses", ADDRESSES),
        destroys=section.flag("destroys"),
        replaces=section.flag("replaces"),
        more_than=section.number("more_than", 0),
        cost_above=section.money("cost_above"),
        failed_policy=section.flag("failed_policy"),
    )


def demand(section: Section, windows: Mapping[str, Window]) -> Demand:
    for key in ("people", "groups"):
        section.is_not_empty(key, "those who have the right decide")
    for key in ("one_from_each", "four_eyes"):
        section.is_not_empty(key, "nobody in particular")
    circle = Circle(
        people=frozenset(section.words("people", PEOPLE)),
        groups=frozenset(section.words("groups", GROUPS)),
        members=section.flag("members"),
    )
    return Demand(
        votes=section.number("votes", 1) or 0,
        circle=circle,
        one_from_each=section.words("one_from_each", GROUPS),
        four_eyes=four_eyes(section),
        unknown_author=unknown_author(section),
        reason=section.flag("reason"),
        typed_name=section.flag("typed_name"),
        after_stage=section.flag("after_stage"),
        windows=windows_of(section, windows),
        risk=risk(section),
    )


def four_eyes(section: Section) -> frozenset[Role]:
    """Some of the roles, or true for all of them."""
    if isinstance(section.table.get("four_eyes"), bool):
        return frozenset(Role) if section.table["four_eyes"] else frozenset()
    return frozenset(Role(word) for word in section.words("four_eyes", one_of((role.value for role in Role), "role")))


def unknown_author(section: Section) -> UnknownAuthor:
    word = section.text("unknown_author")
    is_right, explain = one_of((each.value for each in UnknownAuthor), "answer to an unknown author")
    if word and not is_right(word):
        section.wrong(explain(word), "unknown_author")
        return UnknownAuthor.REFUSE
    return UnknownAuthor(word) if word else UnknownAuthor.ONE_MORE_VOTE


def windows_of(section: Section, known: Mapping[str, Window]) -> tuple[Window, ...]:
    section.is_not_empty("windows", "any time")

    def explain(word: str) -> str:
        if not known:
            return f"There is no window “{word}”: make one with [[windows]]."
        return f"There is no window “{word}”. {hint(word, known, 'There are')}"

    return tuple(known[word] for word in section.words("windows", (known.__contains__, explain)))


def risk(section: Section) -> Risk:
    word = section.text("risk")
    is_right, explain = one_of((each.value for each in Risk), "risk")
    if word and not is_right(word):
        section.wrong(explain(word), "risk")
        return Risk.CRITICAL
    return Risk(word) if word else Risk.LOW
