"""`[uploads]`: which files are taken although their kind is refused as a rule."""

from __future__ import annotations

from bot.rules.sections import Sections
from bot.rules.words import Explain, IsRight

KEYS = ("allow",)
GLOB_MOST = 200
GLOBS: tuple[IsRight, Explain] = (
    lambda word: bool(word.strip("/*? ")) and not word.startswith("/") and ".." not in word.split("/") and len(word) <= GLOB_MOST,
    lambda word: f"“{word}” is no glob of paths in an archive, such as testdata/*.tfstate. A glob that matches everything is refused.",
)


def allowed_uploads(sections: Sections) -> tuple[str, ...]:
    section = sections.one("uploads")
    if section is None:
        return ()
    section.knows(KEYS)
    section.is_not_empty("allow", "none of them")
    return section.words("allow", GLOBS)
