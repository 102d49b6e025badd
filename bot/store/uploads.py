"""Files of Slack's on their way to a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.uploads import ENDS, Upload, UploadStep
from bot.store.statements import changed
from bot.store.tables import uploads


@dataclass(frozen=True, slots=True)
class UploadTable:
    connection: AsyncConnection

    async def add(self, upload: Upload) -> None:
        await self.connection.execute(insert(uploads), storable(upload))

    async def get(self, upload_id: str) -> Upload | None:
        row = (await self.connection.execute(select(uploads).where(uploads.c.id == upload_id))).mappings().first()
        return decode(row) if row else None

    async def move(self, before: Upload, after: Upload) -> bool:
        """Compare-and-set on the step and on `until`; False where somebody else has moved it."""
        as_read = (uploads.c.id == before.id, uploads.c.step == before.step, uploads.c.until == before.until)
        return await changed(self.connection, update(uploads).where(*as_read).values(storable(after))) == 1

    async def abandoned(self, now: datetime) -> tuple[Upload, ...]:
        """Those that are under way and that nobody is at any more, oldest first."""
        query = select(uploads).where(uploads.c.step.not_in(sorted(ENDS)), uploads.c.until < now).order_by(uploads.c.at, uploads.c.id)
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))


def storable(upload: Upload) -> dict[str, object]:
    return {**asdict(upload), "names": list(upload.names)}


def decode(row: RowMapping) -> Upload:
    return Upload(**{**row, "names": tuple(row["names"]), "step": UploadStep(row["step"])})
