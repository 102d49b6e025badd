"""The one table that `make bench` prints."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured on both sides, pair by pair; `goal` is the most that the median ratio should be, None where there is none."""

    what: str
    unit: str
    ours: tuple[float, ...]
    bare: tuple[float, ...]
    goal: float | None = None

    @property
    def ratio(self) -> float:
        """The median of the ratios of pairs, which neighbours on a busy machine disturb less than a ratio of medians."""
        return median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return f"≤ {self.goal:g}: {'met' if self.ratio <= self.goal else 'missed'}"


def print_table(rows: list[Row], note: str) -> None:
    table = Table(title="Runbell next to a bare Bolt app that only acks", caption=note, caption_justify="left")
    for heading in ("measured (medians)", "Runbell", "bare Bolt", "ratio", "goal"):
        table.add_column(heading, justify="left" if heading.startswith("measured") else "right")
    for row in rows:
        ours, bare = (f"{median(values):,.1f} {row.unit}" for values in (row.ours, row.bare))
        table.add_row(row.what, ours, bare, f"{row.ratio:.2f}", row.verdict)
    Console(width=120).print(table)
