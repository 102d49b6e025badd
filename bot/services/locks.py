"""Locking a workspace from Slack, and letting it go: who holds a lock is read afresh, and the channel and the audit hear of it.

A lock of ours says in its reason who asked for it, where and when; by that a lost answer is found again instead of repeated.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.core.audits import AuditKind, Entry
from bot.core.commands.locks import ForceUnlock, LockWorkspace, UnlockWorkspace
from bot.core.errors import NotLocked, RunbellError, StateMovedOn, TerraformTrouble, TokenMayNot, WorkspaceHeld
from bot.core.locks import RUNS, Lock, holder_words, is_ours, signed_reason
from bot.core.policy import Actor, Person, Place, Right
from bot.core.signatures import has_reference
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.decisions import new_id
from bot.services.finding import Finder
from bot.services.notes import tell
from bot.services.ports import Clock, Locks, Runs, Store
from bot.services.reading import Reader
from bot.services.ruling import RulesInForce
from bot.services.sharing import Sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """`before` is the lock that was there."""

    workspace: Workspace
    before: Lock


class Locking:
    def __init__(
        self,
        locks: Locks,
        runs: Runs,
        store: Store,
        finder: Finder,
        reader: Reader,
        access: Access,
        sharing: Sharing,
        clock: Clock,
        ruling: RulesInForce,
    ) -> None:
        self._locks = locks
        self._runs = runs
        self._store = store
        self._finder = finder
        self._reader = reader
        self._access = access
        self._sharing = sharing
        self._clock = clock
        self._ruling = ruling

    async def lock(self, wish: LockWorkspace, actor: Actor, place: Place) -> Workspace:
        """With the right to start runs. WorkspaceHeld, with who holds it, where it is locked."""
        workspace, person, lock = await self._begin(wish.workspace, actor, place, Right.START, "lock")
        if lock.is_locked:
            raise WorkspaceHeld(workspace.full_name, holder_words(lock))
        reference = new_id()
        reason = signed_reason(wish.reason, person, place, self._clock.now(), reference)

        async def is_done() -> bool:
            found = (await self._locks.detail(workspace.id)).lock
            if found.is_locked and not has_reference(found.reason, reference):
                raise WorkspaceHeld(workspace.full_name, holder_words(found))
            return found.is_locked

        await self._done(lambda: self._locks.lock(workspace.id, reason), is_done)
        text = f"locked {workspace.full_name}, so new runs wait there{f': {wish.reason}' if wish.reason else '.'}"
        await self._tell(replace(workspace, locked=True), person, place, "lock", text, reason=wish.reason)
        return workspace

    async def unlock(self, wish: UnlockWorkspace, actor: Actor, place: Place) -> Unlocked:
        """What was locked from Slack, by whomever, with the right to start runs."""
        workspace, person, lock = await self._begin(wish.workspace, actor, place, Right.START, "lock")
        if not lock.is_locked:
            raise NotLocked(workspace.full_name)
        if lock.holder_kind == RUNS:
            raise WorkspaceHeld(workspace.full_name, holder_words(lock), by_run=True)
        if not is_ours(lock, await self._account()):
            raise WorkspaceHeld(workspace.full_name, holder_words(lock), by_other=True)
        await self._done(lambda: self._locks.unlock(workspace.id), lambda: self._is_free(workspace))
        await self._tell(replace(workspace, locked=False), person, place, "unlock", f"unlocked {workspace.full_name}.", before=lock)
        return Unlocked(workspace=workspace, before=lock)

    async def force_unlock(self, wish: ForceUnlock, actor: Actor, place: Place) -> Unlocked:
        """Anybody's lock, with the right admin; but not that of a run which goes on."""
        workspace, person, lock = await self._begin(wish.workspace, actor, place, Right.ADMIN, "force-unlock")
        if not lock.is_locked:
            raise NotLocked(workspace.full_name)
        if lock.holder_kind == RUNS and await self._goes_on(lock.holder_id):
            raise WorkspaceHeld(workspace.full_name, holder_words(lock), by_run=True)
        await self._done(lambda: self._locks.force_unlock(workspace.id), lambda: self._is_free(workspace))
        text = f"broke the lock of {workspace.full_name}. {holder_words(lock).replace('holds', 'held')}"
        await self._tell(replace(workspace, locked=False), person, place, "force-unlock", text, before=lock)
        return Unlocked(workspace=workspace, before=lock)

    async def _begin(self, name: str, actor: Actor, place: Place, right: Right, word: str) -> tuple[Workspace, Person, Lock]:
        await self._sharing.demand_ours(place)
        workspace = await self._finder.workspace(name, actor)
        person = await self._access.demand(actor, right, workspace)
        await self._ruling.demand_ours()
        detail = await self._locks.detail(workspace.id)
        if detail.may and word not in detail.may:
            needs = "write access to the workspace" if word == "lock" else "admin access to the workspace"
            raise TokenMayNot(workspace.full_name, "locked or unlocked", needs)
        return workspace, person, detail.lock

    async def _done(self, call: Callable[[], Awaitable[Lock]], is_done: Callable[[], Awaitable[bool]]) -> None:
        """The call; where it is not known what came of it, or somebody was quicker, the workspace tells.

        A lock has no intent, so its request is noted as begun first: judged again after a crash, it could break the next person's lock.
        """
        async with self._store.write() as transaction:
            await transaction.requests.begin()
        try:
            await call()
        except TerraformTrouble as trouble:
            if not (trouble.was_received or isinstance(trouble, StateMovedOn)):
                raise
            if not await self._seen(is_done, trouble):
                raise

    @staticmethod
    async def _seen(is_done: Callable[[], Awaitable[bool]], trouble: TerraformTrouble) -> bool:
        try:
            return await is_done()
        except TerraformTrouble:
            raise trouble from None

    async def _is_free(self, workspace: Workspace) -> bool:
        return not (await self._locks.detail(workspace.id)).lock.is_locked

    async def _goes_on(self, run_id: str) -> bool:
        """Whether the run that holds the lock is under way; one that cannot be read counts as such."""
        try:
            return not (await self._reader.read(run_id)).run.is_final
        except RunbellError:
            return True

    async def _account(self) -> str:
        try:
            return (await self._runs.account()).name
        except TerraformTrouble:
            return ""

    async def _tell(
        self,
        workspace: Workspace,
        person: Person,
        place: Place,
        action: str,
        text: str,
        *,
        reason: str = "",
        before: Lock | None = None,
    ) -> None:
        """The channel and the audit hear of it, and what we know of the workspace follows."""
        now = self._clock.now()
        details = {"lock": holder_words(before)} if before is not None else {}
        async with self._store.write() as transaction:
            await transaction.workspaces.put([workspace], now)
            topic = f"{action}:{workspace.id}:{now.isoformat()}"
            await tell(transaction, subject="lock", channel=place.channel, topic=topic, text=text, mention=person.id)
            await transaction.audit.add(
                Entry(
                    at=now,
                    kind=AuditKind.LOCK,
                    person=person.id,
                    person_name=person.name,
                    channel=place.channel,
                    workspace=workspace.full_name,
                    action=action,
                    reason=reason,
                    outcome="done",
                    permalink=place.permalink,
                    details=details,
                )
            )
