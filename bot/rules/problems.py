"""What is wrong with a file, and where: sentences that name the line."""

from __future__ import annotations

from dataclasses import dataclass, field


class RulesWrong(Exception):
    """`problems` are sentences, each of which names the file and the line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(slots=True)
class Problems:
    """They grow while a file is read; nothing is raised before its end. `name` is the file's."""

    name: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, sentence: str) -> None:
        self.found.append((line, sentence))

    def demand_none(self) -> None:
        """RulesWrong where there are any, by their lines."""
        if self.found:
            raise RulesWrong(tuple(f"{self.name}, line {line}: {sentence}" for line, sentence in sorted(self.found)))
