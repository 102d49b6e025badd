"""From what somebody wrote to a configuration version that a run can use, and that they may read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.commands.runs import StartRun
from bot.core.configurations import ConfigurationVersion, Ingress, NewConfiguration
from bot.core.errors import OtherOrganization, SeveralCommits, UnknownRun, UnknownVersion, VersionUnusable
from bot.core.origins import Origin, OriginKind
from bot.core.policy import Grant, Right
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from tests.services.house import ANA, DEPLOYS, POLICY, RAJ, House, open_house

SHA = "4e8f1c2a9b"
SECRET = replace(
    POLICY,
    grants=(
        Grant(may=frozenset({Right.READ, Right.START}), people=frozenset({ANA.id})),
        Grant(may=frozenset({Right.READ, Right.START}), workspaces=("storefront-*",), members=True),
    ),
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=SECRET, organizations=("acme", "globex")) as house:
        yield house


def version(house: House, version_id: str, **facts: Any) -> ConfigurationVersion:
    house.configurations.versions[version_id] = ConfigurationVersion(
        **{"id": version_id, "status_word": "uploaded", "source": "tfe-api", **facts}
    )
    return house.configurations.versions[version_id]


async def given(house: House, workspace: Workspace, version_id: str, *, seen: bool = True, **facts: Any) -> Run:
    """A run that was given a version; `seen`: we have read it."""
    run = house.runs.add_run(workspace, "applied", configuration_version_id=version_id, **facts)
    if seen:
        await house.reader.read(run.id)
    return run


async def pushed(house: House, workspace: Workspace, version_id: str, sha: str = SHA, *, seen: bool = True, **facts: Any) -> Run:
    run = house.runs.push(workspace, sha, "applied")
    house.runs.put(replace(run, configuration_version_id=version_id, **facts))
    if seen:
        await house.reader.read(run.id)
    if version_id not in house.configurations.versions:
        version(house, version_id, source="github", ingress=house.runs.ingresses[run.id])
    return run


async def resolve(house: House, word: str, workspace: Workspace, *, plan_only: bool = False) -> Origin:
    return await house.versions.resolve(word, workspace, RAJ, plan_only=plan_only)


@pytest.fixture
def prod(house: House) -> Workspace:
    return house.runs.add_workspace("storefront-prod")


@pytest.fixture
def dev(house: House) -> Workspace:
    return house.runs.add_workspace("storefront-dev")


async def test_a_version_is_found_by_its_id_by_its_run_by_the_link_and_by_its_commit(house: House, prod: Workspace, dev: Workspace) -> None:
    run = await pushed(house, dev, "cv-1")

    words = ("cv-1", run.id, f"https://terraform.test/app/acme/workspaces/storefront-dev/runs/{run.id}", SHA, SHA[:7].upper())
    found = [await resolve(house, word, prod) for word in words]

    assert len(set(found)) == 1
    assert found[0].kind is OriginKind.VERSION
    assert (found[0].configuration_version_id, found[0].run_id, found[0].workspace) == ("cv-1", run.id, "acme/storefront-dev")
    assert (found[0].sha, found[0].message, found[0].person) == (SHA, "Bump the module", "kim")
    assert found[0].commit_url.endswith(SHA)


@pytest.mark.parametrize(
    "facts", [{"status_word": "archived"}, {"status_word": "errored"}, {"status_word": "pending"}, {"speculative": True}], ids=str
)
async def test_a_version_that_no_run_can_use_is_refused(house: House, dev: Workspace, facts: dict[str, Any]) -> None:
    version(house, "cv-1", **facts)
    run = await given(house, dev, "cv-1")
    for word in ("cv-1", run.id):
        with pytest.raises(VersionUnusable, match=r"No run can use cv-1: .+"):
            await resolve(house, word, dev)


async def test_a_speculative_version_is_good_for_a_plan(house: House, dev: Workspace) -> None:
    version(house, "cv-1", speculative=True)
    await given(house, dev, "cv-1")
    assert (await resolve(house, "cv-1", dev, plan_only=True)).configuration_version_id == "cv-1"


async def test_a_version_of_a_workspace_that_one_may_not_read_is_refused(house: House, prod: Workspace) -> None:
    vault = house.runs.add_workspace("vault")
    version(house, "cv-1")
    run = await given(house, vault, "cv-1")
    for word in ("cv-1", run.id):
        with pytest.raises(UnknownVersion if word == "cv-1" else UnknownRun) as hidden:
            await resolve(house, word, prod)
        assert hidden.value.is_hidden
        assert "vault" not in hidden.value.sentence
        assert (await house.versions.resolve(word, prod, ANA)).workspace == "acme/vault"


async def test_a_commit_of_a_workspace_that_one_may_not_read_is_not_there(house: House, prod: Workspace) -> None:
    await pushed(house, house.runs.add_workspace("vault"), "cv-1")
    with pytest.raises(UnknownVersion):
        await resolve(house, SHA, prod)


async def test_of_several_runs_with_a_version_one_that_may_be_read_is_told(house: House, prod: Workspace, dev: Workspace) -> None:
    version(house, "cv-1")
    mine = await given(house, dev, "cv-1")
    house.clock.move(60)
    await given(house, house.runs.add_workspace("vault"), "cv-1")
    assert (await resolve(house, "cv-1", prod)).run_id == mine.id


async def test_a_version_of_another_organization_is_refused(house: House, prod: Workspace) -> None:
    elsewhere = house.runs.add_workspace("storefront-dev", "globex")
    version(house, "cv-1")
    run = await given(house, elsewhere, "cv-1")
    for word in ("cv-1", run.id):
        with pytest.raises(OtherOrganization, match="one organization alone"):
            await resolve(house, word, prod)


async def test_a_version_that_nobody_has_run_yet_is_known_by_where_it_was_made(house: House, dev: Workspace, prod: Workspace) -> None:
    made = await house.configurations.create(NewConfiguration(workspace_id=dev.id))
    version(house, made.id, ingress=Ingress(commit_sha=SHA))
    found = await resolve(house, made.id, dev)
    assert (found.configuration_version_id, found.workspace, found.run_id, found.sha) == (made.id, "acme/storefront-dev", "", SHA)
    with pytest.raises(UnknownVersion, match="a run that used it"):
        await resolve(house, made.id, prod)


async def test_a_version_is_looked_for_in_the_workspaces_list_once_and_never_in_the_organizations(house: House, dev: Workspace) -> None:
    version(house, "cv-1")
    run = await given(house, dev, "cv-1", seen=False)
    assert (await resolve(house, "cv-1", dev)).run_id == run.id
    assert len(house.runs.calls_of("list_workspace_runs")) == 1
    assert house.runs.calls_of("list_organization_runs") == []


async def test_a_commit_that_we_do_not_know_is_looked_for_in_the_workspaces_list(house: House, dev: Workspace) -> None:
    house.runs.heeds_filters = False
    run = await pushed(house, dev, "cv-1", seen=False)
    await given(house, dev, "cv-2", seen=False)
    assert (await resolve(house, SHA[:8], dev)).run_id == run.id
    with pytest.raises(UnknownVersion):
        await resolve(house, "00000001", dev)


async def test_a_commit_goes_by_the_workspaces_own_run_before_a_newer_one_elsewhere(house: House, dev: Workspace, prod: Workspace) -> None:
    own = await pushed(house, prod, "cv-prod")
    house.clock.move(60)
    await pushed(house, dev, "cv-dev")
    assert (await resolve(house, SHA, prod)).run_id == own.id


async def test_of_a_commits_versions_the_first_that_can_be_used_is_taken(house: House, dev: Workspace) -> None:
    version(house, "cv-gone", status_word="errored")
    await pushed(house, dev, "cv-good")
    house.clock.move(60)
    await pushed(house, dev, "cv-gone")
    assert (await resolve(house, SHA, dev)).configuration_version_id == "cv-good"
    house.configurations.versions["cv-good"] = replace(house.configurations.versions["cv-good"], speculative=True)
    with pytest.raises(VersionUnusable, match="cv-gone"):
        await resolve(house, SHA, dev)


async def test_the_beginning_of_several_commits_is_not_enough(house: House, dev: Workspace) -> None:
    await pushed(house, dev, "cv-1", "4e8f1c2a9b")
    await pushed(house, dev, "cv-2", "4e8f1c2b00")
    with pytest.raises(SeveralCommits, match="4e8f1c2a9b and 4e8f1c2b00"):
        await resolve(house, "4e8f1c2", dev)


async def test_a_run_that_was_deleted_meanwhile_has_no_commit(house: House, dev: Workspace) -> None:
    await pushed(house, dev, "cv-1")
    other = house.runs.add_workspace("storefront-other")
    house.runs.remove_workspace(dev.id)
    with pytest.raises(UnknownVersion):
        await resolve(house, SHA, other)


@pytest.mark.parametrize("word", ["main", "cv-", "4e8f", "storefront-dev", "cv-unknown"])
async def test_what_names_no_version_is_told_what_does(house: House, dev: Workspace, word: str) -> None:
    with pytest.raises(UnknownVersion, match="Name it by its id"):
        await resolve(house, word, dev)


async def test_a_run_that_is_not_there_is_told(house: House, dev: Workspace) -> None:
    with pytest.raises(UnknownRun):
        await resolve(house, "run-nowhere", dev)


async def test_a_run_whose_version_the_server_does_not_tell_has_none(house: House, dev: Workspace) -> None:
    run = house.runs.add_run(dev, "applied")
    with pytest.raises(UnknownVersion):
        await resolve(house, run.id, dev)


async def test_a_run_of_ours_tells_who_asked_in_which_words_and_hands_its_story_on(house: House, dev: Workspace, prod: Workspace) -> None:
    first = Origin(kind=OriginKind.UPLOAD, configuration_version_id="cv-1", message="main.tf", person="raj")
    version(house, "cv-1")
    started = await house.launches.start(StartRun("storefront-dev", "new files"), ANA, DEPLOYS, first)
    uploaded = await resolve(house, str(started.run_id), prod)
    assert (uploaded.message, uploaded.person) == ("new files", "raj")

    again = await house.launches.start(StartRun("storefront-prod", ""), ANA, DEPLOYS, replace(uploaded, kind=OriginKind.PROMOTION))
    promoted = await resolve(house, str(again.run_id), dev)
    assert (promoted.message, promoted.person, promoted.workspace) == ("new files", "raj", "acme/storefront-prod")

    plain = await house.launches.start(StartRun("storefront-dev", "just so"), ANA, DEPLOYS)
    house.runs.put(replace(house.runs.run(str(plain.run_id)), configuration_version_id="cv-1"))
    told = await resolve(house, str(plain.run_id), dev)
    assert (told.message, told.person) == ("just so", "ana")
