"""Freezes: which are in force, by the file and by what people have declared; declaring one, ending one, listing them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.audits import AuditKind, Entry
from bot.core.commands.freezes import DeclareFreeze, LiftFreeze
from bot.core.errors import FreezeCoversNothing, SeveralFreezes, TerraformTrouble, TooMany, UnknownFreeze, UnknownWorkspace
from bot.core.freezes import DeclaredFreeze, Freeze, FreezeCoverage, in_force
from bot.core.moments import moment_of
from bot.core.policy import Actor, Person, Place, Right
from bot.core.repetitions import FREEZES_MOST
from bot.core.sending import UnderWay, under_way_words
from bot.core.workspaces import Workspace, is_glob, is_same_name, near_names, spelled_as, spelled_or_alike
from bot.services.access import Access, named
from bot.services.doubts import doubt
from bot.services.finding import Finder
from bot.services.knowledge import Knowledge
from bot.services.notes import tell
from bot.services.ports import Clock, Store, Transaction, Wake
from bot.services.projects import with_projects
from bot.services.ruling import RulesInForce
from bot.services.sending import InFlight, stop_sending
from bot.services.sharing import Sharing

WILD = re.compile(r"\[!?\]?[^\]]*\]|[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeList:
    """What is frozen now, as far as the person may read it, and what the file will freeze: its name, and when that begins."""

    now: tuple[Freeze, ...]
    coming: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """`under_way` are applies that were sent before the freeze and had no answer when it was confirmed."""

    freeze: DeclaredFreeze
    coverage: FreezeCoverage
    under_way: tuple[UnderWay, ...] = ()


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
        in_flight: InFlight,
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
        self._in_flight = in_flight

    async def in_force(self, transaction: Transaction, workspace: Workspace, now: datetime) -> Sequence[Freeze]:
        """Those that cover a workspace, read in the transaction in which something is decided."""
        (named,) = await self._named(transaction, [workspace])
        return in_force(self._policy.freezes, self._policy.source, await transaction.freezes.all(), named, now)

    async def _named(self, transaction: Transaction, workspaces: Sequence[Workspace]) -> Sequence[Workspace]:
        """With what their projects are called, where anything goes by that."""
        return await with_projects(transaction, workspaces) if self._policy.names_projects else workspaces

    async def declare(self, wish: DeclareFreeze, actor: Actor, place: Place) -> Declared:
        """With the right to decide in everything that it covers now. A freeze of the same person with the same glob is replaced.

        Returns when nothing that it covers is sent without an answer, or after a while, with what still is.
        FreezeCoversNothing or UnknownWorkspace where nothing matches and all workspaces were read.
        """
        await self._sharing.demand_ours(place)
        until = moment_of(wish.until, self._clock.now(), self._policy.zone) if wish.until else None
        pattern, covered, is_known = await self._covered(wish.pattern, actor)
        person = await self._access.demand_all(actor, Right.DECIDE, covered or (named(pattern),), pattern)
        if is_known and not covered:
            raise FreezeCoversNothing(pattern, await self._near(pattern, actor))
        freeze = DeclaredFreeze(
            pattern=pattern,
            reason=wish.reason,
            by=person.id,
            by_name=person.name,
            channel=place.channel,
            at=self._clock.now(),
            until=until,
        )
        async with self._store.write() as transaction:
            sent = await stop_sending(transaction, freeze.covers, only_applies=True)
            await transaction.freezes.forget(self._clock.now())
            before = await transaction.freezes.all()
            refuse_more(before, freeze)
            await transaction.freezes.remove([one for one in before if is_same_name(one.pattern, pattern) and one.by == freeze.by])
            await transaction.freezes.add(freeze)
            end = f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""
            # The channel reads this before the answers are there, so it names all that was sent.
            text = f"froze “{pattern}”{end}: {wish.reason}{under_way_words(sent)}"
            await self._tell(transaction, freeze, person, place, "freeze", text)
            await doubt(transaction, freeze.covers)
        self._wake_painter()
        coverage = FreezeCoverage(workspaces=len(covered), is_known=is_known)
        return Declared(freeze=freeze, coverage=coverage, under_way=await self._in_flight.unanswered(sent))

    async def lift(self, wish: LiftFreeze, actor: Actor, place: Place) -> tuple[DeclaredFreeze, ...]:
        """End every declared freeze with this glob: one's own with the right to decide, another's with the right admin.

        RulesDiffer where these are not the rules in force: to end one is to decide; to begin one only holds things up.
        """
        await self._sharing.demand_ours(place)
        now, covered = self._clock.now(), await self._known(wish.pattern) or (named(wish.pattern),)
        person = await self._access.demand_all(actor, Right.DECIDE, covered, wish.pattern)
        async with self._store.read() as transaction:
            found = meant(wish.pattern, [one for one in await transaction.freezes.all() if not one.is_over(now)])
        if not found:
            self._refuse_unknown(wish.pattern)
        right = Right.DECIDE if all(one.by == person.id for one in found) else Right.ADMIN
        await self._access.demand_all(actor, right, covered, wish.pattern)
        async with self._store.write() as transaction:
            await self._ruling.demand_current(transaction)
            if not await transaction.freezes.remove(found):
                raise UnknownFreeze(found[0].pattern)
            whose = "" if right is Right.DECIDE else ", which somebody else had frozen"
            await self._tell(transaction, found[0], person, place, "unfreeze", f"ended the freeze of “{found[0].pattern}”{whose}.")
            await doubt(transaction, found[0].covers)
        self._wake_painter()
        return found

    def _refuse_unknown(self, pattern: str) -> None:
        """The file's are ended in the file, whether they were named by their name or by a glob of theirs."""
        names = (name for one in self._policy.freezes for name in (one.name, *one.scope.workspaces))
        of_file = any(is_same_name(pattern, name) for name in names)
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

    async def _covered(self, pattern: str, actor: Actor) -> tuple[str, tuple[Workspace, ...], bool]:
        """Return the pattern as it is kept, what it covers of what we know, and whether there is no more than that.

        Terraform may be out of reach while somebody has to freeze: then the freeze is declared over what is not known.
        """
        try:
            known = await self._known(pattern)
        except TerraformTrouble:
            known = ()
        is_known = await self._knowledge.has_read_all(self._knowledge.organizations_of(pattern), self._clock.now())
        if is_glob(pattern):
            return pattern, known, is_known
        try:
            workspace = await self._finder.workspace(pattern, actor)
        except UnknownWorkspace:
            # The server knows no workspace of this spelling. Where we may not know all of them, it may have one in other capitals.
            # What the person may not read is judged below, with the same answer as for what is not there.
            if is_known or await self._access.readable(actor, known):
                raise
            return pattern, known, False
        except TerraformTrouble:
            only = known[0] if len(known) == 1 else None
            return spelled_as(pattern, only) if only else pattern, known, bool(known) and is_known
        others = [one for one in known if one.id != workspace.id]
        return spelled_as(pattern, workspace), (workspace, *others), True

    async def _near(self, pattern: str, actor: Actor) -> tuple[str, ...]:
        """Return the names of readable workspaces that a glob which matches none may have meant."""
        written = WILD.sub("", pattern.rpartition("/")[2])
        async with self._store.read() as transaction:
            known = await transaction.workspaces.all()
        return near_names(written, [one.name for one in await self._access.readable(actor, known)]) if written else ()

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


def meant(pattern: str, freezes: Sequence[DeclaredFreeze]) -> tuple[DeclaredFreeze, ...]:
    """Return the freezes with this pattern as it is spelled, else in any capitals. SeveralFreezes if those have different patterns."""
    found = spelled_or_alike(pattern, freezes, lambda one: one.pattern)
    if len(patterns := sorted({one.pattern for one in found})) > 1:
        raise SeveralFreezes(pattern, patterns)
    return found


def refuse_more(declared: Sequence[DeclaredFreeze], freeze: DeclaredFreeze) -> None:
    """TooMany where the person has as many in force from this channel already. One that this replaces is not counted."""
    theirs = (one.pattern for one in declared if (one.by, one.channel) == (freeze.by, freeze.channel))
    if sum(not is_same_name(pattern, freeze.pattern) for pattern in theirs) >= FREEZES_MOST:
        raise TooMany("freezes", FREEZES_MOST, "End one with “unfreeze”, or freeze a glob instead of single workspaces.")
