"""Files in Slack, in memory: what Slack tells of them, and their bytes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.core.errors import FileUnreadable, RunbellError, TooLarge
from bot.core.uploads import SharedFile

HOST = "https://files.slack.test"


class FakeFiles:
    """Both ports, SharedFiles and Files. `trouble` is what fetching meets instead; `fetched` holds the names that were fetched.

    `paths` are where they were put.
    """

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self.trouble: RunbellError | None = None
        self.fetched: list[str] = []
        self.paths: list[Path] = []
        self.hold: asyncio.Event | None = None

    def add(self, name: str, content: bytes, *, size: int | None = None) -> str:
        """The id of a new file; `size` is what Slack says of it, where that is not so."""
        file_id = f"F0FILE{len(self.names)}"
        self.names[file_id], self.contents[file_id] = name, content
        self.sizes[file_id] = len(content) if size is None else size
        return file_id

    async def about(self, file_id: str) -> SharedFile:
        if file_id not in self.names:
            raise FileUnreadable("the file", "it was deleted")
        return SharedFile(id=file_id, name=self.names[file_id], size=self.sizes[file_id], url=f"{HOST}/{file_id}")

    async def fetch(self, url: str, path: Path, most: int, what: str, until: float) -> int:
        assert until > 0
        if self.hold is not None:
            await self.hold.wait()
        if self.trouble is not None:
            raise self.trouble
        content = self.contents[url.removeprefix(f"{HOST}/")]
        if len(content) > most:
            raise TooLarge(what, most)
        await asyncio.to_thread(path.write_bytes, content)
        self.fetched.append(what)
        self.paths.append(path)
        return len(content)
