"""A replica whose rules are not the ones in force starts and locks nothing, as it decides nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.core.activations import Activation
from bot.core.commands.locks import ForceUnlock, LockWorkspace, UnlockWorkspace
from bot.core.commands.promotions import Promote, Retry
from bot.core.commands.runs import RunReference
from bot.core.errors import RulesDiffer, TerraformRateLimited
from bot.core.policy import Grant, Policy, Right
from bot.core.uploads import UploadWish
from tests.services.house import ANA, DEPLOYS, House, open_house
from tests.services.test_versions import version

POLICY = Policy((Grant(may=frozenset(Right), members=True),), source="runbell.toml", hash="ours")


async def others_in_force(house: House) -> None:
    async with house.store.write() as transaction:
        await transaction.rules.activate(
            Activation(hash="theirs", source="runbell.toml", text="", by="ops", activated_at=house.clock.now())
        )


async def start(house: House) -> object:
    return await house.start("storefront-dev")


async def promote(house: House) -> object:
    return await house.promotions.promote(Promote("storefront-dev", "storefront-prod"), ANA, DEPLOYS)


async def retry(house: House) -> object:
    failed = house.runs.add_run(await house.finder.workspace("storefront-dev", ANA), "errored", configuration_version_id="cv-1")
    return await house.retries.retry(Retry(RunReference(run_id=failed.id)), ANA, DEPLOYS)


async def upload(house: House) -> object:
    return await house.uploads.start(UploadWish(workspace="storefront-dev", files=("F0MAIN",)), ANA, DEPLOYS)


async def lock(house: House) -> object:
    return await house.locking.lock(LockWorkspace("storefront-dev"), ANA, DEPLOYS)


async def unlock(house: House) -> object:
    return await house.locking.unlock(UnlockWorkspace("storefront-dev"), ANA, DEPLOYS)


async def force_unlock(house: House) -> object:
    return await house.locking.force_unlock(ForceUnlock("storefront-dev"), ANA, DEPLOYS)


@pytest.mark.parametrize("deed", [start, promote, retry, upload, lock, unlock, force_unlock], ids=lambda deed: deed.__name__)
async def test_a_replica_with_other_rules_starts_and_locks_nothing(tmp_path: Path, deed: Callable[[House], Awaitable[object]]) -> None:
    async with open_house(tmp_path, policy=POLICY) as house:
        dev, _ = house.runs.add_workspace("storefront-dev"), house.runs.add_workspace("storefront-prod")
        house.runs.add_run(dev, "applied", configuration_version_id="cv-1")
        version(house, "cv-1")
        await others_in_force(house)
        with pytest.raises(RulesDiffer, match="start and lock nothing"):
            await deed(house)
        assert house.runs.calls_of("create_run") == []
        assert house.runs.calls_of("lock") + house.runs.calls_of("unlock") + house.runs.calls_of("force_unlock") == []
        assert house.files.fetched == []
        assert await house.open_intents() == ()


async def test_rules_that_change_while_the_server_is_asked_start_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path, policy=POLICY) as house:
        house.runs.add_workspace("storefront-dev")
        detail = house.locks.detail

        async def slow(workspace_id: str) -> object:
            await others_in_force(house)
            return await detail(workspace_id)

        house.locks.detail = slow  # type: ignore[method-assign, assignment]
        with pytest.raises(RulesDiffer):
            await start(house)
        assert await house.open_intents() == ()


async def test_a_start_that_waited_is_not_sent_by_a_replica_with_other_rules(tmp_path: Path) -> None:
    async with open_house(tmp_path, policy=POLICY) as house:
        house.runs.add_workspace("storefront-dev")
        house.runs.fail("create_run", TerraformRateLimited("terraform.test", 20))
        await start(house)
        await others_in_force(house)
        house.clock.move(30)
        await house.intents.tick(house.clock.now())
        assert len(house.runs.calls_of("create_run")) == 1
        assert await house.open_intents() == ()
