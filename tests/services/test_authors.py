"""Four eyes see who wrote the configuration: whoever uploaded it, or chose what a run carries on, whoever started the run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.chains import Chain
from bot.core.commands.promotions import Promote, Retry
from bot.core.commands.runs import RunReference
from bot.core.configurations import ConfigurationVersion, Ingress
from bot.core.errors import TerraformUnreachable, VoteNotCounted
from bot.core.identities import KnownPerson, Role
from bot.core.origins import decode_origin
from bot.core.policy import Actor, Grant, Policy, Right
from bot.core.readings import RunPage, RunReading
from bot.core.retries import NO_OPTIONS, RunOptions
from bot.core.rules import Demand, Rule
from bot.core.runs import Action, Run
from bot.core.uploads import UploadWish
from bot.services import authors
from tests.services.archives import GOOD
from tests.services.house import ANA, DEPLOYS, KIM, RAJ, House, open_house

CHAIN = Chain(name="storefront", stages=("storefront-dev", "storefront-prod"))
EYES = Rule(name="four eyes", demand=Demand(four_eyes=frozenset(Role)))
PEOPLE = (
    KnownPerson(slack=("U0ANA",), terraform=frozenset({"ana"}), vcs=frozenset({"ana-gh"})),
    KnownPerson(slack=("U0KIM",), terraform=frozenset({"kim"}), vcs=frozenset({"kim-gh"})),
)
RULES = Policy(
    (Grant(may=frozenset({Right.READ, Right.START, Right.DECIDE}), members=True),),
    rules=(EYES,),
    people=PEOPLE,
    chains=(CHAIN,),
    source="runbell.toml",
    hash="four eyes",
)


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=RULES) as house:
        for actor in (ANA, KIM, RAJ):
            house.people.add(actor.id, actor.name)
        for stage in CHAIN.stages:
            house.runs.add_workspace(stage)
        as_a_server_tells(house, monkeypatch)
        yield house


def as_a_server_tells(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a run comes its configuration version, and what it was started with."""
    read, create = house.runs.read_run, house.runs.create_run
    options: dict[str, RunOptions] = {}

    async def read_run(run_id: str, *, hurry: bool = True) -> RunReading:
        reading = await read(run_id, hurry=hurry)
        version = house.configurations.versions.get(reading.run.configuration_version_id or "")
        return replace(reading, configuration=version, options=options.get(run_id, NO_OPTIONS))

    async def create_run(wish: Any) -> Run:
        made = await create(wish)
        options[made.id] = RunOptions(targets=wish.targets, replacements=wish.replacements)
        version = wish.configuration_version_id or "cv-newest"
        house.configurations.versions.setdefault(version, ConfigurationVersion(id=version, status_word="uploaded"))
        run = replace(house.runs.run(made.id), created_by="runbell", configuration_version_id=version)
        house.runs.put(run)
        return run

    monkeypatch.setattr(house.runs, "read_run", read_run)
    monkeypatch.setattr(house.runs, "create_run", create_run)


def workspace(house: House, name: str = "storefront-dev") -> Any:
    return next(one for one in house.runs._workspaces.values() if one.name == name)


async def uploaded(house: House, actor: Actor = ANA) -> tuple[str, str]:
    """A configuration version that somebody has uploaded from Slack, and its run."""
    wish = UploadWish(workspace="storefront-dev", files=(house.files.add("main.tf", GOOD["main.tf"]),))
    upload = (await house.uploads.start(wish, actor, DEPLOYS)).upload
    house.configurations.versions[upload.configuration_id] = ConfigurationVersion(id=upload.configuration_id, status_word="uploaded")
    return upload.configuration_id, upload.run_id


async def outside(house: House, version: str, status: str = "errored", ingress: Ingress | None = None, **facts: Any) -> Run:
    """A run that somebody has started elsewhere, as a look finds it."""
    house.clock.move(60)
    known = ConfigurationVersion(id=version, status_word="uploaded", source="github" if ingress else "tfe-api", ingress=ingress)
    house.configurations.versions[version] = known
    run = house.runs.add_run(workspace(house), status, configuration_version_id=version, **{"created_by": "ana", **facts})
    run = replace(run, created_at=run.created_at or house.clock.now())
    house.runs.put(run)
    await house.reader.read(run.id)
    return run


