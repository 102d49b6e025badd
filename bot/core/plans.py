"""What a plan would do, in numbers, and the digest that a decision is bound to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """Counts are None where the server does not say. `finished_at` is aware."""

    plan_id: str
    status_word: str
    additions: int | None = None
    changes: int | None = None
    destructions: int | None = None
    imports: int | None = None
    has_changes: bool | None = None
    finished_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        return self.status_word == "finished"

    @property
    def has_counts(self) -> bool:
        return None not in {self.additions, self.changes, self.destructions}

    @property
    def only_outputs(self) -> bool:
        """Whether it changes outputs and no resource (go-tfe #535)."""
        return bool(self.has_changes) and self.has_counts and not (self.additions or self.changes or self.destructions or self.imports)


def weak_digest(run_id: str, plan: PlanFacts) -> str:
    """What tells this plan from another where its JSON cannot be read: sha256, hex, of the run, the plan, its counts and its time."""
    counts = (plan.additions, plan.changes, plan.destructions, plan.imports)
    finished = plan.finished_at.isoformat() if plan.finished_at else ""
    text = "\n".join([run_id, plan.plan_id, *map(str, counts), finished])
    return "weak:" + hashlib.sha256(text.encode()).hexdigest()
