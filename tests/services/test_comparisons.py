"""How a promoted run compares with what was done in the stage before: on its messages, worked out once, never in the way of a message."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.chains import Chain
from bot.core.commands.promotions import Promote
from bot.core.comparisons import Comparison
from bot.core.configurations import ConfigurationVersion
from bot.core.contents import Effect
from bot.core.errors import TerraformUnreachable
from bot.core.messages import Kind
from bot.core.runs import Run
from tests.services.house import ANA, DEPLOYS, POLICY, House, open_house

CHAIN = Chain(name="storefront", stages=("storefront-dev", "storefront-prod"))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=replace(POLICY, chains=(CHAIN,))) as house:
        house.configurations.versions["cv-1"] = ConfigurationVersion(id="cv-1", status_word="uploaded")
        yield house


def text(house: House, run: Run, **changes: str) -> None:
    """The JSON of a run's plan: an action for each resource."""
    entries = [{"address": f"a.{name}", "type": "a", "change": {"actions": action.split("+")}} for name, action in changes.items()]
    house.texts.texts[str(run.plan_id)] = json.dumps({"format_version": "1.2", "resource_changes": entries}).encode()


async def promoted(house: House) -> tuple[Run, Run]:
    """The source, which has created one resource, and the promoted run, which is planning."""
    house.runs.add_workspace("storefront-prod")
    source = house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned", configuration_version_id="cv-1")
    source = house.runs.move(source.id, "applied")
    done = await house.promotions.promote(Promote("storefront-dev", "storefront-prod"), ANA, DEPLOYS)
    return source, house.runs.run(str(done.started.run_id))


async def told(house: House, kind: Kind = Kind.CALL) -> Comparison | None:
    """What the newest message of a kind shows."""
    await house.turn()
    return next(one.run_picture.comparison for one in reversed(house.in_channel()) if one.run_picture.kind is kind)


async def test_the_call_tells_what_is_destroyed_besides(house: House) -> None:
    source, run = await promoted(house)
    assert await told(house, Kind.CARD) is None
    text(house, source, new="create")
    text(house, run, new="create", db="delete", old="delete+create")
    house.runs.finish_plan(run.id, additions=2, destructions=2)

    found = await told(house)

    assert found is not None
    assert dict(found.also) == {Effect.DESTROY: 1, Effect.REPLACE: 1}
    assert found.addresses == ("a.db", "a.old")
    assert not found.by_counts


async def test_it_is_worked_out_once_and_kept(house: House) -> None:
    source, run = await promoted(house)
    text(house, source, new="create")
    text(house, run, new="create")
    house.runs.finish_plan(run.id)
    first = await told(house)
    house.texts.texts.clear()
    reads = len([call for call in house.runs.calls_of("read_run") if call.given["run_id"] == source.id])

    async with house.store.write() as transaction:
        await transaction.messages.raise_wanted(run.id)
    again = await told(house)

    assert first is not None
    assert (first.is_same, again) == (True, first)
    assert len([call for call in house.runs.calls_of("read_run") if call.given["run_id"] == source.id]) == reads
    async with house.store.read() as transaction:
        assert await transaction.plans.comparison(str(run.plan_id)) is not None


async def test_where_a_plan_may_not_be_read_the_counts_are_compared(house: House) -> None:
    _, run = await promoted(house)
    house.runs.finish_plan(run.id, additions=1, destructions=2)
    found = await told(house)
    assert found is not None
    assert (found.by_counts, dict(found.also)) == (True, {Effect.DESTROY: 2})


async def test_a_server_that_is_away_holds_no_message_up_and_is_asked_again_later(house: House) -> None:
    source, run = await promoted(house)
    text(house, source, new="create")
    text(house, run, new="create", db="delete")
    house.runs.finish_plan(run.id, destructions=1)
    async with house.store.read() as transaction:
        assert await transaction.plans.get(str(source.plan_id)) is not None
    await house.reader.read(run.id)
    house.runs.fail("read_run", *[TerraformUnreachable("terraform.test")] * 20)
    await house.paint()
    shown = house.in_channel()[-1].run_picture.comparison
    assert shown is not None
    assert shown.by_counts
    house.runs._failures.clear()

    async with house.store.write() as transaction:
        await transaction.messages.raise_wanted(run.id)
    found = await told(house)

    assert found is not None
    assert (found.by_counts, found.addresses) == (False, ("a.db",))


async def test_a_source_that_is_gone_is_said_to_be_beyond_comparison(house: House) -> None:
    source, run = await promoted(house)
    house.runs.finish_plan(run.id)
    del house.runs._runs[source.id]
    found = await told(house)
    assert found is not None
    assert not found.is_known


async def test_a_run_that_was_not_promoted_is_compared_with_nothing(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    started = await house.start("storefront-dev")
    house.runs.finish_plan(str(started.run_id))
    assert await told(house) is None


async def test_the_end_offers_the_next_stage_and_leads_to_its_source(house: House) -> None:
    source, run = await promoted(house)
    house.runs.finish_plan(run.id)
    await house.turn()
    call = house.in_channel()[-1].run_picture
    assert call.origin_link == f"https://terraform.test/app/acme/workspaces/storefront-dev/runs/{source.id}"
    house.runs.move(run.id, "applied")
    await house.turn()
    await house.turn()
    shown = {one.run_picture.kind: one.run_picture for one in house.in_channel()}
    assert (shown[Kind.END].offers_more, shown[Kind.END].next_stages) == (True, ())
    assert not shown[Kind.CARD].offers_more


async def test_where_others_read_along_an_end_offers_nothing(house: House) -> None:
    _, run = await promoted(house)
    house.runs.finish_plan(run.id)
    await house.turn()
    house.chat.shared.add(DEPLOYS.channel)
    house.runs.move(run.id, "errored")
    house.clock.move(3600)
    await house.turn()
    ends = [one.run_picture for one in house.in_channel() if one.run_picture.kind is Kind.END]
    assert [one.only_tells for one in ends] == [True]
