"""What was judged and may be so no more: judged anew where it is shown."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.workspaces import Workspace
from bot.services.ports import Transaction


async def doubt(transaction: Transaction, covers: Callable[[Workspace], bool]) -> None:
    """Have runs that wait in these workspaces judged anew where they are shown."""
    live = [one.run for one in await transaction.runs.live() if one.run.gate is not None]
    workspaces = await transaction.workspaces.many([run.workspace_id for run in live])
    concerned = [run.id for run in live if run.workspace_id in workspaces and covers(workspaces[run.workspace_id])]
    await transaction.gates.doubt(concerned)
    for run_id in concerned:
        await transaction.messages.raise_wanted(run_id)
