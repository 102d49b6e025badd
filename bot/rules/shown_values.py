"""`show_values` for all workspaces, and `[[plans]]` for some: whether values of plans and logs are shown, masked, or never."""

from __future__ import annotations

from bot.rules.sections import Section, Sections
from bot.rules.words import WORKSPACES, hint

KEY = "show_values"
KEYS = ("workspaces", KEY)
MASKED, NEVER = "masked", "never"
CHOICES = (MASKED, NEVER)


def hides_values_in(sections: Sections) -> tuple[str, ...]:
    """Globs of the workspaces in which values are never shown. Where two tables disagree, they are not."""
    found = ["*"] if whole_file(sections) == NEVER else []
    for section in sections.each("plans"):
        found += plans(section)
    return tuple(dict.fromkeys(found))


def whole_file(sections: Sections) -> str:
    said = sections.document.get(KEY, MASKED)
    if said not in CHOICES:
        sections.problems.add(sections.lines.top.get(KEY, 1), wrong(said))
    return str(said)


def plans(section: Section) -> tuple[str, ...]:
    section.knows(KEYS)
    section.is_not_empty("workspaces", "all of them")
    globs = section.words("workspaces", WORKSPACES)
    said = section.table.get(KEY)
    if said is None:
        section.wrong(f'This table changes nothing: add {KEY} = "{NEVER}".')
    elif said not in CHOICES:
        section.wrong(wrong(said), KEY)
    if said != NEVER:
        return ()
    return globs if "workspaces" in section.table else ("*",)


def wrong(said: object) -> str:
    return f"“{KEY}” is “{MASKED}” or “{NEVER}”, in quotes. {hint(said, CHOICES, 'It may be') if isinstance(said, str) else ''}".rstrip()
