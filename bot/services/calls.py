"""Which request to the server carries out what was decided about a run. When it is sent, and how often, is for intents.py to say."""

from __future__ import annotations

from typing import assert_never

from bot.core.decisions import Deed, Intent
from bot.core.runs import OVERRIDES, Action, HurdleKind
from bot.services.ports import Histories, Policies, Runs


class Calls:
    def __init__(self, runs: Runs, policies: Policies, histories: Histories) -> None:
        self.runs = runs
        self._policies = policies
        self._histories = histories

    async def make(self, intent: Intent) -> None:
        """One request, once, about the intent's run; a TerraformTrouble where the server did not do it, or may not have."""
        run_id, comment = intent.run_id or "", intent.payload.get("comment", "")
        match intent.deed:
            case Deed.APPLY | Deed.DISCARD | Deed.CANCEL:
                await self.runs.act(Action(intent.deed.value), run_id, comment)
            case Deed.FORCE_CANCEL:
                await self.runs.force_cancel(run_id, comment)
            case Deed.OVERRIDE if intent.payload.get("hurdle") == HurdleKind.STAGE:
                await self._policies.override_stage(intent.gate.removeprefix(OVERRIDES), comment)
            case Deed.OVERRIDE:
                await self._policies.override_check(intent.gate.removeprefix(OVERRIDES), comment)
            case Deed.COMMENT:
                await self._histories.comment(run_id, comment)
            case Deed.CREATE:
                raise ValueError("a run that is to be created is no run yet")
            case _:
                assert_never(intent.deed)
