"""What a workspace would refuse is said before anything is sent; what would only put the run off is said with its start."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.configurations import ConfigurationVersion
from bot.core.errors import DestroyForbidden, NoConfiguration, NotVisible, RightMissing, TokenMayNotStart, UnknownVersion
from bot.core.locks import Lock
from bot.core.origins import OriginKind
from bot.core.people import Standing
from bot.core.workspaces import Workspace, WorkspaceDetail
from tests.services.house import ANA, GUS, House


def described(house: House, workspace: Workspace, **facts: object) -> None:
    detail = WorkspaceDetail(workspace=workspace, lock=Lock(workspace_id=workspace.id, is_locked=False))
    house.locks.details[workspace.id] = replace(detail, **facts)  # type: ignore[arg-type]


async def test_nothing_is_sent_where_the_workspace_would_refuse_it(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    described(house, workspace, lacks_configuration=True)
    with pytest.raises(NoConfiguration):
        await house.start("storefront-dev")
    described(house, workspace, may=frozenset({"lock"}))
    with pytest.raises(TokenMayNotStart):
        await house.start("storefront-dev")
    described(house, replace(workspace, allow_destroy_plan=False))
    with pytest.raises(DestroyForbidden):
        await house.start("storefront-dev", destroy=True)
    assert house.runs.calls_of("create_run") == []
    assert await house.open_intents() == ()


async def test_a_lock_is_said_and_the_run_waits_for_it(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    lock = Lock(workspace_id=workspace.id, is_locked=True, holder_kind="users", holder_name="kim", reason="audit")
    described(house, workspace, lock=lock)
    started = await house.start("storefront-dev")
    assert started.run_id is not None
    assert started.cautions == ("acme/storefront-dev is locked, so the run waits until it is unlocked. kim holds the lock: audit.",)


async def test_a_server_that_tells_nothing_of_a_workspace_is_asked_all_the_same(house: House) -> None:
    house.runs.add_workspace("storefront-dev", locked=True)
    house.runs.fail("detail", NotVisible("Workspace"))
    started = await house.start("storefront-dev")
    assert started.cautions == ("acme/storefront-dev is locked, so the run waits until it is unlocked.",)


async def test_a_version_is_looked_up_and_brings_a_configuration_of_its_own(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    described(house, workspace, lacks_configuration=True)
    house.configurations.versions["cv-Old1"] = ConfigurationVersion(id="cv-Old1", status_word="uploaded", source="tfe-api")
    house.configurations.made_in["cv-Old1"] = workspace.id
    await house.start("storefront-dev", version="cv-Old1")
    [call] = house.runs.calls_of("create_run")
    assert call.given["wish"].configuration_version_id == "cv-Old1"
    await house.paint()
    [card] = house.in_channel()
    request = card.run_picture.request
    assert request is not None
    assert request.origin is not None
    assert (request.origin.kind, request.origin.configuration_version_id) == (OriginKind.VERSION, "cv-Old1")


async def test_a_version_that_nobody_knows_starts_nothing(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    with pytest.raises(UnknownVersion):
        await house.start("storefront-dev", version="what")
    assert house.runs.calls_of("create_run") == []


async def test_only_members_are_asked_what_to_start(house: House) -> None:
    await house.launches.demand_member(ANA)
    house.people.add(GUS.id, GUS.name, Standing.GUEST)
    with pytest.raises(RightMissing) as caught:
        await house.launches.demand_member(GUS)
    assert (caught.value.right, caught.value.workspace) == ("start", "any workspace")
