"""The table of what is measured by itself, without another side to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Rate:
    """One thing measured in several rounds; more is better where the unit is `a second`."""

    what: str
    unit: str
    rounds: tuple[float, ...]


def print_rates(rates: list[Rate], note: str) -> None:
    table = Table(title="The sandbox by itself", caption=note, caption_justify="left")
    for heading in ("measured", "median", "least", "most"):
        table.add_column(heading, justify="left" if heading == "measured" else "right")
    for rate in rates:
        table.add_row(rate.what, *(f"{value:,.0f} {rate.unit}" for value in (median(rate.rounds), min(rate.rounds), max(rate.rounds))))
    Console(width=120).print(table)
