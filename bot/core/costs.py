"""What a run would change in the monthly bill.

Facts: "Cost estimates API"; amounts are strings there, in US dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CostEstimate:
    """Amounts are dollars a month, None until it is finished. `matched` of `resources` have a known price."""

    id: str
    status_word: str
    prior: Decimal | None = None
    proposed: Decimal | None = None
    delta: Decimal | None = None
    resources: int | None = None
    matched: int | None = None
    unmatched: int | None = None
    error_message: str = ""

    @property
    def is_finished(self) -> bool:
        return self.status_word == "finished"
