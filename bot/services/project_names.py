"""What projects are called, read with the seldom look at all workspaces and kept for whoever judges by it."""

from __future__ import annotations

import structlog

from bot.core.errors import TerraformTrouble
from bot.core.policy import Policy
from bot.core.workspaces import Workspace
from bot.services.doubts import doubt
from bot.services.ports import Store
from bot.services.projects import Projects

log = structlog.get_logger(__name__)


class ProjectNames:
    def __init__(self, projects: Projects, store: Store, policy: Policy) -> None:
        self._projects = projects
        self._store = store
        self._policy = policy

    async def look(self, organization: str) -> None:
        """Where the token may not see projects none has a name; where they cannot be read for now they keep what they had."""
        try:
            found = await self._projects.of(organization)
        except TerraformTrouble as trouble:
            log.warning("projects_unread", organization=organization, error=trouble.sentence)
            return
        async with self._store.read() as transaction:
            before = await transaction.projects.of(organization)
        renamed = {project for project, _ in before.items() ^ {one.id: one.name for one in found}.items()}
        if not renamed:
            return

        def is_in_one(workspace: Workspace) -> bool:
            return workspace.project_id in renamed

        async with self._store.write() as transaction:
            await transaction.projects.put(organization, found)
            if self._policy.names_projects:
                await doubt(transaction, is_in_one)
