"""A plan or a log that somebody asks for: into the thread of the run's card, as a file without colours and without secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from bot.core.audits import AuditKind, Entry
from bot.core.commands.runs import RunReference
from bot.core.errors import NothingWritten, NotVisible
from bot.core.handouts import REST_EVERY, Handout, What, plan_lines, secret_names, shortened, told_lines
from bot.core.links import run_link
from bot.core.logs import Part
from bot.core.messages import Kind, Message
from bot.core.policy import Actor, Person, Place, Right
from bot.core.reviews import Review, text_lines
from bot.core.without_values import bare_lines
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.finding import Finder
from bot.services.ports import Attachments, Clock, Logs, Store
from bot.services.reading import Found
from bot.services.reviews import Reviews
from bot.services.sharing import Sharing
from bot.services.threads import head_of, one_of

LOG_MOST = 32_000_000
LINE_MOST = 200_000
"""Letters of a line that are read at once: one of JSON is whole, and anything longer is nothing to read."""
REST = 0.0001
NO_VALUES = "Values of this workspace are never shown, so the file has only errors and counts."
NO_VALUES_OF_PLAN = "Values of this workspace are never shown, so attributes are named by their paths."


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What was put into a channel; `in_thread`: below the run's card."""

    what: What
    found: Found
    in_thread: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    what: What
    found: Found
    person: Person
    place: Place


class Handouts:
    """`address` is the web address of the server whose runs these are."""

    def __init__(
        self,
        store: Store,
        finder: Finder,
        access: Access,
        sharing: Sharing,
        reviews: Reviews,
        logs: Logs,
        attachments: Attachments,
        clock: Clock,
        address: str,
    ) -> None:
        self._store = store
        self._finder = finder
        self._access = access
        self._sharing = sharing
        self._reviews = reviews
        self._logs = logs
        self._attachments = attachments
        self._clock = clock
        self._address = address

    async def hand(self, what: What, reference: RunReference, actor: Actor, place: Place) -> Handed:
        """Everybody in the channel will see it, so it is no channel that other companies read. NothingWritten where there is nothing."""
        await self._sharing.demand_ours(place)
        found = await self._finder.run(reference, actor)
        person = await self._access.demand(actor, Right.READ, found.workspace)
        wish = Wish(what, found, person, place)
        thread_ts = await self._thread(found.run.id, place.channel)
        with TemporaryDirectory(prefix="runbell-") as folder:
            handout = await (self._plan if what is What.PLAN else self._log)(wish, Path(folder))
            if not await asyncio.to_thread(is_something, handout.path):
                raise NothingWritten(found.run.id, what.value)
            await self._note(wish, handout, in_thread=thread_ts is not None)
            await self._attachments.attach(place.channel, handout, thread_ts=thread_ts)
        return Handed(what=what, found=found, in_thread=thread_ts is not None, notes=handout.notes)

    async def _plan(self, wish: Wish, folder: Path) -> Handout:
        """Made of the plan's JSON, or what was written while it was planned where that cannot be read."""
        run, plan = wish.found.run, wish.found.plan
        if plan is None or not plan.is_finished:
            return await self._log(wish, folder)
        review, why = await self._reviews.of(run, plan, wish.found.workspace)
        if review is None:
            made = await self._log(wish, folder, parts=(Part.PLAN,))
            return replace(made, notes=(f"{why} This is what was written while it was planned.", *made.notes))
        path = folder / "plan.txt"
        gone = await asyncio.to_thread(write_plan, review, path, wish.found.workspace, run.id)
        return self._handout(wish, path, (left_out(gone), "" if review.shows_values else NO_VALUES_OF_PLAN))

    async def _log(self, wish: Wish, folder: Path, parts: tuple[Part, ...] = (Part.PLAN, Part.APPLY)) -> Handout:
        raw, was_cut = await self._written(wish.found, folder, parts)
        path = folder / "log.txt"
        if not self._access.shows_values(wish.found.workspace):
            await asyncio.to_thread(write_bare_log, raw, path)
            return self._handout(wish, path, (NO_VALUES,))
        names = await self._names(wish.found)
        gone = await asyncio.to_thread(write_log, raw, path, names)
        ended = f"The log goes on beyond {LOG_MOST // 1_000_000} MB; the rest is on the server’s own page." if was_cut else ""
        return self._handout(wish, path, (left_out(gone), ended))

    def _handout(self, wish: Wish, path: Path, notes: tuple[str, ...]) -> Handout:
        found = wish.found
        return Handout(
            what=wish.what,
            run=found.run,
            workspace=found.workspace,
            link=run_link(self._address, found.workspace.organization, found.workspace.name, found.run.id),
            person=wish.person.id,
            path=path,
            notes=tuple(filter(None, notes)),
        )

    async def _written(self, found: Found, folder: Path, parts: tuple[Part, ...]) -> tuple[dict[Part, Path], bool]:
        """What there is of the logs, and whether any goes on."""
        ids = {Part.PLAN: found.run.plan_id, Part.APPLY: found.reading.apply_id if found.reading is not None else None}
        raw: dict[Part, Path] = {}
        was_cut = False
        for part in parts:
            part_id = ids[part]
            if part_id is None:
                continue
            try:
                saved = await self._logs.save(part, part_id, folder / part.value, LOG_MOST)
            except NotVisible:
                continue
            raw[part] = folder / part.value
            was_cut = was_cut or saved.was_cut
        return raw, was_cut

    async def _names(self, found: Found) -> frozenset[str]:
        """What the plan says is sensitive; what cannot be read names nothing."""
        if found.plan is None or not found.plan.is_finished:
            return frozenset()
        review, _ = await self._reviews.of(found.run, found.plan, found.workspace)
        return await asyncio.to_thread(secret_names, review, rest) if review is not None else frozenset()

    async def _thread(self, run_id: str, channel: str) -> str | None:
        """Below the card, or below whatever else of the run stands in the channel; None where nothing does."""
        async with self._store.read() as transaction:
            head = await head_of(transaction, Message(id=0, subject=run_id, channel=channel, kind=Kind.END))
            others = [await one_of(transaction, run_id, channel, kind) for kind in (Kind.CALL, Kind.END)]
        standing = (one for one in (head, *others) if one is not None and one.ts is not None and not one.in_thread)
        return next((one.ts for one in standing), None)

    async def _note(self, wish: Wish, handout: Handout, *, in_thread: bool) -> None:
        """Before it is done, since what everybody has seen cannot be taken back; a refusal of Slack's has a row of its own."""
        details = {"in": "thread" if in_thread else "channel"} | ({"lacks": " ".join(handout.notes)} if handout.notes else {})
        async with self._store.write() as transaction:
            await transaction.audit.add(
                Entry(
                    at=self._clock.now(),
                    kind=AuditKind.HANDOUT,
                    person=wish.person.id,
                    person_name=wish.person.name,
                    channel=wish.place.channel,
                    run_id=wish.found.run.id,
                    workspace=wish.found.workspace.full_name,
                    action=wish.what.value,
                    outcome="posting",
                    permalink=wish.place.permalink,
                    details=details,
                )
            )


