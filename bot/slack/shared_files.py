"""SlackSharedFiles, the port SharedFiles over the Web API: what a file in Slack is. Its bytes are fetched elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.archives import shown
from bot.core.errors import ChatRefused, FileUnreadable
from bot.core.pace import Pace
from bot.core.uploads import SharedFile
from bot.slack.clients import Clients
from bot.slack.installations import asking

GONE = frozenset({"file_not_found", "file_deleted"})
UNSEEN = frozenset({"file_not_shared", "access_denied", "not_visible", "no_permission"})
THE_FILE = "the file"
INVITE = "it was deleted, or I may not see it: invite me to the conversation that it is in"
OUTSIDE = "it lies outside of Slack, and I only take files that are in Slack itself; add it as a file"
FOREIGN = "it belongs to another company, whose Slack does not give it to me; add it as a file of your own"
LACKING = "my app lacks files:read; an operator adds it"


class SlackSharedFiles:
    def __init__(self, clients: Clients, pace: Pace) -> None:
        self._client, self._pace = clients.reading, pace

    async def about(self, file_id: str) -> SharedFile:
        """files.info also tells of files of Slack Connect, of which payloads only say `check_file_info`."""
        try:
            async with asking(self._pace.request_timeout):
                answer = await self._client.files_info(file=file_id)
                found = answer["file"]
                if not isinstance(found, Mapping):
                    raise TypeError("no file")
                return file_of(found)
        except ChatRefused as refused:
            if refused.code in GONE | UNSEEN:
                raise FileUnreadable(THE_FILE, INVITE) from refused
            if refused.code == "missing_scope":
                raise FileUnreadable(THE_FILE, LACKING) from refused
            raise


def file_of(found: Mapping[str, Any]) -> SharedFile:
    """A file object (Slack, "File object"); FileUnreadable for what is no file, or none of Slack's."""
    name = str(found.get("name") or found.get("title") or "")
    called = shown(name) if name else THE_FILE
    mode, access = found.get("mode"), found.get("file_access")
    if mode in {"tombstone", "hidden_by_limit"}:
        raise FileUnreadable(called, "it was deleted" if mode == "tombstone" else "Slack hides it, since it is too old for your plan")
    if found.get("is_external") or mode in {"external", "remote"}:
        raise FileUnreadable(called, OUTSIDE)
    url = found.get("url_private_download") or found.get("url_private")
    if access in {"access_denied", "file_not_found"} or not isinstance(url, str):
        raise FileUnreadable(called, FOREIGN)
    size = found.get("size")
    return SharedFile(id=str(found.get("id") or ""), name=name, size=size if isinstance(size, int) else 0, url=url)
