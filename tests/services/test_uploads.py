"""From files in Slack to a run: rights first, each step noted, a failure named and nothing left over, whoever dies on the way."""

from __future__ import annotations

import asyncio
import io
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from bot.core.audits import AuditKind
from bot.core.errors import (
    ArchiveRefused,
    ChannelShared,
    FileNotTaken,
    FileUnreadable,
    NoRunsHere,
    NotInChannel,
    NotVisible,
    RequestRefused,
    RightMissing,
    RunbellError,
    StoreBusy,
    TerraformAnswerLost,
    TerraformFailed,
    UploadStopped,
    VersionControlled,
)
from bot.core.locks import Lock
from bot.core.messages import Kind
from bot.core.pictures import NotePicture
from bot.core.policy import Actor
from bot.core.uploads import Upload, UploadPicture, UploadStep, UploadWish
from bot.core.workspaces import WorkspaceDetail
from bot.services import uploads
from bot.services.folders import FOLDER, UNHELD, held_folder, sweep
from bot.services.packing import Stopped
from bot.services.uploads import Uploaded
from tests.services.archives import GOOD, tar_of, zip_of
from tests.services.house import ANA, DEPLOYS, KIM, RAJ, House

TF = GOOD["main.tf"]
SOON = 200.0
"""Seconds after which a step that nobody is at is taken for abandoned."""


async def upload(house: House, *files: str, workspace: str = "storefront-dev", actor: Actor = ANA, **options: bool) -> Uploaded:
    return await house.uploads.start(UploadWish(workspace=workspace, files=files, message="try it", **options), actor, DEPLOYS)


async def shown(house: House) -> UploadPicture:
    await house.paint()
    [picture] = [one.picture for one in house.in_channel() if isinstance(one.picture, UploadPicture)]
    return picture


async def rows(house: House) -> list[tuple[str, str, str]]:
    async with house.store.read() as transaction:
        found = await transaction.audit.page(0)
    return [(row.outcome, row.person, row.details) for row in found if row.kind == AuditKind.UPLOAD]


def folders() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob(f"{FOLDER}*")}


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


# What goes well


async def test_a_file_becomes_a_run_of_just_this_configuration(house: House) -> None:
    house.runs.add_workspace("storefront-dev")

    found = await upload(house, house.files.add("main.tf", TF), house.files.add("dev.auto.tfvars", b"a = 1\n"))

    [wish] = [call.given["wish"] for call in house.runs.calls_of("create_run")]
    [configuration] = house.configurations.made
    assert (configuration.speculative, configuration.provisional) == (False, True)
    assert wish.configuration_version_id == found.upload.configuration_id == next(iter(house.configurations.uploaded))
    assert wish.message.startswith("asked for by ana (U0ANA) in #deploys (ref rb-")
    assert wish.message.endswith(": “try it”")
    with tarfile.open(fileobj=io.BytesIO(house.configurations.uploaded[wish.configuration_version_id])) as tar:
        assert sorted(tar.getnames()) == ["dev.auto.tfvars", "main.tf"]
    assert found.upload.run_id
    assert folders() == set()


