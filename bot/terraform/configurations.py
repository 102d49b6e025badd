"""Configuration versions: made, uploaded from disk, awaited. What goes into one is packed elsewhere."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bot.core.configurations import ConfigurationVersion, Ingress, NewConfiguration
from bot.core.errors import NotVisible, RequestRefused, StateMovedOn, TerraformAnswerLost, UnexpectedAnswer
from bot.terraform.evaluation_documents import decode_configuration, decode_configurations, decode_ingress
from bot.terraform.exchanges import Exchanges
from bot.terraform.lists import PAGE_SIZE, Lists
from bot.terraform.outbound import Outbound
from bot.terraform.paths import path_of, resource

PENDING = "pending"
UPLOAD_ATTEMPTS = 3


class ConfigurationsClient:
    def __init__(self, exchanges: Exchanges, lists: Lists, outbound: Outbound) -> None:
        self._exchanges, self._lists, self._outbound = exchanges, lists, outbound

    async def create(self, wish: NewConfiguration) -> ConfigurationVersion:
        """An empty version, with the address that it is uploaded to; no run is ever queued by the upload."""
        what = f"Workspace {wish.workspace_id}"
        attributes = {"auto-queue-runs": False, "speculative": wish.speculative, "provisional": wish.provisional}
        path = path_of(what, "workspaces", wish.workspace_id, "configuration-versions")
        return decode_configuration(await self._exchanges.write(path, what, resource("configuration-versions", attributes)))

    async def read(self, configuration_id: str) -> ConfigurationVersion:
        """With the commit that it was fetched from, where the server sends that along."""
        what = f"Configuration version {configuration_id}"
        path = path_of(what, "configuration-versions", configuration_id)
        return decode_configuration(await self._lists.read_with(("ingress_attributes",), path, what))

    async def newest(self, workspace_id: str) -> tuple[ConfigurationVersion, ...]:
        """The newest hundred that were made in a workspace, without their commits."""
        what = f"Workspace {workspace_id}"
        path = path_of(what, "workspaces", workspace_id, "configuration-versions")
        return decode_configurations(await self._exchanges.read(path, what, {"page[number]": 1, "page[size]": PAGE_SIZE}))

    async def ingress(self, configuration_id: str) -> Ingress | None:
        """The commit; None for what was uploaded."""
        what = f"Configuration version {configuration_id}"
        path = path_of(what, "configuration-versions", configuration_id, "ingress-attributes")
        try:
            return decode_ingress(await self._exchanges.read(path, what))
        except NotVisible:
            return None

    async def upload(self, configuration: ConfigurationVersion, archive: Path) -> ConfigurationVersion:
        """Upload a gzipped tar and wait until the server has taken it in; RequestRefused where it cannot.

        The archive is sent again where its answer was lost and the version is still empty; what the server says against that is for the
        version to tell. Where it is not taken in before
        `look_deadline`, the version comes back as it is then.
        """
        if not configuration.upload_url:
            raise UnexpectedAnswer("a configuration version without an address to upload to")
        until = self._exchanges.deadline(hurry=False)
        await self._sent(configuration, archive, until)
        return await self.settled(configuration.id, until)

    async def settled(self, configuration_id: str, until: float) -> ConfigurationVersion:
        """The version once its upload has ended, or at `until` of the monotonic clock."""
        pause = self._exchanges.pace.retry_first / 8
        while True:
            found = await self.read(configuration_id)
            if found.is_settled:
                return self._taken(found)
            if time.monotonic() + pause >= until:
                return found
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, self._exchanges.pace.retry_first)

    async def archive(self, configuration_id: str) -> None:
        """Give its files up; StateMovedOn where it is in use, is its workspace's current one, or was never uploaded."""
        what = f"Configuration version {configuration_id}"
        await self._exchanges.write(path_of(what, "configuration-versions", configuration_id, "actions", "archive"), what)

    async def _sent(self, configuration: ConfigurationVersion, archive: Path, until: float) -> None:
        for attempt in range(UPLOAD_ATTEMPTS):
            try:
                await self._outbound.upload(configuration.upload_url, archive, f"The upload of {configuration.id}", until)
            except TerraformAnswerLost:
                if attempt == UPLOAD_ATTEMPTS - 1:
                    raise
            except (NotVisible, RequestRefused, StateMovedOn):
                if attempt == 0:
                    raise
                return  # an address may take one archive: it has the first, and is still at it
            else:
                return
            if (await self.read(configuration.id)).status_word != PENDING:
                return

    def _taken(self, found: ConfigurationVersion) -> ConfigurationVersion:
        if found.is_usable:
            return found
        raise RequestRefused(self._exchanges.connections.host, found.error_message or found.error or f"the upload is {found.status_word}")
