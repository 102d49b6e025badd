"""Freezes: which are in force, by the file and by what people have declared; declaring one, ending one, listing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.audits import AuditKind, Entry
from bot.core.commands.freezes import DeclareFreeze, LiftFreeze
from bot.core.errors import TooMany, UnknownFreeze
from bot.core.freezes import DeclaredFreeze, Freeze, in_force
from bot.core.moments import moment_of
from bot.core.policy import Actor, Person, Place, Right
from bot.core.repetitions import FREEZES_MOST
from bot.core.workspaces import Workspace, is_glob
from bot.services.access import Access, named
from bot.services.doubts import doubt
from bot.services.finding import Finder
from bot.services.knowledge import Knowledge
from bot.services.notes import tell
from bot.services.ports import Clock, Store, Transaction, Wake
from bot.services.projects import with_projects
from bot.services.ruling import RulesInForce
from bot.services.sharing import Sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeList:
    """What is frozen now, as far as the person may read it, and what the file will freeze: its name, and when that begins."""

    now: tuple[Freeze, ...]
    coming: tuple[tuple[str, datetime], ...]


class Freezing:
    def __init__(
        self,
        store: Store,
        knowledge: Knowledge,
        finder: Finder,
        access: Access,
        sharing: Sharing,
        ruling: RulesInForce,
        clock: Clock,
        wake_painter: Wake,
    ) -> None:
        self._store = store
        self._knowledge = knowledge
        self._finder = finder
        self._access = access
        self._sharing = sharing
        self._ruling = ruling
        self._policy = ruling.policy
        self._clock = clock
        self._wake_painter = wake_painter

    async def in_force(self, transaction: Transaction, workspace: Workspace, now: datetime) -> Sequence[Freeze]:
        """Those that cover a workspace, read in the transaction in which something is decided."""
        (named,) = await self._named(transaction, [workspace])
        return in_force(self._policy.freezes, self._policy.source, await transaction.freezes.all(), named, now)

    async def _named(self, transaction: Transaction, workspaces: Sequence[Workspace]) -> Sequence[Workspace]:
        """With what their projects are called, where anything goes by that."""
        return await with_projects(transaction, workspaces) if self._policy.names_projects else workspaces

    async def declare(self, wish: DeclareFreeze, actor: Actor, place: Place) -> DeclaredFreeze:
        """With the right to decide in everything that it covers now. A freeze of the same person with the same glob is replaced."""
        await self._sharing.demand_ours(place)
        until = moment_of(wish.until, self._clock.now(), self._policy.zone) if wish.until else None
        covered = await self._covered(wish.pattern, actor)
        person = await self._access.demand_all(actor, Right.DECIDE, covered or (named(wish.pattern),), wish.pattern)
        freeze = DeclaredFreeze(
            pattern=wish.pattern,
            reason=wish.reason,
            by=person.id,
            by_name=person.name,
            channel=place.channel,
            at=self._clock.now(),
            until=until,
        )
        async with self._store.write() as transaction:
            await transaction.freezes.forget(self._clock.now())
            before = await transaction.freezes.all()
            refuse_more(before, freeze)
            await transaction.freezes.remove([one for one in before if (one.pattern, one.by) == (freeze.pattern, freeze.by)])
            await transaction.freezes.add(freeze)
            end = f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""
            await self._tell(transaction, freeze, person, place, "freeze", f"froze “{wish.pattern}”{end}: {wish.reason}")
            await doubt(transaction, freeze.covers)
        self._wake_painter()
        return freeze

    async def lift(self, wish: LiftFreeze, actor: Actor, place: Place) -> tuple[DeclaredFreeze, ...]:
        """End every declared freeze with this glob: one's own with the right to decide, another's with the right admin.

        RulesDiffer where these are not the rules in force: to end one is to decide; to begin one only holds things up.
        """
        await self._sharing.demand_ours(place)
        now, covered = self._clock.now(), await self._known(wish.pattern) or (named(wish.pattern),)
        person = await self._access.demand_all(actor, Right.DECIDE, covered, wish.pattern)
        async with self._store.read() as transaction:
            found = tuple(one for one in await transaction.freezes.all() if one.pattern == wish.pattern and not one.is_over(now))
        if not found:
            self._refuse_unknown(wish.pattern)
        right = Right.DECIDE if all(one.by == person.id for one in found) else Right.ADMIN
        await self._access.demand_all(actor, right, covered, wish.pattern)
        async with self._store.write() as transaction:
            await self._ruling.demand_current(transaction)
            if not await transaction.freezes.remove(found):
                raise UnknownFreeze(wish.pattern)
            whose = "" if right is Right.DECIDE else ", which somebody else had frozen"
            await self._tell(transaction, found[0], person, place, "unfreeze", f"ended the freeze of “{wish.pattern}”{whose}.")
            await doubt(transaction, found[0].covers)
        self._wake_painter()
        return found

    def _refuse_unknown(self, pattern: str) -> None:
        """The file's are ended in the file, whether they were named by their name or by a glob of theirs."""
        of_file = any(pattern == one.name or pattern in one.scope.workspaces for one in self._policy.freezes)
        raise UnknownFreeze(pattern, self._policy.source if of_file else "")

    async def list(self, actor: Actor) -> FreezeList:
        await self._access.demand_membership(actor)
        now, known = self._clock.now(), await self._access.readable(actor, await self._knowledge.workspaces())
        async with self._store.read() as transaction:
            declared = [one for one in await transaction.freezes.all() if not one.is_over(now)]
            readable = await self._named(transaction, known)
        windows = [one for one in self._policy.freezes if any(map(one.scope.may_cover, readable))]
        opens = [(one.name, one.window.opens_at(now)) for one in windows if not one.window.is_open(now)]
        of_file = [freeze for one in windows if (freeze := one.at(now, self._policy.source)) is not None]
        by_hand = [one.freeze for one in declared if one.by == actor.id or any(map(one.covers, readable))]
        coming = sorted(((name, at) for name, at in opens if at is not None), key=lambda one: (one[1], one[0]))
        return FreezeList(now=(*of_file, *by_hand), coming=tuple(coming))

    async def _covered(self, pattern: str, actor: Actor) -> tuple[Workspace, ...]:
        """A name that is no glob must be a workspace."""
        return await self._known(pattern) if is_glob(pattern) else (await self._finder.workspace(pattern, actor),)

    async def _known(self, pattern: str) -> tuple[Workspace, ...]:
        covers = DeclaredFreeze(pattern=pattern, reason="", by="", by_name="", channel="", at=self._clock.now()).covers
        return tuple(one for one in await self._knowledge.workspaces() if covers(one))

    async def _tell(self, transaction: Transaction, freeze: DeclaredFreeze, person: Person, place: Place, action: str, text: str) -> None:
        """The channel and the audit hear of it."""
        now = self._clock.now()
        topic = f"{action}:{freeze.pattern}:{now.isoformat()}"
        await tell(transaction, subject="freeze", channel=place.channel, topic=topic, text=text, mention=person.id)
        details = {"until": freeze.until.isoformat() if freeze.until else "", "frozen by": freeze.by}
        await transaction.audit.add(
            Entry(
                at=now,
                kind=AuditKind.FREEZE,
                person=person.id,
                person_name=person.name,
                channel=place.channel,
                workspace=freeze.pattern,
                action=action,
                reason=freeze.reason,
                outcome="done",
                permalink=place.permalink,
                details={name: value for name, value in details.items() if value},
            )
        )


def refuse_more(declared: Sequence[DeclaredFreeze], freeze: DeclaredFreeze) -> None:
    """TooMany where the person has as many in force from this channel already. One that this replaces is not counted."""
    theirs = [one for one in declared if (one.by, one.channel) == (freeze.by, freeze.channel) and one.pattern != freeze.pattern]
    if len(theirs) >= FREEZES_MOST:
        raise TooMany("freezes", FREEZES_MOST, "end one with “unfreeze”, or freeze a glob instead of single workspaces.")