async def again(house: House, version: str, actor: Actor = KIM, name: str = "storefront-dev", **options: Any) -> str:
    house.clock.move(60)
    return waits(house, (await house.start(name, "again", actor=actor, version=version, **options)).run_id)


def waits(house: House, run_id: str | None) -> str:
    """The run, resting after its plan."""
    template = house.runs.add_run(workspace(house), "planned")
    house.runs.put(replace(house.runs.run(str(run_id)), status_word="planned", allowed=template.allowed, has_changes=True))
    return str(run_id)


def ended(house: House, run_id: str, status: str = "errored") -> Run:
    run = replace(house.runs.run(run_id), status_word=status, allowed=frozenset(), timestamps={status: house.clock.now()})
    house.runs.put(run)
    return run


def applies(house: House) -> list[str]:
    return [call.given["run_id"] for call in house.runs.calls_of("act")]


async def refused(house: House, run_id: str, actor: Actor) -> None:
    """The vote is not enough, although one is wanted: it counts for the right to decide at most."""
    with suppress(VoteNotCounted):
        await house.vote(run_id, actor)
    assert run_id not in applies(house)


async def votes(house: House, run_id: str, *actors: Actor) -> list[bool]:
    """Whether the run was applied after each of these votes."""
    found = []
    for actor in actors:
        await house.vote(run_id, actor)
        found.append(run_id in applies(house))
    return found


# Uploads from Slack


async def test_whoever_uploaded_a_version_does_not_approve_a_run_that_another_started_of_it(house: House) -> None:
    version, _ = await uploaded(house)
    run_id = await again(house, version)
    await refused(house, run_id, ANA)
    assert await votes(house, run_id, RAJ) == [True]


async def test_the_author_is_known_before_the_run_is_and_stays_known_when_all_else_is_forgotten(house: House) -> None:
    version, run_id = await uploaded(house)
    ended(house, run_id)
    await house.reader.read(run_id)
    async with house.store.write() as transaction:
        await transaction.leavings.remove_runs([run_id])
        await transaction.leavings.remove_loose(house.clock.now() + timedelta(days=900))
    await refused(house, await again(house, version), ANA)


async def test_whoever_uploaded_it_does_not_approve_its_promotion(house: House) -> None:
    _, run_id = await uploaded(house)
    ended(house, run_id, "applied")
    promoted = await house.promotions.promote(Promote("storefront-dev", "storefront-prod", ""), KIM, DEPLOYS)
    await refused(house, waits(house, promoted.started.run_id), ANA)


async def test_whoever_uploaded_it_does_not_approve_a_retry(house: House) -> None:
    _, run_id = await uploaded(house)
    ended(house, run_id)
    retried = await house.retries.retry(Retry(RunReference(run_id=run_id)), KIM, DEPLOYS)
    await refused(house, waits(house, retried.started.run_id), ANA)


# Versions from elsewhere


async def test_whoever_started_the_first_run_of_a_version_counts_as_its_uploader(house: House) -> None:
    await outside(house, "cv-outside")
    run_id = await again(house, "cv-outside")
    await refused(house, run_id, ANA)
    assert await votes(house, run_id, RAJ) == [True]


async def test_the_first_run_stays_known_when_it_is_forgotten(house: House) -> None:
    first = await outside(house, "cv-outside")
    await outside(house, "cv-outside", created_by="kim")
    async with house.store.write() as transaction:
        await transaction.leavings.remove_runs([first.id])
    await refused(house, await again(house, "cv-outside", RAJ), ANA)


async def test_a_run_that_is_seen_late_is_the_first_all_the_same(house: House) -> None:
    late = house.clock.now()
    await outside(house, "cv-outside", created_by="kim")
    await outside(house, "cv-outside", created_by="ana", created_at=late)
    await refused(house, await again(house, "cv-outside", RAJ), ANA)


@pytest.mark.parametrize("creator", ["runbell", None])
async def test_where_the_first_run_may_be_ours_nobody_knows_who_uploaded_it(house: House, creator: str | None) -> None:
    """Anybody may have uploaded it, and so two have to approve: at most one of them did."""
    await outside(house, "cv-outside", created_by=creator)
    assert await votes(house, await again(house, "cv-outside"), ANA, RAJ) == [False, True]


