"""What somebody is shown of a run before they decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from bot.core.plan_summaries import PlanSummary
from bot.core.plans import PlanFacts
from bot.core.runs import Action, Run
from bot.core.signatures import unsigned
from bot.core.workspaces import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A run and its plan as they are now. `requester` is the Slack id of who had us start it, if it `is_ours`, else the server's name.

    `digest` identifies the plan, "" where there is none yet; `summary` is what it destroys and replaces. `wants_reason` and
    `wants_typed_name` are what the rules ask of a vote.
    """

    action: Action
    run: Run
    workspace: Workspace
    plan: PlanFacts | None
    digest: str
    summary: PlanSummary
    requester: str = ""
    is_ours: bool = False
    wants_reason: bool = False
    wants_typed_name: bool = False

    @property
    def message(self) -> str:
        return unsigned(self.run.message)

    def needs_form(self, reason: str, typed_name: str) -> bool:
        """Whether one click is not enough: something may be lost, or words are asked for that were not given."""
        match self.action:
            case Action.DISCARD:
                return False
            case Action.CANCEL | Action.FORCE_CANCEL:
                return self.run.was_confirmed
            case Action.APPLY | Action.OVERRIDE:
                lacks_reason = self.wants_reason and not reason.strip()
                lacks_name = self.wants_typed_name and typed_name.strip() != self.workspace.name
                return not self.summary.keeps_all or lacks_reason or lacks_name
            case _:
                assert_never(self.action)
