"""A failed run once more: the same configuration and kind, with nothing made up where something is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.commands.promotions import Retry
from bot.core.commands.runs import RunReference, StartRun
from bot.core.configurations import ConfigurationVersion
from bot.core.errors import CannotRetry, HandedOnBefore, RightMissing, UnknownRun, UnknownVersion, VersionUnusable
from bot.core.origins import OriginKind
from bot.core.readings import NewRun, RunReading
from bot.core.retries import RunOptions
from bot.core.runs import Run
from bot.services.retries import Retried
from tests.services.house import ANA, DEPLOYS, RAJ, House


def failed(house: House, status: str = "errored", **facts: Any) -> Run:
    house.configurations.versions["cv-1"] = ConfigurationVersion(id="cv-1", status_word="uploaded")
    workspace = house.runs.add_workspace("storefront-prod")
    return house.runs.add_run(workspace, status, configuration_version_id="cv-1", **facts)


async def retry(house: House, run: Run, *, debugging: bool = False) -> Retried:
    return await house.retries.retry(Retry(RunReference(run_id=run.id), debugging=debugging), ANA, DEPLOYS)


def sent(house: House) -> NewRun:
    wish: NewRun = house.runs.calls_of("create_run")[-1].given["wish"]
    return wish


def started_with(house: House, monkeypatch: pytest.MonkeyPatch, options: RunOptions) -> None:
    """The server tells of every run that it was started with these."""
    read = house.runs.read_run

    async def read_run(run_id: str, *, hurry: bool = True) -> RunReading:
        return replace(await read(run_id, hurry=hurry), options=options)

    monkeypatch.setattr(house.runs, "read_run", read_run)


@pytest.mark.parametrize("status", ["errored", "canceled", "force_canceled", "discarded", "policy_soft_failed"])
async def test_a_failed_run_is_started_once_more_with_the_same_configuration(house: House, status: str) -> None:
    run = failed(house, status, message="by hand")
    retried = await retry(house, run)
    wish = sent(house)
    assert (wish.workspace_id, wish.configuration_version_id, wish.debugging) == (run.workspace_id, "cv-1", False)
    assert wish.message.startswith("asked for by ana")
    assert wish.message.endswith(f": “by hand (retry of {run.id})”")
    assert (retried.origin.kind, retried.origin.run_id, retried.origin.message) == (OriginKind.RETRY, run.id, "by hand")


async def test_it_is_of_the_same_kind_with_the_same_targets(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run = failed(house, is_destroy=True, save_plan=True)
    started_with(house, monkeypatch, RunOptions(targets=("module.a",), replacements=("b.c",)))
    await retry(house, run, debugging=True)
    wish = sent(house)
    assert (wish.is_destroy, wish.save_plan, wish.plan_only, wish.debugging) == (True, True, False, True)
    assert (wish.targets, wish.replacements) == (("module.a",), ("b.c",))


@pytest.mark.parametrize("facts", [{"plan_only": True}, {"refresh_only": True}])
async def test_a_plan_only_run_stays_one_and_a_refresh_too(house: House, facts: dict[str, Any]) -> None:
    await retry(house, failed(house, **facts))
    assert {"plan_only": sent(house).plan_only, "refresh_only": sent(house).refresh_only} == {
        "plan_only": False,
        "refresh_only": False,
        **facts,
    }


async def test_a_run_that_was_to_apply_by_itself_waits_for_a_decision(house: House) -> None:
    failed(house)
    first = await house.launches.start(StartRun("storefront-prod", "go", auto_apply=True), ANA, DEPLOYS)
    house.runs.put(replace(house.runs.run(str(first.run_id)), configuration_version_id="cv-1", status_word="errored"))
    retried = await retry(house, house.runs.run(str(first.run_id)))
    async with house.store.read() as transaction:
        intent = await transaction.intents.creating(str(retried.started.run_id))
    assert intent is not None
    assert intent.payload["auto_apply"] == "no"
    assert intent.payload["message"] == f"go (retry of {first.run_id})"


@pytest.mark.parametrize("options", [RunOptions(variables=("replicas",)), RunOptions(others=("refresh=false",))])
async def test_what_is_not_known_or_not_offered_is_not_made_up(house: House, monkeypatch: pytest.MonkeyPatch, options: RunOptions) -> None:
    run = failed(house)
    started_with(house, monkeypatch, options)
    with pytest.raises(CannotRetry, match=r"replicas|refresh=false"):
        await retry(house, run)
    assert house.runs.calls_of("create_run") == []


async def test_variables_that_were_given_from_here_are_known_though_the_server_tells_none(house: House) -> None:
    failed(house)
    first = await house.launches.start(StartRun("storefront-prod", variables=(("replicas", "3"),)), ANA, DEPLOYS)
    house.runs.put(replace(house.runs.run(str(first.run_id)), configuration_version_id="cv-1", status_word="errored"))
    with pytest.raises(CannotRetry, match="replicas"):
        await retry(house, house.runs.run(str(first.run_id)))


@pytest.mark.parametrize("status, why", [("applied", "did not fail"), ("planned", "not ended"), ("planning", "not ended")])
async def test_a_run_that_did_not_fail_is_not_tried_again(house: House, status: str, why: str) -> None:
    run = failed(house, status)
    with pytest.raises(CannotRetry, match=why):
        await retry(house, run)


async def test_its_version_has_to_be_there_still(house: House) -> None:
    run = failed(house)
    house.configurations.versions["cv-1"] = ConfigurationVersion(id="cv-1", status_word="archived", source="tfe-api")
    with pytest.raises(VersionUnusable):
        await retry(house, run)
    house.configurations.versions.clear()
    with pytest.raises(UnknownVersion):
        await retry(house, run)


async def test_a_button_that_is_clicked_twice_tries_it_once_and_whoever_types_it_means_it(house: House) -> None:
    run = failed(house)
    wish = Retry(RunReference(run_id=run.id))
    await house.retries.retry(wish, ANA, DEPLOYS, only_once=True)
    with pytest.raises(HandedOnBefore, match="ana has asked for this already"):
        await house.retries.retry(wish, ANA, DEPLOYS, only_once=True)
    await house.retries.retry(wish, ANA, DEPLOYS)
    assert len(house.runs.calls_of("create_run")) == 2


async def test_what_has_ended_is_tried_again_by_the_button_also_where_the_servers_clock_is_ahead_of_ours(house: House) -> None:
    run = failed(house, created_at=house.clock.now() + timedelta(minutes=10))
    wish = Retry(RunReference(run_id=run.id))
    for _ in range(2):
        started = (await house.retries.retry(wish, ANA, DEPLOYS, only_once=True)).started
        assert started.run_id is not None
        with pytest.raises(HandedOnBefore, match=f"ana has asked for this already: {started.run_id}"):
            await house.retries.retry(wish, ANA, DEPLOYS, only_once=True)
        house.runs.move(started.run_id, "errored")
        await house.poll()
    assert len(house.runs.calls_of("create_run")) == 2


async def test_the_right_to_start_is_asked_for(house: House) -> None:
    run = failed(house)
    with pytest.raises(RightMissing):
        await house.retries.retry(Retry(RunReference(run_id=run.id)), RAJ, DEPLOYS)
    with pytest.raises(UnknownRun):
        await house.retries.retry(Retry(RunReference(run_id="run-nowhere")), ANA, DEPLOYS)
