"""`[people]`: who in Slack is who on the Terraform server and in version control. One row, one human."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.identities import KnownPerson, is_machine
from bot.rules.sections import Section, Sections
from bot.rules.words import PEOPLE, Explain, IsRight

KEYS = ("terraform", "vcs", "also")
NAMES: tuple[IsRight, Explain] = (str.strip, lambda word: f"“{word}” is no name.")


def people(sections: Sections) -> tuple[KnownPerson, ...]:
    found = tuple(person(section) for section in sections.rows("people"))
    for kind in ("slack", "terraform", "vcs"):
        tell_shared(sections, kind, found)
    return found


def person(section: Section) -> KnownPerson:
    section.knows(KEYS)
    is_right, explain = PEOPLE
    if not is_right(section.row):
        section.wrong(explain(section.row))
    if not section.table.get("terraform") and not section.table.get("vcs") and not section.table.get("also"):
        section.wrong(f"“{section.row}” says nothing: add terraform, vcs or also.")
    terraform, vcs = frozenset(names(section, "terraform")), frozenset(names(section, "vcs"))
    for name in sorted(terraform | vcs):
        if is_machine(name):
            section.wrong(f"“{name}” is the account of a bot, a team or a merge queue, so it is no person. Leave it out.")
    return KnownPerson(
        slack=(section.row, *section.words("also", PEOPLE)),
        terraform=terraform,
        vcs=vcs,
        line=section.line,
    )


def names(section: Section, key: str) -> tuple[str, ...]:
    """One name, or a list of them."""
    if isinstance(section.table.get(key), str):
        return (section.text(key),)
    return section.words(key, NAMES)


def tell_shared(sections: Sections, kind: str, found: Iterable[KnownPerson]) -> None:
    """A name that two humans bear tells nothing, so it is a slip."""
    seen: dict[str, int] = {}
    for human in found:
        for name in sorted({name.casefold() for name in getattr(human, kind)}):
            if name in seen:
                sections.problems.add(human.line, f"“{name}” stands in line {seen[name]}, too: it can be one person's only.")
            seen.setdefault(name, human.line)
