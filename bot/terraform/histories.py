"""What was said about a run, and what was done to it."""

from __future__ import annotations

from bot.core.histories import Comment, RunEvent
from bot.terraform.evaluation_documents import decode_comment, decode_comments, decode_events
from bot.terraform.exchanges import Exchanges
from bot.terraform.lists import Lists
from bot.terraform.paths import encodable, path_of, resource


class HistoriesClient:
    def __init__(self, exchanges: Exchanges, lists: Lists) -> None:
        self._exchanges, self._lists = exchanges, lists

    async def comments(self, run_id: str) -> tuple[Comment, ...]:
        what = f"The comments of run {run_id}"
        return decode_comments(await self._exchanges.read(path_of(what, "runs", run_id, "comments"), what))

    async def comment(self, run_id: str, body: str) -> Comment:
        """Once: never sent again where it may have been received."""
        what = f"Run {run_id}"
        document = resource("comments", {"body": encodable(body)})
        return decode_comment(await self._exchanges.write(path_of(what, "runs", run_id, "comments"), what, document))

    async def events(self, run_id: str) -> tuple[RunEvent, ...]:
        """Oldest first as a rule, with who did it and what they said."""
        what = f"The events of run {run_id}"
        path = path_of(what, "runs", run_id, "run-events")
        return decode_events(await self._lists.read_with(("actor,comment", "actor"), path, what))
