"""Around every listener: ack first, keep the task, and turn whatever goes wrong into a private reply.

What acts is stored as a request before it is acknowledged, and judged from there. Nothing is raised to Bolt but that it could not be
stored: then nothing is acknowledged, Slack tells the person that it failed, and nothing is done.

With Bolt a listener that raises right after `ack()` loses the ack, so errors are caught here, inside of it.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from secrets import token_hex
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.core.errors import RequestLost, RunbellError, StoreBusy
from bot.core.metrics import ACKS, UNMETERED, Meter
from bot.core.policy import Actor
from bot.core.requests import Request, has_effect, holding
from bot.services.audits import Audits, Heard
from bot.services.repeats import Repeats
from bot.services.requests import Requests
from bot.slack import ids, replies
from bot.slack.blocks import Block, Said
from handlers.hearing import heard
from handlers.judging import Judging

log = structlog.get_logger("runbell.handlers")

Listener = Callable[..., Awaitable[Said | None]]
"""Takes any of `KNOWN` by name; what it returns is told to the person who acted, and to nobody else."""

Suggesting = Callable[..., Awaitable[Sequence[Block]]]
"""Takes any of `KNOWN` by name; what it returns are options, or groups of them, for a field that somebody types into."""

Afterwards = Callable[[Any, Actor], Awaitable[None]]
"""What is done after every deed of a person, with the services; it raises nothing."""

Check = Callable[[Mapping[str, Any]], dict[str, str]]
"""Takes a view and tells what is wrong, by the ids of its fields; pure."""

BoltListener = Callable[..., Awaitable[None]]
WHO = frozenset({"actor", "place"})
KNOWN = frozenset({"payload", "body", "services"}) | WHO
TRIES = 2
MOST_OPTIONS = 100
SUGGEST_WITHIN = 2.0
"""Seconds; Slack waits for three, and the answer has to travel."""


class Guard:
    """`kept` are the listeners at work: Bolt keeps none, and Python only weak references to tasks. `audits` is told what came in, and
    `repeats` knows what came in before. `judging` stores what acts, and `acting` are the listeners that do, by their names: so
    a stored request finds its own again.
    """

    def __init__(
        self,
        command: str,
        meter: Meter = UNMETERED,
        audits: Audits | None = None,
        repeats: Repeats | None = None,
        requests: Requests | None = None,
    ) -> None:
        self.command = command
        self.meter = meter
        self.audits = audits
        self.repeats = repeats
        self.judging = Judging(self, requests) if requests is not None else None
        self.acting: dict[str, Listener] = {}
        self.kept: set[asyncio.Task[Any]] = set()
        self.after: Afterwards | None = None

    def guarded(self, listener: Listener, *, acts: bool = False) -> BoltListener:
        """For commands, clicks and shortcuts, whose payload names a person. A global shortcut and a click in a modal or on the Home tab
        have no response address: what is said to them is said where the modal was opened, else in direct messages.

        `acts`: it changes something, so what was asked is stored first; of commands only those that are no questions are.
        """
        names = self.registered(listener, acts=acts)

        async def guarded_listener(
            ack: AsyncAck, respond: AsyncRespond, context: AsyncBoltContext, body: dict[str, Any], payload: dict[str, Any]
        ) -> None:
            self.keep()
            values = {"payload": payload, "body": body, **context}
            request = await self.stored(listener, values) if acts else None
            await ack()
            now = time.perf_counter()
            self.meter.observe(ACKS, now - context.get("arrived", now), listener=listener.__name__)
            said = await self.judged(listener, values, names, request)
            if said is not None and context.get("response_url"):
                await answer(respond, said)
            elif said is not None:
                await tell(values, body.get("view"), said)
            await self.done(values)

        return guarded_listener

    def guarded_view(self, listener: Listener, check: Check, *, acts: bool = False) -> BoltListener:
        """For modals: what `check` finds wrong, without asking anybody, is shown in the modal, which stays; else it closes and the listener
        is called. There is no response address, so what it says is said where the modal was opened. `acts` as above.
        """
        names = self.registered(listener, acts=acts)

        async def guarded_view_listener(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any], payload: dict[str, Any]) -> None:
            self.keep()
            wrong = check(payload)
            values = {"payload": payload, "body": body, **context}
            request = await self.stored(listener, values) if acts and not wrong else None
            await (ack(response_action="errors", errors=wrong) if wrong else ack())
            now = time.perf_counter()
            self.meter.observe(ACKS, now - context.get("arrived", now), listener=listener.__name__)
            said = None if wrong else await self.judged(listener, values, names, request)
            if said is not None:
                await tell(values, payload, said)
            await self.done(values)

        return guarded_view_listener

    def guarded_options(self, listener: Suggesting) -> BoltListener:
        """For fields that look up what somebody types: the ack is the answer, so the listener makes one quick read, and on any trouble
        nothing is offered.
        """
        names = parameters(listener)

        async def guarded_options_listener(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any], payload: dict[str, Any]) -> None:
            self.keep()
            found = await suggested(listener, {"payload": payload, "body": body, **context}, names)
            key = "option_groups" if any("options" in one for one in found) else "options"
            await ack({key: [*found[:MOST_OPTIONS]]})
            now = time.perf_counter()
            self.meter.observe(ACKS, now - context.get("arrived", now), listener=listener.__name__)

        return guarded_options_listener

    def watched(self, listener: Listener) -> BoltListener:
        """For events, which Bolt acks by itself and which have nobody to answer to."""
        names = parameters(listener)

        async def watched_listener(context: AsyncBoltContext, body: dict[str, Any], payload: dict[str, Any]) -> None:
            self.keep()
            await self.outcome(listener, {"payload": payload, "body": body, **context}, names)

        return watched_listener

    def registered(self, listener: Listener, *, acts: bool) -> tuple[str, ...]:
        """What it takes; one that acts is found by its name."""
        names = parameters(listener)
        if acts and self.acting.setdefault(listener.__name__, listener) is not listener:
            raise TypeError(f"two listeners that act are called {listener.__name__}")
        return names

    async def stored(self, listener: Listener, values: Mapping[str, Any]) -> Request | None:
        """The request, committed; None for what changes nothing. RequestNotStored where it must not be acknowledged."""
        return await self.judging.store(listener.__name__, values) if self.judging is not None else None

    async def judged(self, listener: Listener, values: Mapping[str, Any], names: tuple[str, ...], request: Request | None) -> Said | None:
        """What is said of it, from the request where there is one."""
        if request is None or self.judging is None:
            return await self.outcome(listener, values, names)
        return await self.judging.judge(listener, values, request)

    async def done(self, values: Mapping[str, Any]) -> None:
        """Somebody has done something, or tried to: what they may be looking at is brought up to date."""
        actor = values.get("actor")
        if self.after is not None and isinstance(actor, Actor):
            await self.after(values["services"], actor)

    def keep(self) -> None:
        task = asyncio.current_task()
        if task is not None:
            self.kept.add(task)
            task.add_done_callback(self.kept.discard)

    async def outcome(
        self, listener: Listener, values: Mapping[str, Any], names: tuple[str, ...], request: Request | None = None
    ) -> Said | None:
        """What the listener says, or what is said about what went wrong. Nobody acts on a payload that names no person, or no place."""
        if any(name in WHO and values[name] is None for name in names):
            log.warning("incomplete payload", listener=listener.__name__, **who(values))
            return replies.incomplete()
        hold = request.hold if request is not None else None
        try:
            if request is None:
                await self.demand_new(values.get("body") or {})
            await self.demand_calm(values)
            with holding(hold):
                said = await listener(**{name: values[name] for name in names})
        except RequestLost:
            log.warning("request_lost", listener=listener.__name__, **who(values))
            return None
        except RunbellError as error:
            await self.audit(heard(values, error))
            log.info("refused", listener=listener.__name__, error=type(error).__name__, **who(values))
            if request is not None and has_effect(hold) and isinstance(error, StoreBusy):
                return replies.perhaps_done(replies.asked(request), request.run_id, self.command)
            return None if error.was_shown else replies.reply(error, command=self.command)
        except Exception:
            reference = token_hex(4)
            log.exception("listener broke", listener=listener.__name__, reference=reference, **who(values))
            await self.audit(heard(values, None, f"unexpected {reference}"))
            return replies.unexpected(reference)
        await self.audit(heard(values, None))
        return said

    async def demand_new(self, body: Mapping[str, Any]) -> None:
        """HandledBefore for a payload that was signed for something that was done already. Events have their own marks."""
        trigger = body.get("trigger_id")
        if isinstance(trigger, str) and trigger and self.repeats is not None:
            await self.repeats.demand_new(trigger)

    async def demand_calm(self, values: Mapping[str, Any]) -> None:
        """TooManyRefused for a command of somebody who was refused too often. A click is never counted out: it may be a decision."""
        actor = values.get("actor")
        if self.audits is not None and isinstance(actor, Actor) and "command" in (values.get("body") or {}):
            await self.audits.demand_calm(actor, values.get("place"))

    async def audit(self, what: Heard | None) -> None:
        if what is not None and self.audits is not None:
            await self.audits.hear(what)

    async def finish(self, within: float) -> None:
        """Let the listeners at work end; those that have not after `within` seconds are canceled and told of in the log."""
        late = self.judging.requests.late if self.judging is not None else set()
        tasks = (self.kept | late) - {asyncio.current_task()}
        if not tasks:
            return
        _, remaining = await asyncio.wait(tasks, timeout=within)
        for task in remaining:
            log.warning("listener canceled", after_seconds=within)
            task.cancel()
        await asyncio.gather(*remaining, return_exceptions=True)


async def suggested(listener: Suggesting, values: Mapping[str, Any], names: tuple[str, ...]) -> Sequence[Block]:
    """What the listener offers; nothing to nobody, and nothing where something is wrong or takes too long."""
    if any(name in WHO and values[name] is None for name in names):
        return ()
    try:
        async with asyncio.timeout(SUGGEST_WITHIN):
            return await listener(**{name: values[name] for name in names})
    except (RunbellError, TimeoutError) as error:
        log.info("nothing suggested", listener=listener.__name__, error=type(error).__name__, **who(values))
    except Exception:
        log.exception("listener broke", listener=listener.__name__, **who(values))
    return ()


async def tell(values: Mapping[str, Any], view: object, said: Said) -> None:
    """Where there is no response address: in the channel in which the modal was opened or the click was made, else in direct messages."""
    actor, place = values.get("actor"), values.get("place")
    if actor is None:
        return
    opened_in = ids.channel_of_view(view.get("private_metadata")) if isinstance(view, Mapping) else ""
    channel = opened_in or (place.channel if place is not None else actor.id)
    await values["services"].privately.tell(channel, actor.id, said)


def parameters(listener: Callable[..., Any]) -> tuple[str, ...]:
    """The names of what a listener takes; a wrong one is found when it is registered, not when somebody clicks."""
    names = tuple(inspect.signature(listener).parameters)
    if unknown := set(names) - KNOWN:
        raise TypeError(f"{listener.__name__} asks for {', '.join(sorted(unknown))}, which no listener is given")
    return names


def who(values: Mapping[str, Any]) -> dict[str, str]:
    actor, place = values.get("actor"), values.get("place")
    return {"person": getattr(actor, "id", ""), "channel": getattr(place, "channel", "")}


async def answer(respond: AsyncRespond, said: Said) -> None:
    """Tell the person who acted, and leave the message that they clicked on as it is, unless the answer takes its place.

    Tried twice: it is seen by them alone. What Slack refuses as it is, such as a block that it no longer draws, is said in plain text.
    """
    shown = said
    for attempt in range(TRIES):
        try:
            response = await respond({"response_type": "ephemeral", "replace_original": False, **shown})
        except Exception as error:  # noqa: BLE001 - aiohttp's errors have another home
            log.warning("answer failed", attempt=attempt, error=type(error).__name__)
            continue
        if response.status_code == 200:  # noqa: PLR2004 - OK
            return
        log.warning("answer refused", attempt=attempt, status=response.status_code)
        if response.status_code < 500:  # noqa: PLR2004 - what the server fails at is not our blocks
            shown = {name: part for name, part in said.items() if name != "blocks"}
