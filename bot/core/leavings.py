"""What has ended so long ago that it may go: how much of each kind."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True, slots=True)
class Leavings:
    """Numbers of rows."""

    runs: int = 0
    messages: int = 0
    plans: int = 0
    decisions: int = 0
    intents: int = 0
    payloads: int = 0

    def __add__(self, other: Leavings) -> Leavings:
        return Leavings(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def is_empty(self) -> bool:
        return not any(astuple(self))

    def __str__(self) -> str:
        return ", ".join(f"{getattr(self, field.name)} {field.name}" for field in fields(self))