async def test_whoever_has_us_start_the_first_run_is_not_taken_for_the_uploader(house: House) -> None:
    house.configurations.versions["cv-outside"] = ConfigurationVersion(id="cv-outside", status_word="uploaded", source="tfe-api")
    house.configurations.made_in["cv-outside"] = workspace(house).id
    run_id = await again(house, "cv-outside")
    assert await votes(house, run_id, ANA, RAJ) == [False, True]


async def test_a_first_run_from_before_our_time_is_found_on_the_server(house: House) -> None:
    """What was seen first is kim's run; ana's was there before anybody looked."""
    house.clock.move(60)
    house.runs.add_run(workspace(house), "applied", configuration_version_id="cv-outside", created_by="ana")
    await outside(house, "cv-outside", created_by="kim")
    run_id = await again(house, "cv-outside", RAJ)
    await refused(house, run_id, ANA)
    assert await votes(house, run_id, KIM) == [True]


@pytest.mark.parametrize("trouble", ["down", "many", "not told"])
async def test_where_the_server_does_not_show_that_a_run_was_the_first_nobody_is_known_to_be_the_author(
    house: House, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await outside(house, "cv-outside", created_by="kim")
    run_id = await again(house, "cv-outside", RAJ)

    async def listed(*_: Any, **__: Any) -> RunPage:
        if trouble == "down":
            raise TerraformUnreachable("terraform.test")
        return RunPage((), (), next_page=2 if trouble == "many" else None)

    monkeypatch.setattr(house.runs, "list_workspace_runs", listed)
    assert await votes(house, run_id, ANA, KIM) == [False, True]


async def test_only_runs_since_the_upload_are_looked_through_and_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    old = house.runs.add_run(workspace(house), "applied", created_by="raj", configuration_version_id="cv-other")
    house.clock.move(60)
    moment = house.clock.now()
    await outside(house, "cv-outside", created_by="ana")
    house.configurations.versions["cv-outside"] = replace(house.configurations.versions["cv-outside"], timestamps={"uploaded": moment})
    run_id = await again(house, "cv-outside", RAJ)
    listing, asked = house.runs.list_workspace_runs, []

    async def listed(*args: Any, **options: Any) -> RunPage:
        asked.append(options)
        found = await listing(*args, **options)
        assert old in found.runs
        return replace(found, next_page=2)

    monkeypatch.setattr(house.runs, "list_workspace_runs", listed)
    await refused(house, run_id, ANA)
    assert await votes(house, run_id, KIM) == [True]
    assert len(asked) == 1


async def test_a_run_of_what_the_workspace_used_last_inherits_its_author_too(house: House) -> None:
    await outside(house, "cv-newest")
    run_id = waits(house, (await house.start("storefront-dev", "go", actor=KIM)).run_id)
    await refused(house, run_id, ANA)
    assert await votes(house, run_id, RAJ) == [True]


# Commits


@pytest.mark.parametrize("sender", ["renovate[bot]", "web-flow", "github-merge-queue", "deploy-ci", ""])
async def test_a_pusher_who_may_be_anybody_costs_one_vote_more(house: House, sender: str) -> None:
    run = await outside(house, "cv-pushed", "planned", Ingress(commit_sha="4e8f1c2a9b", sender=sender), created_by="kim")
    assert await votes(house, run.id, ANA, RAJ) == [False, True]


async def test_a_pusher_who_is_known_costs_none(house: House) -> None:
    run = await outside(house, "cv-pushed", "planned", Ingress(commit_sha="4e8f1c2a9b", sender="kim-gh"), created_by="kim")
    assert await votes(house, run.id, ANA) == [True]


# Earlier requesters


async def retried_with(house: House, first: Actor, second: Actor, **options: Any) -> str:
    """A run that somebody starts of a version of kim's, and the run with which another tries it again."""
    await outside(house, "cv-kims", created_by="kim")
    started = await house.start("storefront-dev", "first", actor=first, version="cv-kims", **options)
    ended(house, str(started.run_id))
    await house.reader.read(str(started.run_id))
    retried = await house.retries.retry(Retry(RunReference(run_id=str(started.run_id))), second, DEPLOYS)
    return waits(house, retried.started.run_id)


@pytest.mark.parametrize("options", [{"targets": ("module.a",)}, {"replacements": ("b.c",)}])
async def test_whoever_chose_what_a_retry_carries_on_does_not_approve_it(house: House, options: dict[str, Any]) -> None:
    run_id = await retried_with(house, ANA, RAJ, **options)
    await refused(house, run_id, ANA)
    await refused(house, run_id, KIM)


async def test_whoever_only_started_the_run_before_may_approve_a_retry(house: House) -> None:
    assert await votes(house, await retried_with(house, ANA, RAJ), ANA) == [True]


async def tried_again(house: House, run_id: str, actor: Actor) -> str:
    ended(house, run_id)
    await house.reader.read(run_id)
    return waits(house, (await house.retries.retry(Retry(RunReference(run_id=run_id)), actor, DEPLOYS)).started.run_id)


async def test_a_choice_is_followed_through_retries_of_retries(house: House) -> None:
    run_id = await tried_again(house, await retried_with(house, ANA, KIM, targets=("module.a",)), RAJ)
    await refused(house, run_id, ANA)


@pytest.mark.parametrize("creator, needed", [("ana", [False]), ("runbell", [False, True]), (None, [False, True])])
async def test_what_somebody_chose_elsewhere_is_carried_on_too(
    house: House, creator: str | None, needed: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await outside(house, "cv-kims", "errored", Ingress(commit_sha="4e8f1c2a9b", sender="kim-gh"), created_by=creator)
    read = house.runs.read_run

    async def read_run(run_id: str, *, hurry: bool = True) -> RunReading:
        reading = await read(run_id, hurry=hurry)
        return replace(reading, options=RunOptions(targets=("module.a",))) if run_id == first.id else reading

    monkeypatch.setattr(house.runs, "read_run", read_run)
    retried = await house.retries.retry(Retry(RunReference(run_id=first.id)), KIM, DEPLOYS)
    run_id = waits(house, retried.started.run_id)
    assert await votes(house, run_id, ANA, *([RAJ] if len(needed) > 1 else [])) == needed


async def test_a_choice_that_is_forgotten_was_somebodys(house: House) -> None:
    run_id = await retried_with(house, ANA, RAJ, targets=("module.a",))
    async with house.store.read() as transaction:
        creating = await transaction.intents.creating(run_id)
        origin = decode_origin(creating.payload["origin"]) if creating is not None else None
    assert origin is not None
    async with house.store.write() as transaction:
        await transaction.leavings.remove_runs([origin.run_id])
    assert await votes(house, run_id, ANA, somebody_else(house)) == [False, True]


def somebody_else(house: House) -> Actor:
    """Somebody who has had no part in anything."""
    house.people.add("U0SAM", "sam")
    return Actor(id="U0SAM", team_id=ANA.team_id, name="sam")


async def test_only_so_many_retries_are_followed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authors, "CHAIN_MOST", 1)
    run_id = await tried_again(house, await retried_with(house, ANA, KIM, targets=("module.a",)), RAJ)
    found = await house.reader.read(run_id)
    asked = await house.evidence.question(Action.APPLY, found)
    assert [origin.known_as for role, origin in asked.inherited if role is Role.REQUESTER] == ["U0KIM", ""]


@pytest.mark.parametrize(
    "source, known, needed",
    [("tfe-api", True, [False, True]), ("github", True, [False, True]), ("github", False, [False, True])],
)
async def test_a_version_whose_origin_the_server_does_not_show_has_an_unknown_author(
    house: House, source: str, needed: list[bool], *, known: bool
) -> None:
    """Uploaded by nobody knows whom, or fetched from version control without a word on the commit."""
    run = await outside(house, "cv-shy", "planned", created_by="kim")
    if known:
        house.configurations.versions["cv-shy"] = ConfigurationVersion(id="cv-shy", status_word="uploaded", source=source)
        house.runs.put(replace(house.runs.run(run.id), configuration_version_id="cv-shy" if source == "github" else None))
    else:
        del house.configurations.versions["cv-shy"]
    assert await votes(house, run.id, ANA, RAJ) == needed


async def test_a_commit_that_was_seen_once_has_its_author_where_the_server_tells_no_more(house: House) -> None:
    await outside(house, "cv-pushed", "errored", Ingress(commit_sha="4e8f1c2a9b", sender="ana-gh"), created_by="kim")
    run_id = await again(house, "cv-pushed", RAJ)
    del house.configurations.versions["cv-pushed"]
    await refused(house, run_id, ANA)
    assert await votes(house, run_id, KIM) == [True]
