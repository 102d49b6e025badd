"""From files in Slack to a run: rights first, then the files are fetched, checked, packed anew, sent to the server and planned with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import Event

import structlog

from bot.core.archives import Bounds, demand_taken, shown
from bot.core.commands.runs import StartRun
from bot.core.configurations import NewConfiguration
from bot.core.errors import FileNotTaken, NotVisible, RunbellError, TerraformAnswerLost, UploadNotTaken, UploadStopped, VersionControlled
from bot.core.locks import Lock
from bot.core.obstacles import obstacle
from bot.core.origins import Origin, OriginKind
from bot.core.pace import Pace
from bot.core.policy import Actor, Place, Right
from bot.core.uploads import WHILE, SharedFile, Upload, UploadStep, UploadWish
from bot.core.workspaces import Workspace, WorkspaceDetail
from bot.services.access import Access
from bot.services.arrivals import Arrivals
from bot.services.finding import Finder
from bot.services.folders import held_folder
from bot.services.launches import Launches, enter
from bot.services.packing import Packed, pack
from bot.services.ports import Chat, Clock, Configurations, Files, Locks, SharedFiles
from bot.services.ruling import RulesInForce
from bot.services.sharing import Sharing

log = structlog.get_logger(__name__)

AT_ONCE = 2
NAMES_SHOWN = 3
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where files come from, and where they go."""

    shared: SharedFiles
    files: Files
    configurations: Configurations
    locks: Locks


@dataclass(frozen=True, slots=True)
class Uploaded:
    """`run_id` of the upload is "" while it is not known whether the server has made the run. `cautions` are sentences about what it
    will meet.
    """

    upload: Upload
    workspace: Workspace
    cautions: tuple[str, ...] = ()


