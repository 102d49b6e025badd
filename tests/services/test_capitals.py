"""Names that people type in other capitals than the server: what they mean, what a freeze covers, and when one is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.commands.freezes import DeclareFreeze, LiftFreeze
from bot.core.commands.promotions import Promote
from bot.core.commands.runs import RunReference
from bot.core.commands.watches import AddWatch, RemoveWatch
from bot.core.errors import (
    FreezeCoversNothing,
    NotGranted,
    NotVisible,
    RightMissing,
    SeveralFreezes,
    SeveralWatches,
    TerraformUnreachable,
    UnknownFreeze,
    UnknownWorkspace,
)
from bot.core.freezes import FreezeCoverage
from bot.core.policy import Actor, Grant, Right
from bot.core.rules import Match, Rule
from bot.core.runs import Run
from bot.core.verdicts import Lack
from bot.services.knowledge import RECENT
from tests.services.house import ANA, DEPLOYS, KIM, POLICY, RAJ, House, open_house

DOWN = TerraformUnreachable("terraform.test")
KNOWN_ONE = FreezeCoverage(workspaces=1, is_known=True)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


def planned(house: House, name: str = "storefront-prod", **facts: str) -> Run:
    return house.runs.add_run(house.runs.add_workspace(name, **facts), "planned")


async def freeze(house: House, pattern: str, actor: Actor = ANA) -> FreezeCoverage:
    return (await house.freezing.declare(DeclareFreeze(pattern, "the sale"), actor, DEPLOYS)).coverage


async def patterns(house: House) -> list[str]:
    async with house.store.read() as transaction:
        return [one.pattern for one in await transaction.freezes.all()]


async def holds(house: House, run: Run) -> bool:
    """Whether a vote that would be enough applies nothing, because of a freeze alone."""
    before = len(house.runs.calls_of("act"))
    acted = await house.vote(run.id)
    lacks = {one.lack for one in acted.verdict.missing} if acted.verdict else set()
    return lacks == {Lack.FREEZE} and len(house.runs.calls_of("act")) == before


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("ACME/Storefront-Prod", "acme/storefront-prod"),
        ("STOREFRONT-PROD", "storefront-prod"),
        ("ACME/Storefront-*", "ACME/Storefront-*"),
        ("*-PROD", "*-PROD"),
    ],
)
async def test_a_freeze_in_other_capitals_holds_and_names_are_kept_as_the_server_spells_them(house: House, typed: str, kept: str) -> None:
    run = planned(house)
    await house.poll()
    assert await freeze(house, typed) == KNOWN_ONE
    assert await patterns(house) == [kept]
    assert await holds(house, run)


async def test_a_freeze_of_nothing_is_refused_with_the_nearest_names_once_all_workspaces_were_read(house: House) -> None:
    planned(house)
    await house.poll()
    for pattern, near in (("storefrnt-*", ("storefront-prod",)), ("Acmee/*", ()), ("[x]*", ())):
        with pytest.raises(FreezeCoversNothing) as refused:
            await freeze(house, pattern)
        assert refused.value.near == near
    with pytest.raises(UnknownWorkspace):
        await freeze(house, "acmee/storefront-prod")
    assert await patterns(house) == []


async def test_before_all_workspaces_were_read_a_freeze_is_declared_and_says_that_its_coverage_is_not_known(house: House) -> None:
    run = planned(house)
    house.runs.fail("list_workspaces", DOWN)
    assert await freeze(house, "ACME/storefront-*") == FreezeCoverage(workspaces=0, is_known=False)
    house.runs.fail("list_workspaces", DOWN)
    assert await freeze(house, "STOREFRONT-Prod") == FreezeCoverage(workspaces=0, is_known=False)
    await house.poll()
    assert await holds(house, run)


async def test_what_was_read_long_ago_does_not_tell_that_there_is_nothing(house: House) -> None:
    planned(house)
    await house.poll()
    house.clock.move(RECENT.total_seconds() + 60)
    run = planned(house, "billing-prod")
    assert await freeze(house, "BILLING-*") == FreezeCoverage(workspaces=0, is_known=False)
    assert await freeze(house, "STOREFRONT-*") == FreezeCoverage(workspaces=1, is_known=False)
    await house.poll()
    assert await freeze(house, "STOREFRONT-*") == KNOWN_ONE
    assert await holds(house, run)


async def test_a_list_from_before_the_start_does_not_tell_that_there_is_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        planned(house)
        await house.poll()
    async with open_house(tmp_path) as again:
        again.clock.move(60)
        again.freezing._knowledge._started_at = again.clock.now()  # a minute after the other process has read its list
        assert await freeze(again, "nothing-*") == FreezeCoverage(workspaces=0, is_known=False)
        again.runs.add_workspace("storefront-prod")
        again.clock.move(600)
        await again.poll()
        with pytest.raises(FreezeCoversNothing):
            await freeze(again, "none-*")


async def test_one_workspace_is_frozen_by_its_name_while_terraform_is_out_of_reach(house: House) -> None:
    run = planned(house)
    house.runs.fail("list_workspaces", DOWN)
    house.runs.fail("read_workspace", DOWN)
    assert await freeze(house, "storefront-prod") == FreezeCoverage(workspaces=0, is_known=False)
    assert await holds(house, run)

    await house.poll()
    house.runs.fail("read_workspace", DOWN)
    assert await freeze(house, "acme/STOREFRONT-prod") == KNOWN_ONE
    assert await patterns(house) == ["storefront-prod", "acme/storefront-prod"]


async def test_a_new_workspace_is_frozen_by_its_name_at_once(house: House) -> None:
    planned(house, "dns")
    await house.poll()
    run = planned(house)
    assert await freeze(house, "storefront-prod") == KNOWN_ONE
    assert await holds(house, run)


async def test_whoever_freezes_needs_the_right_in_what_it_covers_by_other_capitals(tmp_path: Path) -> None:
    grant = Grant(may=frozenset({Right.DECIDE}), workspaces=("acme/storefront-*",), people=frozenset({"U0KIM"}))
    async with open_house(tmp_path, policy=replace(POLICY, grants=(*POLICY.grants, grant))) as house:
        planned(house)
        await house.poll()
        assert await freeze(house, "ACME/STOREFRONT-*", KIM) == KNOWN_ONE
        planned(house, "STOREFRONT-PROD")
        house.clock.move(400)
        await house.poll()
        for pattern in ("storefront-*", "acme/storefront-prod"):
            with pytest.raises(RightMissing) as refused:
                await freeze(house, pattern, KIM)
            assert refused.value.workspace == "acme/STOREFRONT-PROD"


async def test_a_freeze_covers_what_differs_by_capitals_alone(house: House) -> None:
    runs = [planned(house), planned(house, "STOREFRONT-PROD")]
    await house.poll()
    assert await freeze(house, "acme/storefront-prod") == FreezeCoverage(workspaces=2, is_known=True)
    assert [await holds(house, run) for run in runs] == [True, True]


async def test_a_freeze_is_ended_in_any_capitals_and_where_two_fit_it_asks(house: House) -> None:
    planned(house)
    await house.poll()
    await freeze(house, "*-prod")
    [ended] = await house.freezing.lift(LiftFreeze("*-PROD"), ANA, DEPLOYS)
    assert (ended.pattern, await patterns(house)) == ("*-prod", [])

    async with house.store.write() as transaction:
        for pattern in ("Shop-*", "shop-*"):
            await transaction.freezes.add(replace(ended, pattern=pattern))
    with pytest.raises(SeveralFreezes) as refused:
        await house.freezing.lift(LiftFreeze("SHOP-*"), ANA, DEPLOYS)
    assert refused.value.patterns == ("Shop-*", "shop-*")
    await house.freezing.lift(LiftFreeze("shop-*"), ANA, DEPLOYS)
    assert await patterns(house) == ["Shop-*"]
    with pytest.raises(UnknownFreeze):
        await house.freezing.lift(LiftFreeze("shop"), ANA, DEPLOYS)


async def test_the_same_person_freezes_the_same_in_other_capitals_once(house: House) -> None:
    planned(house)
    await house.poll()
    await freeze(house, "*-prod")
    await freeze(house, "*-PROD")
    assert await patterns(house) == ["*-PROD"]


async def test_a_rule_in_other_capitals_denies(tmp_path: Path) -> None:
    for number, match in enumerate((Match(workspaces=("Acme/Storefront-*",)), Match(tags=frozenset({"Production"})))):
        rule = Rule(name="never", match=match, deny="By hand.")
        async with open_house(tmp_path / str(number), policy=replace(POLICY, rules=(rule,), hash=f"never {number}")) as house:
            workspace = house.runs.add_workspace("storefront-prod", tags=frozenset({"production"}))
            with pytest.raises(NotGranted):
                await house.vote(house.runs.add_run(workspace, "planned").id)
            assert house.runs.calls_of("act") == []


async def test_a_right_in_other_capitals_gives_nothing(tmp_path: Path) -> None:
    grant = Grant(may=frozenset({Right.DECIDE}), workspaces=("acme/prod",), people=frozenset({"U0KIM"}))
    async with open_house(tmp_path, policy=replace(POLICY, grants=(*POLICY.grants, grant)), organizations=("ACME", "acme")) as house:
        for organization, name in (("ACME", "PROD"), ("acme", "Prod")):
            run = planned(house, name, organization=organization)
            with pytest.raises(RightMissing):
                await house.vote(run.id, KIM)
        assert house.runs.calls_of("act") == []
        assert (await house.vote(planned(house, "prod", organization="acme").id, KIM)).outcome is not None


async def test_a_typed_name_is_taken_as_it_is_spelled_and_else_in_any_capitals(house: House) -> None:
    runs = {name: planned(house, name) for name in ("shop", "SHOP", "dns")}
    await house.poll()
    for typed, name in (("shop", "shop"), ("acme/SHOP", "SHOP"), ("Dns", "dns"), ("ACME/DNS", "dns")):
        assert (await house.finder.run(RunReference(workspace=typed), ANA)).run.id == runs[name].id
    for typed in ("Shop", "acme/Shop", "ACME/shop"):
        with pytest.raises(UnknownWorkspace) as refused:
            await house.finder.workspace(typed, ANA)
        assert sorted(refused.value.near) == ["acme/SHOP", "acme/shop"]


async def test_a_name_that_was_known_and_is_gone_means_nothing(house: House) -> None:
    planned(house, "shop")
    await house.poll()
    house.runs.fail("read_workspace", *([NotVisible("Workspace")] * 2))
    with pytest.raises(UnknownWorkspace):
        await house.finder.workspace("SHOP", ANA)
    for nothing in ("", "acme/"):
        with pytest.raises(UnknownWorkspace):
            await house.finder.workspace(nothing, ANA)


async def test_an_organization_is_taken_as_it_is_spelled_and_else_in_any_capitals(tmp_path: Path) -> None:
    async with open_house(tmp_path, organizations=("acme", "ACME", "umbrella")) as house:
        for organization in ("acme", "ACME", "umbrella"):
            house.runs.add_workspace("dns", organization=organization)
        for typed in ("acme/dns", "ACME/dns", "umbrella/dns"):
            assert (await house.finder.workspace(typed, ANA)).full_name == typed
        assert (await house.finder.workspace("UMBRELLA/dns", ANA)).full_name == "umbrella/dns"
        with pytest.raises(UnknownWorkspace) as refused:
            await house.finder.workspace("Acme/dns", ANA)
        assert refused.value.near == ("acme/dns", "ACME/dns")


async def test_a_watch_is_kept_as_the_server_spells_it_and_ended_in_any_capitals(house: House) -> None:
    for name in ("storefront-prod", "dns"):
        house.runs.add_workspace(name)
    await house.poll()
    watched = await house.watching.add(AddWatch("ACME/Storefront-PROD"), RAJ, DEPLOYS)
    assert (watched.watch.pattern, watched.workspaces) == ("acme/storefront-prod", ("acme/storefront-prod",))
    assert (await house.watching.remove(RemoveWatch("acme/STOREFRONT-prod"), RAJ, DEPLOYS)).watch.pattern == "acme/storefront-prod"

    for pattern in ("dn*s", "Dn*s"):
        await house.watching.add(AddWatch(pattern), RAJ, DEPLOYS)
    with pytest.raises(SeveralWatches):
        await house.watching.remove(RemoveWatch("DN*S"), RAJ, DEPLOYS)


async def test_a_form_is_filled_in_for_a_name_in_any_capitals(house: House) -> None:
    for name in ("shop", "SHOP", "dns"):
        house.runs.add_workspace(name)
    await house.poll()
    known = [await house.promotions.known(written, ANA) for written in ("DNS", "ACME/dns", "shop", "Shop", "nothere")]
    assert [one.name if one else None for one in known] == ["dns", "dns", "shop", None, None]
    with pytest.raises(UnknownWorkspace):
        await house.promotions.promote(Promote("Shop", "dns", ""), ANA, DEPLOYS)
