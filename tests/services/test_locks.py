"""Locks: who may set and break them, what a lost answer means, and that the channel and the audit hear of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.core.audits import AuditKind
from bot.core.commands.locks import ForceUnlock, LockWorkspace, UnlockWorkspace
from bot.core.errors import (
    ChannelShared,
    NotLocked,
    RightMissing,
    RunbellError,
    TerraformAnswerLost,
    TerraformUnreachable,
    TokenMayNot,
    UnknownWorkspace,
    WorkspaceHeld,
)
from bot.core.locks import Lock
from bot.core.policy import Actor
from bot.core.workspaces import Workspace
from tests.services.house import ANA, DEPLOYS, KIM, RAJ, House

NAME = "storefront-dev"


@pytest.fixture
def workspace(house: House) -> Workspace:
    return house.runs.add_workspace(NAME)


async def lock(house: House, actor: Actor = KIM, reason: str = "moving its state") -> Workspace:
    return await house.locking.lock(LockWorkspace(NAME, reason), actor, DEPLOYS)


def held(house: House, workspace: Workspace, **facts: str) -> None:
    """As somebody else holds it."""
    kept = Lock(
        workspace_id=workspace.id, is_locked=True, **({"holder_kind": "users", "holder_id": "user-1", "holder_name": "raj"} | facts)
    )
    house.locks._known(workspace.id)
    house.locks.details[workspace.id] = replace(house.locks.details[workspace.id], lock=kept)


async def test_a_lock_says_who_asked_for_it_and_the_channel_hears_of_it(house: House, workspace: Workspace) -> None:
    await lock(house)
    await house.paint()

    reason = house.locks.details[workspace.id].lock.reason
    assert reason.startswith("asked for by kim (U0KIM) in #deploys, 2026-11-24 12:00 UTC (ref rb-")
    assert reason.endswith(": “moving its state”")
    [note] = house.in_channel()
    assert (note.picture.mention, note.picture.text) == (  # type: ignore[union-attr] # a note
        "U0KIM",
        "locked acme/storefront-dev, so new runs wait there: moving its state",
    )
    async with house.store.read() as transaction:
        [row] = [row for row in await transaction.audit.newest(workspace=workspace.full_name) if row.kind == AuditKind.LOCK]
        known = await transaction.workspaces.get(workspace.id)
    assert (row.action, row.person, row.reason) == ("lock", "U0KIM", "moving its state")
    assert known is not None
    assert known.locked


async def test_what_was_locked_from_slack_is_unlocked_by_whoever_may_start_runs(house: House, workspace: Workspace) -> None:
    await lock(house, KIM)
    done = await house.locking.unlock(UnlockWorkspace(NAME), ANA, DEPLOYS)
    assert "asked for by kim" in done.before.reason
    assert not house.locks.details[workspace.id].lock.is_locked
    with pytest.raises(NotLocked):
        await house.locking.unlock(UnlockWorkspace(NAME), ANA, DEPLOYS)
    with pytest.raises(NotLocked):
        await house.locking.force_unlock(ForceUnlock(NAME), ANA, DEPLOYS)


async def test_a_lock_that_is_there_is_told_and_left_alone(house: House, workspace: Workspace) -> None:
    held(house, workspace, reason="mine")
    with pytest.raises(WorkspaceHeld) as caught:
        await lock(house)
    assert caught.value.sentence == "acme/storefront-dev is locked. raj holds the lock: mine."
    with pytest.raises(WorkspaceHeld) as caught:
        await house.locking.unlock(UnlockWorkspace(NAME), KIM, DEPLOYS)
    assert caught.value.by_other
    assert house.locks.details[workspace.id].lock.reason == "mine"


async def test_an_admin_breaks_somebody_elses_lock_and_nobody_else_does(house: House, workspace: Workspace) -> None:
    held(house, workspace, reason="mine")
    with pytest.raises(RightMissing) as caught:
        await house.locking.force_unlock(ForceUnlock(NAME), KIM, DEPLOYS)
    assert caught.value.right == "admin"
    await house.locking.force_unlock(ForceUnlock(NAME), ANA, DEPLOYS)
    await house.paint()
    assert not house.locks.details[workspace.id].lock.is_locked
    assert house.in_channel()[0].picture.text.startswith("broke the lock of acme/storefront-dev. raj held the lock")  # type: ignore[union-attr]


async def test_the_lock_of_a_run_that_goes_on_is_never_broken(house: House, workspace: Workspace) -> None:
    run = house.runs.add_run(workspace)
    held(house, workspace, holder_kind="runs", holder_id=run.id, holder_name="")
    attempts: list[Callable[[], Awaitable[object]]] = [
        lambda: house.locking.unlock(UnlockWorkspace(NAME), ANA, DEPLOYS),
        lambda: house.locking.force_unlock(ForceUnlock(NAME), ANA, DEPLOYS),
    ]
    for attempt in attempts:
        with pytest.raises(WorkspaceHeld) as caught:
            await attempt()
        assert (caught.value.by_run, run.id in caught.value.sentence) == (True, True)
    house.runs.move(run.id, "errored")
    await house.locking.force_unlock(ForceUnlock(NAME), ANA, DEPLOYS)
    assert not house.locks.details[workspace.id].lock.is_locked


@pytest.mark.parametrize("actor", [RAJ])
async def test_who_may_start_nothing_locks_nothing(house: House, workspace: Workspace, actor: Actor) -> None:
    with pytest.raises(RightMissing):
        await lock(house, actor)
    with pytest.raises(UnknownWorkspace):
        await house.locking.lock(LockWorkspace("nowhere", ""), ANA, DEPLOYS)
    house.clock.move(61)
    house.chat.shared.add("C0DEPLOYS")
    with pytest.raises(ChannelShared):
        await lock(house, ANA)
    assert house.runs.calls_of("lock") == []
    assert workspace.id not in house.locks.details


async def test_a_token_that_may_not_lock_says_so(house: House, workspace: Workspace) -> None:
    house.locks._known(workspace.id)
    house.locks.details[workspace.id] = replace(house.locks.details[workspace.id], may=frozenset({"queue-run"}))
    with pytest.raises(TokenMayNot):
        await lock(house)
    with pytest.raises(TokenMayNot) as caught:
        await house.locking.force_unlock(ForceUnlock(NAME), ANA, DEPLOYS)
    assert "admin access" in caught.value.sentence


async def test_a_lock_whose_answer_was_lost_is_found_by_its_reference(house: House, workspace: Workspace) -> None:
    house.runs.lose_answer("lock")
    await lock(house)
    assert len(house.runs.calls_of("lock")) == 1
    house.runs.lose_answer("unlock")
    await house.locking.unlock(UnlockWorkspace(NAME), KIM, DEPLOYS)
    assert not house.locks.details[workspace.id].lock.is_locked


async def test_a_lock_that_was_never_heard_is_not_claimed(house: House, workspace: Workspace) -> None:
    house.runs.fail("lock", TerraformAnswerLost("terraform.test"), TerraformUnreachable("terraform.test"))
    for _ in range(2):
        with pytest.raises(RunbellError):
            await lock(house)
    assert not house.locks.details[workspace.id].lock.is_locked
    await house.paint()
    assert house.in_channel() == []


async def test_who_was_quicker_is_named(house: House, workspace: Workspace) -> None:
    async def quicker() -> None:
        held(house, workspace, reason="mine first")
        house.runs.before.clear()

    house.runs.before["lock"] = quicker
    with pytest.raises(WorkspaceHeld) as caught:
        await lock(house)
    assert "mine first" in caught.value.sentence


async def test_where_the_second_look_fails_too_the_first_trouble_is_told(house: House, workspace: Workspace) -> None:
    async def then() -> None:
        house.runs.fail("detail", TerraformUnreachable("terraform.test"))
        house.runs.before.clear()

    house.runs.lose_answer("lock")
    house.runs.before["lock"] = then
    with pytest.raises(TerraformAnswerLost):
        await lock(house)
    assert house.locks.details[workspace.id].lock.is_locked


async def test_where_the_server_gives_no_reason_our_own_account_is_told_by_its_name(house: House, workspace: Workspace) -> None:
    held(house, workspace, holder_id="user-7", holder_name="runbell", reason="")
    house.locks.me = "user-7"
    await house.locking.unlock(UnlockWorkspace(NAME), KIM, DEPLOYS)
    assert not house.locks.details[workspace.id].lock.is_locked