class Uploads:
    """`bounds` are of what is taken; only so many are at it `AT_ONCE`, the others wait."""

    def __init__(
        self,
        finder: Finder,
        access: Access,
        sharing: Sharing,
        chat: Chat,
        sources: Sources,
        launches: Launches,
        arrivals: Arrivals,
        clock: Clock,
        pace: Pace,
        bounds: Bounds,
        ruling: RulesInForce,
    ) -> None:
        self._finder, self._access, self._sharing, self._chat = finder, access, sharing, chat
        self._sources, self._launches, self._arrivals = sources, launches, arrivals
        self._clock, self._pace, self._bounds, self._ruling = clock, pace, bounds, ruling
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def workspace(self, written: str, actor: Actor) -> Workspace:
        """The workspace that is meant, for whoever may start runs of it."""
        found = await self._finder.workspace(written, actor)
        await self._access.demand(actor, Right.START, found)
        return found

    async def start(self, wish: UploadWish, actor: Actor, place: Place) -> Uploaded:
        """Upload and start the run. Nothing is fetched before it is known that they may; what goes wrong later is UploadStopped."""
        await self._sharing.demand_ours(place)
        workspace = await self._finder.workspace(wish.workspace, actor)
        person = await self._access.demand(actor, Right.START, workspace)
        await self._ruling.demand_ours()
        detail = await self._detail(workspace)
        demand_uploads(wish, detail, workspace)
        await enter(self._chat, place.channel)  # first: what is in a channel is seen by its members alone
        files = await self._chosen(wish.files)
        async with self._turns:
            upload = Upload(
                id=f"up-{token_hex(8)}",
                workspace_id=workspace.id,
                workspace=workspace.full_name,
                person=person.id,
                person_name=person.name,
                channel=place.channel,
                names=tuple(file.name for file in files),
                message=wish.message,
                plan_only=wish.plan_only,
                at=self._clock.now(),
                until=self._arrivals.soon(),
            )
            await self._arrivals.begin(upload, workspace, place)
            journey = Journey(upload, wish, files, detail.working_directory, actor, place)
            return Uploaded(await self._carried_out(journey), workspace, journey.cautions)

    async def _detail(self, workspace: Workspace) -> WorkspaceDetail:
        """No more than we know already where the server tells no more."""
        try:
            return await self._sources.locks.detail(workspace.id)
        except NotVisible:
            return WorkspaceDetail(workspace=workspace, lock=Lock(workspace_id=workspace.id, is_locked=workspace.locked))

    async def _chosen(self, file_ids: Sequence[str]) -> tuple[SharedFile, ...]:
        """The files as Slack tells of them; FileNotTaken for what need not even be fetched."""
        files = tuple(await asyncio.gather(*(self._sources.shared.about(one) for one in dict.fromkeys(file_ids))))
        demand_taken([file.name for file in files])
        size = sum(file.size for file in files)
        if size > self._bounds.packed:
            most = f"{self._bounds.packed // MEGABYTE} MB are taken at most"
            raise FileNotTaken(shown(max(files, key=lambda file: file.size).name), f"that is {size / MEGABYTE:.0f} MB, and {most}")
        return files

    async def _carried_out(self, journey: Journey) -> Upload:
        try:
            with held_folder() as folder:
                await self._delivered(journey, folder)
            return await self._started(journey)
        except asyncio.CancelledError:
            await self._arrivals.release(journey.upload)
            raise
        except (RunbellError, OSError) as error:
            why = sentence_of(error)
            log.info("upload_failed", upload=journey.upload.id, step=journey.upload.step, error=type(error).__name__)
            await self._failed(journey.upload, why)
            raise UploadStopped(WHILE[journey.upload.step], why) from error

    async def _failed(self, upload: Upload, why: str) -> None:
        try:
            await self._arrivals.fail(upload, why)
        except RunbellError as trouble:  # the next tick after `until` tells that it has stopped
            log.warning("upload_not_ended", upload=upload.id, error=trouble.sentence)

    async def _delivered(self, journey: Journey, folder: Path) -> None:
        """From Slack onto the server."""
        sources = await self._fetched(journey.files, folder)
        journey.upload = await self._arrivals.move(journey.upload, UploadStep.CHECKING)
        packed = await self._packed(sources, folder / "configuration.tar.gz", journey.working_directory)
        facts = {"digest": packed.digest, "size": packed.size, "files": packed.files, "remarks": remarks_on(packed)}
        journey.upload = await self._arrivals.move(journey.upload, UploadStep.SENDING, **facts)
        # Provisional: until its run is applied, other runs of the workspace go on with what they had.
        plan_only = journey.wish.plan_only
        wanted = NewConfiguration(workspace_id=journey.upload.workspace_id, speculative=plan_only, provisional=not plan_only)
        made = await self._sources.configurations.create(wanted)
        journey.upload = await self._arrivals.move(journey.upload, UploadStep.SENDING, configuration_id=made.id)
        if not (await self._sources.configurations.upload(made, packed.path)).is_usable:
            raise UploadNotTaken(made.id)

    async def _fetched(self, files: Sequence[SharedFile], folder: Path) -> list[tuple[str, Path]]:
        until, left = time.monotonic() + self._pace.look_deadline, self._bounds.packed
        found = []
        for number, file in enumerate(files):
            path = folder / str(number)
            left -= await self._sources.files.fetch(file.url, path, left, shown(file.name), until)
            found.append((file.name, path))
        return found

    async def _packed(self, sources: Sequence[tuple[str, Path]], target: Path, working_directory: str) -> Packed:
        """In a thread, which is waited for even where nobody wants it any more: the folder goes after it."""
        stop = Event()
        work = asyncio.ensure_future(asyncio.to_thread(pack, sources, target, self._bounds, stop, working_directory=working_directory))
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([work])
            work.exception()  # marks it as seen
            raise
        return work.result()

    async def _started(self, journey: Journey) -> Upload:
        wish, upload = journey.wish, await self._arrivals.move(journey.upload, UploadStep.STARTING)
        journey.upload = upload
        names = ", ".join(upload.names[:NAMES_SHOWN]) + (" and more" if len(upload.names) > NAMES_SHOWN else "")
        asked = StartRun(upload.workspace, wish.message or f"Upload of {names}", plan_only=wish.plan_only, auto_apply=wish.auto_apply)
        origin = Origin(kind=OriginKind.UPLOAD, configuration_version_id=upload.configuration_id, message=names, person=upload.person_name)
        try:
            started = await self._launches.start(asked, journey.actor, journey.place, origin)
        except RunbellError as error:
            return await self._perhaps(upload, error)
        journey.cautions = started.cautions
        if started.run_id is None:
            return await self._arrivals.judge(upload)
        return await self._arrivals.move(upload, UploadStep.STARTED, run_id=started.run_id)

    async def _perhaps(self, upload: Upload, error: RunbellError) -> Upload:
        """Where the wish was written down before it went wrong, the run may come all the same."""
        try:
            return await self._arrivals.judge(upload)
        except UploadStopped:
            raise error from None


@dataclass
class Journey:
    """One upload on its way."""

    upload: Upload
    wish: UploadWish
    files: Sequence[SharedFile]
    working_directory: str
    actor: Actor
    place: Place
    cautions: tuple[str, ...] = ()


def demand_uploads(wish: UploadWish, detail: WorkspaceDetail, workspace: Workspace) -> None:
    """What the workspace would refuse, before anything is fetched."""
    asked = StartRun(workspace.full_name, plan_only=wish.plan_only, auto_apply=wish.auto_apply)
    found = obstacle(asked, detail, brings_configuration=True)
    if found is not None:
        raise found
    if detail.repository and not wish.plan_only:
        raise VersionControlled(workspace.full_name, detail.repository)


def remarks_on(packed: Packed) -> str:
    said = [f"Taken from the folder {shown(packed.stripped)}."] if packed.stripped else []
    if packed.left_out:
        said.append(f"Left out: {packed.left_out} of .git, .terraform and the like.")
    return " ".join(said)


def sentence_of(error: RunbellError | OSError) -> str:
    match error:
        case UploadStopped():
            return error.why
        case TerraformAnswerLost():
            return "The server did not answer in time."
        case RunbellError():
            return error.sentence
        case _:
            return "I could not keep the files on my disk. An operator can look into it."
