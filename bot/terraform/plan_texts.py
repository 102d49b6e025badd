"""Plans as JSON, into a file: they may be hundreds of megabytes, and unredacted ones hold secrets."""

from __future__ import annotations

from pathlib import Path

from bot.core.errors import NotVisible
from bot.core.logs import SavedText
from bot.terraform.bodies import File, Sink
from bot.terraform.exchanges import Exchanges
from bot.terraform.outbound import MOST_REDIRECTS, Outbound
from bot.terraform.paths import path_of


class PlanTextsClient:
    def __init__(self, exchanges: Exchanges, outbound: Outbound) -> None:
        self._exchanges, self._outbound = exchanges, outbound

    async def save(self, plan_id: str, path: Path, most: int, *, redacted: bool = True) -> SavedText | None:
        """The plan as `terraform show -json` writes it; None while it is not finished. TooLarge over `most` bytes.

        NotVisible where the server has none, or the token lacks the right (the unredacted one wants an admin's); RequestRefused where
        Terraform was too old to write one.
        """
        what = f"The JSON of {plan_id}"
        async with File(path, what, most) as file:
            is_there = await self._poured(
                path_of(what, "plans", plan_id, "json-output-redacted" if redacted else "json-output"), what, file
            )
        return SavedText(size=file.size) if is_there else None

    async def _poured(self, path: str, what: str, sink: Sink) -> bool:
        until = self._exchanges.deadline(hurry=False)
        return await poured(self._exchanges, self._outbound, path, what, sink, until)


async def poured(exchanges: Exchanges, outbound: Outbound, path: str, what: str, sink: Sink, until: float) -> bool:
    """Pour what is at the path, or where it redirects to, into the sink; False where there is nothing yet.

    The address of a redirect lives for a minute ("Plans API"), so a dead one is asked for anew, once.
    """
    for is_last in (False, True):
        location = await exchanges.fetch(path, what, sink, until)
        if not location:
            return location is None
        address = location
        try:
            await exchanges.persist(lambda: outbound.download(address, sink, what, until, redirects=MOST_REDIRECTS - 1), until)  # noqa: B023 - awaited at once
        except NotVisible:
            if is_last:
                raise
        else:
            return True
    raise AssertionError("two attempts end above")
