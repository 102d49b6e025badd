"""Keeps what people ask for: stored before it is acknowledged, judged once by one process, and answered if it was not judged in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.core.errors import HandledBefore, RequestNotStored, RunbellError, StoreBusy
from bot.core.pace import STORED_WITHIN, Pace
from bot.core.requests import AFTER, OPEN, UNANSWERED, UNJUDGED, Due, Request, RequestState, due, is_late
from bot.services.ports import Clock, Store
from bot.services.repeats import trigger_key

log = structlog.get_logger(__name__)


class Requests:
    """`owner` names this process. `at_work` are the requests that it judges now, by id; `late` those that are still being stored."""

    def __init__(self, store: Store, clock: Clock, pace: Pace, owner: str, stored_within: float = STORED_WITHIN) -> None:
        self._store = store
        self._clock = clock
        self._pace = pace
        self._owner = owner
        self._stored_within = stored_within
        self.at_work: set[str] = set()
        self.late: set[asyncio.Task[Request]] = set()

    async def store(self, request: Request, trigger: str, arrived: float) -> Request:
        """Commit the request, which came in at `arrived` of the performance counter, and its trigger's mark: it is ours to judge then.

        HandledBefore if its trigger was seen before, RequestNotStored if it is too late to acknowledge it, StoreBusy as usual.
        """
        given_up = asyncio.Event()
        task = asyncio.get_running_loop().create_task(self._store_once(replace(request, owner=self._owner), trigger, given_up))
        # The task is waited for and not canceled: a COMMIT that is canceled half way may have happened all the same, unseen.
        done, _ = await asyncio.wait({task}, timeout=max(self._stored_within - (time.perf_counter() - arrived), 0))
        if not done:
            given_up.set()
            self.late.add(task)
            task.add_done_callback(self._forget)
            raise RequestNotStored
        return task.result()

    async def _store_once(self, request: Request, trigger: str, given_up: asyncio.Event) -> Request:
        async with self._store.write() as transaction:
            if trigger and not await transaction.seen.first_time(trigger_key(trigger), self._clock.now()):
                raise HandledBefore
            await transaction.requests.add(request, self._pace.request_lease)
            if given_up.is_set():
                raise RequestNotStored
        if given_up.is_set():
            # The COMMIT itself took too long. Should we die before this one commits, the row is answered: it is not acknowledged.
            await self._close(request, RequestState.WITHDRAWN, UNJUDGED)
            log.warning("request_withdrawn", request=request.id, action=request.action, person=request.person)
            raise RequestNotStored
        self.at_work.add(request.id)
        return request

    def _forget(self, task: asyncio.Task[Request]) -> None:
        self.late.discard(task)
        error = task.exception() if not task.cancelled() else None
        if error is not None and not isinstance(error, RequestNotStored):
            log.warning("late_request_not_stored", error=type(error).__name__)

    async def acknowledge(self, request: Request) -> bool:
        """Note that Slack has seen it acknowledged. Only then may it be judged, here and after a crash. Return whether it may."""
        try:
            async with self._store.write() as transaction:
                return await transaction.requests.acknowledge(request)
        except RunbellError as error:
            log.warning("request_not_marked", request=request.id, error=error.sentence)
            return False

    async def finish(self, request: Request) -> bool:
        """Note that the request was judged. False if that failed: another process judges or answers it, so nothing is said here."""
        return await self._close(request, RequestState.JUDGED, {RequestState.ACKNOWLEDGED, RequestState.BEGUN})

    async def _close(self, request: Request, state: RequestState, before: Iterable[RequestState]) -> bool:
        try:
            async with self._store.write() as transaction:
                return await transaction.requests.close(request, state, before=before)
        except RunbellError as error:
            log.warning("request_not_closed", request=request.id, state=state, error=error.sentence)
            return False

    def release(self, request: Request) -> None:
        """End the work on it in this process. If it is not finished, its lease ends and another process takes it."""
        self.at_work.discard(request.id)

    async def take(self) -> list[tuple[Due, Request]]:
        """What waits and is ours from now on: to be judged, or to be answered and then `answered`. Keeps what is at work here."""
        if self.at_work:
            async with self._store.write() as transaction:
                await transaction.requests.renew(self.at_work, self._owner, self._pace.request_lease)
        async with self._store.read() as transaction:
            waiting = await transaction.requests.waiting(self._pace.request_within)
            now = await transaction.requests.time() if waiting else self._clock.now()
        found, within = [], timedelta(seconds=self._pace.request_within)
        for request in waiting:
            if is_late(request, now, within):
                self.release(request)
            what = due(request, now, within)
            # One whose lease ended while the event loop stood still is still at work here: it stays with its listener.
            if what is None or request.id in self.at_work:
                continue
            try:
                taken = await self._take(request, what)
            except StoreBusy as trouble:
                # What was taken before is at work here now: were it not returned, its lease would be kept and nobody would judge it.
                log.warning("requests_not_taken", error=trouble.sentence)
                break
            if taken is not None:
                found.append((what, taken))
        return found

    async def _take(self, request: Request, what: Due) -> Request | None:
        async with self._store.write() as transaction:
            if not await transaction.requests.take(request, AFTER[what], self._owner, self._pace.request_lease):
                return None
        log.info("request_taken", request=request.id, due=what, action=request.action, person=request.person)
        if what is Due.JUDGE:
            self.at_work.add(request.id)
        return replace(request, state=AFTER[what], owner=self._owner)

    async def give_up(self, request: Request) -> Request | None:
        """For one that was taken to be judged and cannot be: the person is told that nothing was done."""
        self.release(request)
        return await self._take_over(request, RequestState.UNDONE)

    async def _take_over(self, request: Request, state: RequestState) -> Request | None:
        async with self._store.write() as transaction:
            current = await transaction.requests.get(request.id)
            if current is None or current.owner != self._owner or current.state not in OPEN:
                return None
            moved = await transaction.requests.take(current, state, self._owner, self._pace.request_lease)
        return replace(request, state=state) if moved else None

    async def answered(self, request: Request, *, was_told: bool) -> None:
        """Note that the person was told. If Slack refused the message, it is sent again when the lease has ended, for an hour."""
        age = self._clock.now() - request.received_at if request.received_at is not None else timedelta.max
        if was_told or age.total_seconds() > self._pace.request_told_within:
            if not was_told:
                log.error("request_never_answered", request=request.id, action=request.action, person=request.person)
            await self._close(request, RequestState.ANSWERED, UNANSWERED)