def rest() -> None:
    """Called in a thread, so that everything else goes on."""
    sleep(REST)


def left_out(lines: int) -> str:
    return f"It is long: {lines:,} lines of its middle are left out." if lines else ""


def is_something(path: Path) -> bool:
    return bool(path.read_text(encoding="utf-8").strip())


def write_plan(review: Review, path: Path, workspace: Workspace, run_id: str) -> int:
    """Called in a thread; how many lines were left out."""
    head = [f"The plan of {run_id} in {workspace.full_name}"]
    lines, gone = shortened(plan_lines(chain(head, text_lines(review))), rest)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return gone


def write_log(raw: dict[Part, Path], path: Path, names: frozenset[str]) -> int:
    """As `write_plan`; a log after the other, each below its name where there are two."""
    lines, gone = shortened(told_lines(lines_of(raw), names), rest)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return gone


def write_bare_log(raw: dict[Part, Path], path: Path) -> None:
    """Called in a thread: the errors and the counts alone."""
    lines, _ = shortened(bare_lines(rested(lines_of(raw))), rest)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def rested(lines: Iterable[str]) -> Iterator[str]:
    """Lines of which few are written, so that the writing does not rest."""
    for number, line in enumerate(lines):
        if number % REST_EVERY == 0:
            rest()
        yield line


def lines_of(raw: dict[Part, Path]) -> Iterator[str]:
    for part, path in raw.items():
        if len(raw) > 1:
            yield from ("", f"== {'plan' if part is Part.PLAN else 'apply'} ==", "")
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            is_inside = False
            while line := file.readline(LINE_MOST):
                if not is_inside:
                    yield line.removesuffix("\n")
                is_inside = not line.endswith("\n")
