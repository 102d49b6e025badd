"""How far each upload has come, in the database, on its message and in the audit; and what becomes of those whose process is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.core.audits import AuditKind, Entry
from bot.core.authors import ConfigurationAuthor
from bot.core.decisions import Deed, Intent, IntentState
from bot.core.errors import RunbellError, TerraformTrouble, UploadStopped
from bot.core.identities import InvolvedBy
from bot.core.messages import Kind
from bot.core.origins import decode_origin
from bot.core.pace import Pace
from bot.core.policy import Place
from bot.core.uploads import WHILE, Upload, UploadStep
from bot.core.workspaces import Workspace
from bot.services.folders import sweep
from bot.services.notes import tell
from bot.services.ports import Clock, Configurations, Store, Transaction, Wake

log = structlog.get_logger(__name__)

SWEEP_EVERY = timedelta(hours=1)
GONE = "The process that did it has ended. Please upload it again."


class Arrivals:
    def __init__(self, store: Store, configurations: Configurations, clock: Clock, pace: Pace, paint: Wake) -> None:
        self._store, self._configurations = store, configurations
        self._clock, self._pace, self._paint = clock, pace, paint
        self._swept_at: datetime | None = None

    def soon(self) -> datetime:
        """Until when a step has to be over."""
        return self._clock.now() + timedelta(seconds=3 * self._pace.look_deadline)

    async def begin(self, upload: Upload, workspace: Workspace, place: Place) -> None:
        async with self._store.write() as transaction:
            await transaction.workspaces.put([workspace], self._clock.now())
            await transaction.uploads.add(upload)
            await transaction.messages.want(upload.id, upload.channel, Kind.UPLOAD)
            await transaction.audit.add(self._entry(upload, "begun", place.permalink))
        self._paint()

    async def move(self, upload: Upload, step: UploadStep, **changes: object) -> Upload:
        """The upload at its next step; UploadStopped where another process has taken us for dead."""
        after = replace(upload, step=step, until=self.soon(), **changes)  # type: ignore[arg-type]  # by the names of its fields
        async with self._store.write() as transaction:
            if not await self._moved(transaction, upload, after):
                raise UploadStopped(WHILE[upload.step], "It took too long.")
            if after.configuration_id and not upload.configuration_id:
                # In the transaction that makes the version known, before its files are sent: no run of it can wait for an approval yet.
                await transaction.authors.note([uploader_of(after, self._clock.now())])
        self._paint()
        return after

    async def fail(self, upload: Upload, why: str, step: UploadStep = UploadStep.FAILED) -> None:
        """It has ended without a run; what it left on the server is given up where that can be, else told of."""
        outcome = f"It ended {WHILE[upload.step]}. {why}{await self._let_go(upload.configuration_id)}"
        after = replace(upload, step=step, ended_in=upload.step.value, outcome=outcome, until=self._clock.now())
        async with self._store.write() as transaction:
            if await self._moved(transaction, upload, after) and step is UploadStep.STOPPED:
                text = f"The upload for {upload.workspace} has ended {WHILE[upload.step]}. {why}"
                await tell(transaction, subject=upload.id, channel=upload.channel, topic="stopped", text=text, mention=upload.person)
        self._paint()

    async def release(self, upload: Upload) -> None:
        """We are about to end, and do no more for it: whoever looks next says so."""
        async with self._store.write() as transaction:
            await transaction.uploads.move(upload, replace(upload, until=self._clock.now()))

    async def judge(self, upload: Upload) -> Upload:
        """What became of the run that was asked for: `started`, or `starting` while nobody knows. RunbellError where there is none."""
        async with self._store.read() as transaction:
            made = await transaction.intents.creates_in(upload.workspace_id, upload.at)
        intent = next((one for one in made if is_of(one, upload)), None)
        if intent is None:
            raise UploadStopped(WHILE[upload.step], GONE)
        if intent.state is IntentState.SETTLED and intent.run_id:
            return await self.move(upload, UploadStep.STARTED, run_id=intent.run_id)
        if not intent.is_open:
            raise UploadStopped(WHILE[upload.step], intent.outcome or "The server did not start it.")
        after = replace(upload, until=self._clock.now() + timedelta(seconds=self._pace.unheard_after / 4))
        async with self._store.write() as transaction:
            await transaction.uploads.move(upload, after)
        return after

    async def tick(self, now: datetime) -> None:
        """End those whose process is gone, and find out what became of runs of which the server did not say."""
        if self._swept_at is None or now - self._swept_at >= SWEEP_EVERY:
            self._swept_at = now
            await asyncio.to_thread(sweep)
        async with self._store.read() as transaction:
            abandoned = await transaction.uploads.abandoned(now)
        for upload in abandoned:
            try:
                await self._resolve(upload)
            except RunbellError as trouble:
                log.warning("upload_waits", upload=upload.id, step=upload.step, error=trouble.sentence)

    async def _resolve(self, upload: Upload) -> None:
        why = GONE
        if upload.step is UploadStep.STARTING:
            try:
                await self.judge(upload)
            except UploadStopped as stopped:
                why = stopped.why
            else:
                return
        await self.fail(upload, why, UploadStep.STOPPED)

    async def _moved(self, transaction: Transaction, before: Upload, after: Upload) -> bool:
        if not await transaction.uploads.move(before, after):
            return False
        await transaction.messages.raise_wanted(after.id, kinds=(Kind.UPLOAD,))
        if after.is_over:
            await transaction.audit.add(self._entry(after, after.step.value))
        return True

    def _entry(self, upload: Upload, outcome: str, permalink: str = "") -> Entry:
        """Names and sums of files; never what is in them."""
        found = {
            "files": ", ".join(upload.names),
            "sha256": upload.digest,
            "bytes": str(upload.size or ""),
            "configuration": upload.configuration_id,
            "why": upload.outcome,
        }
        return Entry(
            at=self._clock.now(),
            kind=AuditKind.UPLOAD,
            person=upload.person,
            person_name=upload.person_name,
            channel=upload.channel,
            run_id=upload.run_id,
            workspace=upload.workspace,
            action="upload",
            reason=upload.message,
            outcome=outcome,
            permalink=permalink,
            details=filled(found),
        )

    async def _let_go(self, configuration_id: str) -> str:
        if not configuration_id:
            return ""
        try:
            await self._configurations.archive(configuration_id)
        except TerraformTrouble as trouble:
            log.info("configuration_stays", configuration=configuration_id, error=trouble.sentence)
            return f" {configuration_id} stays on the server, where no run uses it."
        return ""


def filled(found: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in found.items() if value}


def uploader_of(upload: Upload, now: datetime) -> ConfigurationAuthor:
    return ConfigurationAuthor(configuration_version_id=upload.configuration_id, by=InvolvedBy.UPLOAD, at=now, slack=upload.person)


def is_of(intent: Intent, upload: Upload) -> bool:
    origin = decode_origin(intent.payload.get("origin", "")) if intent.deed is Deed.CREATE else None
    return origin is not None and origin.configuration_version_id == upload.configuration_id
