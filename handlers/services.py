"""What listeners are given: the use cases of one installation. They are made in bot/app.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.links import run_link
from bot.core.workspaces import Workspace
from bot.services.approvals import Approvals
from bot.services.audits import Audits
from bot.services.closures import Closures
from bot.services.greetings import Greetings
from bot.services.launches import Launches
from bot.services.lookups import Lookups
from bot.services.watching import Watching


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`command` is the slash command that people type, `app_user` our own user in Slack, `address` the server whose runs these are.

    `declare_dead` has everybody know that Slack no longer takes our token.
    """

    command: str
    app_user: str
    address: str
    launches: Launches
    approvals: Approvals
    lookups: Lookups
    watching: Watching
    greetings: Greetings
    closures: Closures
    audits: Audits
    declare_dead: Callable[[], None]

    def link(self, workspace: Workspace, run_id: str) -> str:
        return run_link(self.address, workspace.organization, workspace.name, run_id)
