"""What was named and is not there."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.errors.kinds import NotFound, listed


class UnknownWorkspace(NotFound):
    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        self.name, self.near = name, tuple(near)
        hint = f" Did you mean {listed(self.near)}?" if self.near else " “workspaces” lists those I can see."
        super().__init__(f"I see no workspace “{name}”.{hint}")


class UnknownRun(NotFound):
    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"I see no run “{run_id}”. It does not exist, or the token I use may not see it.")


class NoCurrentRun(NotFound):
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        super().__init__(f"{workspace} has no current run. Name a run by its id or its link.")


class UnknownProject(NotFound):
    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        self.name, self.near = name, tuple(near)
        hint = f" Did you mean {listed(self.near)}?" if self.near else ""
        super().__init__(f"I see no project “{name}”.{hint}")


class UnknownWatch(NotFound):
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        super().__init__(f"This channel does not watch “{pattern}”. “watches” lists what it watches.")


class FreezeCoversNothing(NotFound):
    """No workspace matches, and all of them were read. `near` are the names of those that may have been meant."""

    def __init__(self, pattern: str, near: Sequence[str] = ()) -> None:
        self.pattern, self.near = pattern, tuple(near)
        hint = f" Did you mean {listed(self.near)}?" if self.near else " “workspaces” lists those I can see."
        super().__init__(f"Nothing was frozen: no workspace matches “{pattern}”.{hint}")


class SeveralFreezes(NotFound):
    """Freezes whose names differ from what was typed, and from each other, by capitals alone."""

    def __init__(self, pattern: str, patterns: Sequence[str]) -> None:
        self.pattern, self.patterns = pattern, tuple(patterns)
        super().__init__(f"No freeze was ended: several match “{pattern}”. Type one as it is spelled: {listed(self.patterns)}.")


class UnknownFreeze(NotFound):
    """`source` is the file that freezes it, where it does."""

    def __init__(self, pattern: str, source: str = "") -> None:
        self.pattern, self.source = pattern, source
        super().__init__(
            f"“{pattern}” is frozen by {source}, which an operator changes."
            if source
            else f"Nobody has frozen just “{pattern}”. “freezes” lists what is frozen."
        )


class SeveralWatches(NotFound):
    """`titles` are the watches as they would be typed."""

    def __init__(self, pattern: str, titles: Sequence[str]) -> None:
        self.pattern, self.titles = pattern, tuple(titles)
        super().__init__(f"This channel has several watches of “{pattern}”. Say which: {listed(self.titles)}.")


class UnknownVersion(NotFound):
    """`word` is neither a configuration version, nor a run, nor a commit that we know."""

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(
            f"I find no configuration version by “{word}”. Name it by its id (cv-…), by the id or link of a run that used it, "
            "or by at least 7 letters of the commit of such a run."
        )


class SeveralCommits(NotFound):
    def __init__(self, start: str, shas: Sequence[str]) -> None:
        self.start, self.shas = start, tuple(shas)
        super().__init__(f"Several commits begin with “{start}”: {listed(self.shas, 'and')}. Write more of the one you mean.")