async def test_one_message_tells_how_far_it_has_come_and_the_runs_own_card_takes_over(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.files.hold = asyncio.Event()
    task = asyncio.create_task(upload(house, house.files.add("site.zip", zip_of({"x/main.tf": TF, "x/.git/config": b"x"}))))
    while not house.in_channel():
        await asyncio.sleep(0.01)
        await house.painter.tick(house.clock.now())
    first = await shown(house)
    house.files.hold.set()
    await task

    assert (first.upload.step, first.run_link) == (UploadStep.FETCHING, "")
    last = await shown(house)
    assert last.upload.step is UploadStep.STARTED
    assert last.upload.remarks == "Taken from the folder “x”. Left out: 1 of .git, .terraform and the like."
    assert last.run_link.endswith(f"/acme/workspaces/storefront-dev/runs/{last.upload.run_id}")
    [card] = [one.run_picture for one in house.in_channel() if one.picture != last]
    assert (card.kind, card.run.id) == (Kind.CARD, last.upload.run_id)
    assert card.request is not None
    assert card.request.origin is not None
    assert (card.request.origin.kind, card.request.origin.message, card.request.origin.person) == ("upload", "site.zip", "ana")


async def test_a_plan_only_upload_is_speculative_and_so_is_its_run(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    await upload(house, house.files.add("main.tf", TF), plan_only=True)
    [configuration] = house.configurations.made
    assert (configuration.speculative, configuration.provisional) == (True, False)
    assert house.runs.calls_of("create_run")[0].given["wish"].plan_only is True


async def test_files_go_where_the_workspace_runs(house: House) -> None:
    await bound(house, working_directory="infra/prod")
    found = await upload(house, house.files.add("main.tf", TF))
    with tarfile.open(fileobj=io.BytesIO(house.configurations.uploaded[found.upload.configuration_id])) as tar:
        assert tar.getnames() == ["infra/prod/main.tf"]


async def test_the_audit_has_who_which_files_and_the_sum_and_nothing_that_is_in_them(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    found = await upload(house, house.files.add("main.tf", b'output "canary" { value = "canary-6Zk2Qp" }\n'))
    begun, ended = await rows(house)
    assert (begun[:2], ended[:2]) == (("begun", "U0ANA"), ("started", "U0ANA"))
    assert found.upload.digest in ended[2]
    assert "main.tf" in ended[2]
    assert "canary" not in f"{begun} {ended}"


# Who may, and what is refused before anything is fetched


async def bound(house: House, **facts: object) -> None:
    house.runs.add_workspace("storefront-dev")
    found = await house.finder.workspace("storefront-dev", ANA)
    detail = WorkspaceDetail(workspace=found, lock=Lock(workspace_id=found.id, is_locked=False))
    house.locks.details[found.id] = replace(detail, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("actor, workspace", [(RAJ, "storefront-dev"), (KIM, "storefront-prod")])
async def test_without_the_right_to_start_nothing_is_fetched(house: House, actor: Actor, workspace: str) -> None:
    house.runs.add_workspace(workspace)
    file_id = house.files.add("main.tf", TF)
    with pytest.raises(RightMissing):
        await upload(house, file_id, workspace=workspace, actor=actor)
    with pytest.raises(RightMissing):
        await house.uploads.workspace(workspace, actor)
    assert house.files.fetched == []
    assert await rows(house) == []


async def test_a_right_that_is_lost_on_the_way_starts_no_run(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.files.hold = asyncio.Event()
    task = asyncio.create_task(upload(house, house.files.add("main.tf", TF), actor=KIM))
    await asyncio.sleep(0.05)
    house.people.groups["S0PLATFORM"] = frozenset({"U0ANA"})
    house.files.hold.set()
    with pytest.raises(UploadStopped, match="while I started the run"):
        await task
    assert house.runs.calls_of("create_run") == []
    assert [one.status_word for one in house.configurations.versions.values()] == ["archived"]


async def test_where_people_of_other_companies_read_along_nothing_is_uploaded(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.chat.shared.add(DEPLOYS.channel)
    with pytest.raises(ChannelShared):
        await upload(house, house.files.add("main.tf", TF))
    assert house.files.fetched == []


async def test_nothing_is_uploaded_from_a_channel_that_takes_an_invitation(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.chat.private.add(DEPLOYS.channel)
    with pytest.raises(NotInChannel):
        await upload(house, house.files.add("main.tf", TF))
    assert house.files.fetched == []


async def test_a_workspace_of_version_control_takes_an_upload_only_to_plan(house: House) -> None:
    await bound(house, repository="acme/shop")
    file_id = house.files.add("main.tf", TF)
    with pytest.raises(VersionControlled, match="acme/storefront-dev takes its configuration from acme/shop"):
        await upload(house, file_id)
    assert (house.files.fetched, house.configurations.made) == ([], [])
    assert (await upload(house, file_id, plan_only=True)).upload.run_id


@pytest.mark.parametrize(
    "files, why",
    [
        ([("photo.png", b"x", None)], "another kind"),
        ([("site.zip", b"x", None), ("main.tf", TF, None)], "alone"),
        ([("site.zip", b"x", 200_000_000)], "200 MB, and 20 MB are taken"),
        ([("a.tf", b"x", 15_000_000), ("b.tf", b"x", 15_000_000)], "30 MB"),
    ],
)
async def test_what_slack_tells_of_the_files_may_be_enough_to_refuse_them(
    house: House, files: list[tuple[str, bytes, int | None]], why: str
) -> None:
    house.runs.add_workspace("storefront-dev")
    with pytest.raises(FileNotTaken, match=why):
        await upload(house, *(house.files.add(name, content, size=size) for name, content, size in files))
    assert (house.files.fetched, house.in_channel()) == ([], [])


async def test_what_the_workspace_would_refuse_is_said_before_anything_is_fetched(house: House) -> None:
    house.runs.add_workspace("storefront-dev", execution_mode="local")
    with pytest.raises(NoRunsHere):
        await upload(house, house.files.add("main.tf", TF))
    assert house.files.fetched == []


async def test_a_lock_is_said_and_the_run_waits_for_it(house: House) -> None:
    await bound(house, lock=Lock(workspace_id="ws-1", is_locked=True, holder_kind="users", holder_name="kim", reason="moving house"))
    found = await upload(house, house.files.add("main.tf", TF))
    assert found.upload.run_id
    [caution] = found.cautions
    assert "is locked, so the run waits until it is unlocked. kim holds the lock: moving house." in caution


async def test_a_server_that_tells_no_more_of_a_workspace_takes_an_upload_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unseen(_: str) -> WorkspaceDetail:
        raise NotVisible("Workspace x")

    house.runs.add_workspace("storefront-dev")
    monkeypatch.setattr(house.locks, "detail", unseen)
    assert (await upload(house, house.files.add("main.tf", TF))).upload.run_id


async def test_a_file_that_was_deleted_is_said_to_be_gone(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    with pytest.raises(FileUnreadable, match="deleted"):
        await upload(house, "F0GONE")


# What goes wrong on the way


async def failing(house: House, error: type[RunbellError] | str, *files: str) -> UploadPicture:
    """Upload in vain; the message in the end, after which nothing is left over."""
    house.runs.add_workspace("storefront-dev")
    with pytest.raises(UploadStopped) as caught:
        await upload(house, *(files or (house.files.add("main.tf", TF),)))
    if isinstance(error, str):
        assert error in caught.value.sentence
    else:
        assert isinstance(caught.value.__cause__, error)
    assert "No run was started." in caught.value.sentence
    assert house.runs.calls_of("create_run") == [] or error is RequestRefused
    assert folders() == set()
    assert [outcome for outcome, *_ in await rows(house)] == ["begun", "failed"]
    return await shown(house)


async def test_a_failure_at_slack_names_the_step(house: House) -> None:
    house.files.trouble = FileUnreadable("“main.tf”", "Slack shows me a page to sign in instead")
    picture = await failing(house, "while I got the files from Slack. I could not get “main.tf” from Slack: Slack shows me")
    assert (picture.upload.step, picture.upload.ended_in) == (UploadStep.FAILED, "fetching")
    assert house.configurations.made == []


async def test_slack_may_give_more_than_it_told(house: House) -> None:
    picture = await failing(house, "larger than", house.files.add("site.zip", b"x" * 21_000_000, size=10))
    assert picture.upload.ended_in == "fetching"


async def test_a_hostile_archive_never_leaves_us(house: House) -> None:
    picture = await failing(house, ArchiveRefused, house.files.add("site.tgz", tar_of({"../../etc/cron.d/x": b"x"} | GOOD)))
    assert picture.upload.outcome.startswith("It ended while I checked the files. I do not take this configuration: “../../etc/cron.d/x”")
    assert house.configurations.made == []


@pytest.mark.parametrize(
    "trouble", [TerraformFailed("terraform.test", 502), TerraformAnswerLost("terraform.test"), NotVisible("Workspace x")]
)
@pytest.mark.parametrize("call", ["create", "upload"])
async def test_a_server_that_fails_in_between_gets_no_run(
    house: House, monkeypatch: pytest.MonkeyPatch, call: str, trouble: RunbellError
) -> None:
    async def fail(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(house.configurations, call, fail)
    picture = await failing(house, type(trouble))
    assert picture.upload.ended_in == "sending"
    assert ("stays on the server" in picture.upload.outcome) is (call == "upload")


async def test_an_upload_that_the_server_cannot_read_is_told_in_its_words(house: House) -> None:
    house.configurations.refusal = "not a gzip archive"
    assert "not a gzip archive" in (await failing(house, RequestRefused)).upload.outcome


async def test_an_upload_that_the_server_does_not_take_in_in_time_is_no_longer_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unsettled(configuration: object, _archive: object) -> object:
        return configuration

    monkeypatch.setattr(house.configurations, "upload", unsettled)
    assert "has not taken in cv-Fake" in (await failing(house, "in time")).upload.outcome


async def test_a_run_that_is_refused_leaves_no_configuration_behind(house: House) -> None:
    house.runs.fail("create_run", RequestRefused("terraform.test", "no more runs"))
    picture = await failing(house, RequestRefused)
    assert (picture.upload.ended_in, "no more runs" in picture.upload.outcome) == ("starting", True)
    assert [one.status_word for one in house.configurations.versions.values()] == ["archived"]


async def test_a_disk_that_is_full_is_told_like_anything_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(house.files, "fetch", full)
    await failing(house, "could not keep the files on my disk")


async def test_a_database_that_is_busy_meanwhile_is_found_out_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.runs.add_workspace("storefront-dev")

    async def busy(*_: object) -> None:
        raise StoreBusy

    with monkeypatch.context() as patch:
        patch.setattr(house.arrivals, "move", busy)
        patch.setattr(house.arrivals, "fail", busy)
        with pytest.raises(UploadStopped, match="database is busy"):
            await upload(house, house.files.add("main.tf", TF))
    await later(house)
    assert (await shown(house)).upload.step is UploadStep.STOPPED


# A lost answer


async def test_a_run_whose_start_was_not_answered_is_found_and_not_started_twice(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.lose_answer("create_run")

    found = await upload(house, house.files.add("main.tf", TF))
    assert (found.upload.step, found.upload.run_id) == (UploadStep.STARTING, "")
    await house.turn(30)
    await later(house, 60)

    picture = await shown(house)
    assert (picture.upload.step, bool(picture.upload.run_id)) == (UploadStep.STARTED, True)
    assert len(house.runs.calls_of("create_run")) == 1


async def test_a_run_that_was_never_heard_of_ends_the_upload(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.fail("create_run", TerraformAnswerLost("terraform.test"))
    await upload(house, house.files.add("main.tf", TF))
    for _ in range(4):
        await house.turn(60)
        await later(house, 20)
    assert (await shown(house)).upload.step is UploadStep.STOPPED
    assert [one.status_word for one in house.configurations.versions.values()] == ["archived"]


# A process that dies


async def later(house: House, seconds: float = SOON) -> None:
    house.clock.move(seconds)
    await house.arrivals.tick(house.clock.now())


@pytest.mark.parametrize("step", [UploadStep.FETCHING, UploadStep.CHECKING, UploadStep.SENDING, UploadStep.STARTING])
async def test_an_upload_whose_process_is_gone_says_so_and_tells_the_person(house: House, step: UploadStep) -> None:
    house.runs.add_workspace("storefront-dev")
    left = await abandoned(house, step)
    await later(house, 60)
    assert (await shown(house)).upload.step is step

    for _ in range(3):
        await later(house)

    picture = await shown(house)
    assert (picture.upload.step, picture.upload.ended_in) == (UploadStep.STOPPED, step.value)
    [note] = [one.picture for one in house.in_channel() if isinstance(one.picture, NotePicture)]
    assert (note.mention, "Please upload it again." in note.text) == ("U0ANA", True)
    assert [outcome for outcome, *_ in await rows(house)] == ["begun", "stopped"]
    assert left.id == picture.upload.id


async def abandoned(house: House, step: UploadStep) -> Upload:
    """An upload whose process has ended in a step."""
    workspace = await house.finder.workspace("storefront-dev", ANA)
    upload = Upload(
        id="up-1",
        workspace_id=workspace.id,
        workspace=workspace.full_name,
        person="U0ANA",
        person_name="ana",
        channel=DEPLOYS.channel,
        names=("main.tf",),
        message="",
        plan_only=False,
        at=house.clock.now(),
        until=house.arrivals.soon(),
    )
    await house.arrivals.begin(upload, workspace, DEPLOYS)
    return await house.arrivals.move(upload, step) if step is not UploadStep.FETCHING else upload


async def test_whoever_was_taken_for_dead_does_no_more(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    left = await abandoned(house, UploadStep.CHECKING)
    await later(house)
    with pytest.raises(UploadStopped, match="took too long"):
        await house.arrivals.move(left, UploadStep.SENDING)


async def test_an_upload_that_is_canceled_is_told_of_at_the_next_look(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.files.hold = asyncio.Event()
    task = asyncio.create_task(upload(house, house.files.add("main.tf", TF)))
    while not await rows(house):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert folders() == set()
    await later(house, 1)
    assert (await shown(house)).upload.step is UploadStep.STOPPED


async def test_whoever_is_canceled_while_files_are_checked_waits_for_the_thread(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.runs.add_workspace("storefront-dev")
    began = Event()

    def slow(_sources: object, target: Path, _bounds: object, stop: Event, **_: object) -> None:
        began.set()
        assert stop.wait(5)
        target.write_bytes(b"half of it")
        raise Stopped

    monkeypatch.setattr(uploads, "pack", slow)
    task = asyncio.create_task(upload(house, house.files.add("main.tf", TF)))
    await asyncio.to_thread(began.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert folders() == set()


def left_behind() -> Path:
    """A folder of a process that is gone."""
    folder = Path(tempfile.mkdtemp(prefix=FOLDER))
    (folder / "main.tf").write_bytes(TF)
    return folder


async def test_what_a_killed_process_has_left_on_the_disk_is_swept_at_the_start_and_then_every_hour(house: House) -> None:
    left_behind()
    with held_folder() as mine:
        await house.arrivals.tick(house.clock.now())
        assert folders() == {mine.name}
        later_on = left_behind()
        await later(house, 60)
        assert folders() == {mine.name, later_on.name}
        await later(house, 3600)
        assert folders() == {mine.name}
    assert folders() == set()


def test_a_folder_is_taken_away_though_it_was_never_used_and_what_is_none_stays() -> None:
    where = Path(tempfile.gettempdir())
    (where / f"{FOLDER}file").touch()
    (where / f"{FOLDER}link").symlink_to(where)
    with pytest.raises(RuntimeError), held_folder():
        raise RuntimeError
    sweep()
    assert folders() == {f"{FOLDER}file", f"{FOLDER}link"}
    assert list(where.glob(f"{UNHELD}*")) == []


async def test_only_two_are_at_it_at_the_same_time(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.files.hold = asyncio.Event()
    tasks = [asyncio.create_task(upload(house, house.files.add("main.tf", TF))) for _ in range(4)]
    async with asyncio.timeout(20):
        while len(await rows(house)) < 2:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert len(await rows(house)) == 2
    house.files.hold.set()
    assert all(found.upload.run_id for found in await asyncio.gather(*tasks))
