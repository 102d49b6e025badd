from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.uploads import UploadStep
from bot.store.database import Database
from tests.core.test_uploads import AT, UPLOAD

LATER = timedelta(minutes=3)


async def test_an_upload_comes_back_as_it_went_and_moves_once(database: Database) -> None:
    after = replace(UPLOAD, step=UploadStep.SENDING, until=AT + LATER, digest="ab", size=3, files=1, remarks="x", configuration_id="cv-1")
    async with database.write() as transaction:
        await transaction.uploads.add(UPLOAD)
        assert await transaction.uploads.get(UPLOAD.id) == UPLOAD
        assert [await transaction.uploads.move(UPLOAD, after) for _ in range(2)] == [True, False]
        assert await transaction.uploads.get(UPLOAD.id) == after
        assert await transaction.uploads.get("up-2") is None


async def test_those_that_nobody_is_at_are_found_and_those_that_are_over_are_not(database: Database) -> None:
    late, busy = replace(UPLOAD, id="up-late"), replace(UPLOAD, id="up-busy", until=AT + LATER)
    over = replace(UPLOAD, id="up-over", step=UploadStep.FAILED)
    async with database.write() as transaction:
        for one in (busy, over, late):
            await transaction.uploads.add(one)
        assert await transaction.uploads.abandoned(AT + timedelta(seconds=1)) == (late,)


async def test_those_that_ended_long_ago_are_forgotten(database: Database) -> None:
    async with database.write() as transaction:
        for step in (UploadStep.STARTING, UploadStep.STARTED, UploadStep.STOPPED):
            await transaction.uploads.add(replace(UPLOAD, id=f"up-{step}", step=step))
        await transaction.leavings.remove_loose(AT)
        assert await transaction.uploads.get("up-started") is not None
        await transaction.leavings.remove_loose(AT + LATER)
        found = [await transaction.uploads.get(f"up-{step}") for step in ("starting", "started", "stopped")]
        assert [one is not None for one in found] == [True, False, False]
