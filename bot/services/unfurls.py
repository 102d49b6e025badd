"""What a link to a run or workspace shows where somebody posts it: only in channels that hear of that workspace anyway, once a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from bot.core.errors import TerraformTrouble
from bot.core.links import Linked, read_link
from bot.core.messages import Kind
from bot.core.pictures import RunPicture
from bot.core.workspaces import Workspace
from bot.services.pictures import Pictures
from bot.services.ports import Store
from bot.services.reading import Reader
from bot.services.recording import Recorder
from bot.services.repeats import Repeats

log = structlog.get_logger(__name__)

LINKS_MOST = 5
"""How many links of one message are looked at."""


class Unfurls:
    """`address` is that of the server whose links are known."""

    def __init__(self, store: Store, recorder: Recorder, reader: Reader, pictures: Pictures, repeats: Repeats, address: str) -> None:
        self._store = store
        self._recorder = recorder
        self._reader = reader
        self._pictures = pictures
        self._repeats = repeats
        self._address = address

    async def of(self, channel: str, ts: str, said_at: datetime, urls: Sequence[str]) -> Mapping[str, RunPicture]:
        """By link, of those that may be shown in the channel; nothing for a message that was looked at before."""
        links = {url: linked for url in urls[:LINKS_MOST] if (linked := read_link(url, self._address)) is not None}
        found = {url: workspace for url, linked in links.items() if (workspace := await self._heard_of(linked, channel)) is not None}
        if not found or not await self._repeats.is_news(f"unfurl:{channel}:{ts}", said_at):
            return {}
        shown = {url: await self._picture(links[url], workspace) for url, workspace in found.items()}
        return {url: picture for url, picture in shown.items() if picture is not None}

    async def _heard_of(self, linked: Linked, channel: str) -> Workspace | None:
        """The workspace that the link names, if the channel hears of it; what the link says may be anything."""
        async with self._store.read() as transaction:
            watches = await transaction.watches.of_channel(channel)
            workspace = await transaction.workspaces.named(linked.organization, linked.workspace) if watches else None
        if workspace is None or channel not in await self._recorder.hearing(workspace):
            return None
        return workspace

    async def _picture(self, linked: Linked, workspace: Workspace) -> RunPicture | None:
        """A run that is not of the workspace that the link names is none that the channel may see."""
        run_id = linked.run_id or workspace.current_run_id
        if not run_id:
            return None
        async with self._store.read() as transaction:
            stored = await transaction.runs.get(run_id)
        if stored is None and not await self._read(run_id):
            return None
        async with self._store.read() as transaction:
            picture = await self._pictures.of(transaction, run_id, "", Kind.CARD)
        return picture if picture is not None and picture.workspace.id == workspace.id else None

    async def _read(self, run_id: str) -> bool:
        try:
            await self._reader.read(run_id)
        except TerraformTrouble as trouble:
            log.info("link_unread", run=run_id, error=trouble.sentence)
            return False
        return True
