"""What a workspace has applied last goes to another, as a run like any other; and nothing else ever does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.chains import Chain
from bot.core.commands.promotions import Promote
from bot.core.configurations import ConfigurationVersion, Ingress
from bot.core.errors import (
    AppliedSince,
    ChainChanged,
    HandedOnBefore,
    NeverApplied,
    OtherOrganization,
    PromotionRefused,
    RequestRefused,
    RightMissing,
    SameWorkspace,
    UnknownWorkspace,
    VersionUnusable,
)
from bot.core.locks import Lock
from bot.core.origins import Origin, OriginKind
from bot.core.readings import NewRun, RunPage
from bot.core.runs import Run
from bot.core.workspaces import Workspace, WorkspaceDetail
from bot.services.firsts import demand_first
from bot.services.promotions import Promoted
from tests.services.house import ANA, DEPLOYS, GUS, KIM, POLICY, House, open_house

CHAIN = Chain(name="storefront", stages=("storefront-dev", "storefront-staging", "storefront-prod"))
SHA = "4e8f1c2a9b"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=replace(POLICY, chains=(CHAIN,)), organizations=("acme", "globex")) as house:
        for name in CHAIN.stages:
            house.runs.add_workspace(name)
        yield house


def named(house: House, name: str) -> Workspace:
    return next(one for one in house.runs._workspaces.values() if one.name == name)


async def applied(house: House, version_id: str, workspace: str = "storefront-dev", *, seen: bool = False, **facts: Any) -> Run:
    """The next run of a workspace to be applied, a minute after the one before."""
    house.clock.move(60)
    house.configurations.versions.setdefault(
        version_id,
        ConfigurationVersion(id=version_id, status_word="uploaded", source="github", ingress=Ingress(commit_sha=SHA, sender="kim")),
    )
    run = house.runs.add_run(named(house, workspace), "applied", configuration_version_id=version_id, **facts)
    if seen:
        await house.reader.read(run.id)
    return run


async def promote(house: House, source: str = "storefront-dev", target: str = "storefront-staging", message: str = "") -> Promoted:
    return await house.promotions.promote(Promote(source, target, message), ANA, DEPLOYS)


def sent(house: House) -> list[NewRun]:
    return [call.given["wish"] for call in house.runs.calls_of("create_run")]


async def test_the_very_version_of_the_last_applied_run_is_taken_and_never_a_newer_one(house: House) -> None:
    await applied(house, "cv-old")
    run = await applied(house, "cv-applied")
    house.runs.add_run(named(house, "storefront-dev"), "planned", configuration_version_id="cv-newer")

    promoted = await promote(house, message="for the sale")

    [wish] = sent(house)
    assert (wish.workspace_id, wish.configuration_version_id) == (named(house, "storefront-staging").id, "cv-applied")
    assert (wish.is_destroy, wish.plan_only, wish.refresh_only) == (False, False, False)
    assert wish.message.startswith("asked for by ana")
    assert wish.message.endswith(": “for the sale”")
    assert (promoted.origin.kind, promoted.origin.run_id) == (OriginKind.PROMOTION, run.id)
    assert (promoted.origin.workspace, promoted.origin.sha, promoted.origin.person) == ("acme/storefront-dev", SHA, "kim")
    assert promoted.origin.applied_at == run.timestamps["applied"]
    assert promoted.passed_over == ""


async def test_the_card_and_the_intent_know_where_it_came_from(house: House) -> None:
    await applied(house, "cv-1")
    promoted = await promote(house)
    await house.paint()
    [card] = house.in_channel()
    request = card.run_picture.request
    assert request is not None
    assert request.origin == promoted.origin


async def test_without_a_message_the_configurations_own_is_taken(house: House) -> None:
    await applied(house, "cv-1", message="Bump the image\n\nand more")
    await promote(house)
    assert sent(house)[0].message.startswith("asked for")
    assert sent(house)[0].message.endswith(": “Bump the image (from storefront-dev)”")


@pytest.mark.parametrize("facts", [{"is_destroy": True}, {"refresh_only": True}])
async def test_what_only_destroyed_or_refreshed_is_passed_over_and_that_is_said(house: House, facts: dict[str, Any]) -> None:
    await applied(house, "cv-1")
    newer = await applied(house, "cv-2", **facts)
    promoted = await promote(house)
    assert (sent(house)[0].configuration_version_id, promoted.passed_over) == ("cv-1", newer.id)


async def test_a_source_that_never_applied_a_configuration_has_nothing_to_give(house: House) -> None:
    with pytest.raises(NeverApplied, match="Apply one there first"):
        await promote(house)
    destroyed = await applied(house, "cv-1", is_destroy=True)
    with pytest.raises(NeverApplied, match=destroyed.id):
        await promote(house)
    assert sent(house) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"status_word": "archived", "source": "tfe-api"},
        {"speculative": True},
        {"status_word": "errored"},
        {"status_word": "backing_data_permanently_deleted"},
    ],
)
async def test_a_version_that_cannot_be_used_any_more_is_refused(house: House, facts: dict[str, Any]) -> None:
    await applied(house, "cv-1")
    house.configurations.versions["cv-1"] = replace(house.configurations.versions["cv-1"], **facts)
    with pytest.raises(VersionUnusable, match="cv-1"):
        await promote(house)
    assert sent(house) == []


async def test_from_a_workspace_to_itself_nothing_is_promoted(house: House) -> None:
    await applied(house, "cv-1")
    with pytest.raises(SameWorkspace):
        await promote(house, "storefront-dev", "acme/storefront-dev")


async def test_into_another_organization_nothing_is_promoted(house: House) -> None:
    await applied(house, "cv-1")
    house.runs.add_workspace("elsewhere", "globex")
    with pytest.raises(OtherOrganization, match="one organization alone"):
        await promote(house, target="elsewhere")


@pytest.mark.parametrize("names", [("nowhere", "storefront-staging"), ("storefront-dev", "nowhere")])
async def test_workspaces_that_are_not_there_are_told(house: House, names: tuple[str, str]) -> None:
    await applied(house, "cv-1")
    with pytest.raises(UnknownWorkspace, match="nowhere"):
        await promote(house, *names)


async def test_starting_in_the_target_and_reading_in_the_source_are_asked_for(house: House) -> None:
    await applied(house, "cv-1")
    with pytest.raises(RightMissing, match="storefront-staging"):
        await house.promotions.promote(Promote("storefront-dev", "storefront-staging"), KIM, DEPLOYS)
    house.runs.add_workspace("shop-dev")
    await house.promotions.promote(Promote("storefront-dev", "shop-dev"), KIM, DEPLOYS)
    assert len(sent(house)) == 1


async def test_a_target_bound_to_a_repository_that_refuses_is_told_as_that(house: House) -> None:
    await applied(house, "cv-1")
    house.runs.refusal = "Configuration version is not of this repository."
    with pytest.raises(RequestRefused):
        await promote(house)
    staging = named(house, "storefront-staging")
    lock = Lock(workspace_id=staging.id, is_locked=False)
    house.locks.details[staging.id] = WorkspaceDetail(workspace=staging, lock=lock, repository="acme/infra")
    with pytest.raises(PromotionRefused, match=r"acme/infra.*not of this repository. Merge there"):
        await promote(house)


async def test_what_we_know_counts_besides_what_the_server_lists(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run = await applied(house, "cv-1", seen=True)

    async def nothing(workspace_id: str, **_: Any) -> RunPage:
        assert workspace_id == run.workspace_id
        return RunPage((), (), None)

    monkeypatch.setattr(house.runs, "list_workspace_runs", nothing)
    assert (await promote(house)).origin.run_id == run.id


async def test_a_server_that_knows_no_filter_is_read_a_few_pages_and_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.promotions.PAGE_SIZE", 2)
    house.runs.heeds_filters = False
    await applied(house, "cv-deep")
    for _ in range(4):
        house.clock.move(60)
        house.runs.add_run(named(house, "storefront-dev"), "errored")
    assert (await promote(house)).origin.configuration_version_id == "cv-deep"
    for _ in range(4):
        house.clock.move(60)
        house.runs.add_run(named(house, "storefront-staging"), "errored")
    with pytest.raises(NeverApplied):
        await promote(house, "storefront-staging", "storefront-prod")


async def test_a_run_that_is_gone_from_the_server_is_no_source(house: House) -> None:
    old = await applied(house, "cv-1")
    gone = await applied(house, "cv-2", seen=True)
    del house.runs._runs[gone.id]
    assert (await promote(house)).origin.run_id == old.id


async def test_a_button_promotes_what_its_run_has_applied_to_the_next_stage(house: House) -> None:
    run = await applied(house, "cv-1")
    promoted = await house.promotions.promote_run(run.id, "acme/storefront-staging", ANA, DEPLOYS)
    assert promoted.started.workspace.name == "storefront-staging"
    assert sent(house)[0].configuration_version_id == "cv-1"


async def test_a_button_under_a_run_that_is_no_longer_the_last_one_starts_nothing(house: House) -> None:
    run = await applied(house, "cv-1")
    newer = await applied(house, "cv-2")
    with pytest.raises(AppliedSince, match=newer.id):
        await house.promotions.promote_run(run.id, "acme/storefront-staging", ANA, DEPLOYS)
    assert sent(house) == []


@pytest.mark.parametrize("stage", ["acme/storefront-prod", "acme/dns"])
async def test_a_button_goes_to_the_next_stage_as_the_chain_is_now_and_nowhere_else(house: House, stage: str) -> None:
    run = await applied(house, "cv-1")
    with pytest.raises(ChainChanged):
        await house.promotions.promote_run(run.id, stage, ANA, DEPLOYS)
    assert sent(house) == []


async def test_the_source_of_a_form_is_known_without_asking_the_server(house: House) -> None:
    run = await applied(house, "cv-1", seen=True)
    before = len(house.runs.calls)
    found = [
        await house.promotions.source_of(run.id, ANA),
        await house.promotions.known("storefront-dev", ANA),
        await house.promotions.known("acme/storefront-dev", ANA),
    ]
    assert [one.name for one in found if one is not None] == ["storefront-dev"] * 3
    assert await house.promotions.source_of("run-unknown", ANA) is None
    assert await house.promotions.known("nowhere", ANA) is None
    assert await house.promotions.source_of(run.id, GUS) is None
    assert len(house.runs.calls) == before


async def test_the_audit_tells_which_configuration_a_run_was_given_and_where_from(house: House) -> None:
    run = await applied(house, "cv-1")
    promoted = await promote(house)
    async with house.store.read() as transaction:
        rows = await transaction.audit.newest(run_id=str(promoted.started.run_id))
    (created,) = [row for row in rows if row.action == "create"]
    told = json.loads(created.details)
    assert (told["configuration"], told["origin"], told["source"]) == ("cv-1", "promotion", run.id)


# Clicked twice


async def test_two_clicks_at_once_start_one_run_and_another_may_be_started_when_it_has_ended(house: House) -> None:
    run = await applied(house, "cv-1")
    clicks = [house.promotions.promote_run(run.id, "acme/storefront-staging", who, DEPLOYS) for who in (ANA, ANA)]
    promoted, refused = sorted(await asyncio.gather(*clicks, return_exceptions=True), key=lambda one: isinstance(one, Exception))
    assert isinstance(promoted, Promoted)
    assert isinstance(refused, HandedOnBefore)
    assert len(sent(house)) == 1

    with pytest.raises(HandedOnBefore, match=f"{promoted.started.run_id} of acme/storefront-staging goes on"):
        await house.promotions.promote_run(run.id, "acme/storefront-staging", ANA, DEPLOYS)
    house.runs.move(str(promoted.started.run_id), "discarded")
    await house.reader.read(str(promoted.started.run_id))
    await house.promotions.promote_run(run.id, "acme/storefront-staging", ANA, DEPLOYS)
    assert len(sent(house)) == 2


async def test_of_two_clicks_that_see_nothing_of_each_other_one_finds_the_mark_of_the_other(house: House) -> None:
    origin = Origin(kind=OriginKind.PROMOTION, configuration_version_id="cv-1", run_id="run-unknown")
    started = (await promote_something(house)).started
    async with house.store.read() as transaction:
        intent = await transaction.intents.creating(str(started.run_id))
    assert intent is not None
    async with house.store.write() as transaction:
        await demand_first(transaction, intent, origin)
    with pytest.raises(HandedOnBefore, match="Somebody has asked for this already: a run of acme/storefront-staging is being started"):
        async with house.store.write() as transaction:
            await demand_first(transaction, intent, origin)


async def promote_something(house: House) -> Promoted:
    await applied(house, "cv-0")
    return await promote(house)


async def test_what_the_server_refused_may_be_clicked_again(house: House) -> None:
    run = await applied(house, "cv-1")
    house.runs.fail("create_run", RequestRefused("terraform.test", "not now"))
    with pytest.raises(RequestRefused):
        await house.promotions.promote_run(run.id, "acme/storefront-staging", ANA, DEPLOYS)
    assert (await house.promotions.promote_run(run.id, "acme/storefront-staging", ANA, DEPLOYS)).started.run_id


async def test_what_is_typed_twice_is_meant_twice(house: House) -> None:
    await applied(house, "cv-1")
    assert (await promote(house)).started.run_id != (await promote(house)).started.run_id
