"""What acts is stored before it is acknowledged, judged from its row, also by another process, and answered where nobody judged it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from sqlalchemy import text as sql

from bot.core.commands.locks import LockWorkspace
from bot.core.errors import RequestLost, StoreBusy
from bot.core.locks import Lock
from bot.core.people import Standing
from bot.core.policy import Actor
from bot.core.requests import Request, RequestState
from bot.core.runs import Run
from bot.core.workspaces import WorkspaceDetail
from bot.services.requests import Requests
from bot.slack import ids
from bot.slack.ids import Address, FormAddress, encode
from bot.slack.views.start import FORM, VARIABLES, Form, start_form
from handlers import actions, commands, register, shortcuts, views
from handlers.asking import ask
from handlers.guard import Guard, parameters
from handlers.judging import Judging, Listener
from handlers.middleware import actor_of, place_of
from handlers.requests import request_of, values_of
from handlers.resuming import resume
from tests.handlers.desk import Desk, bolt, button_in, click, command, open_desk, services_of
from tests.services.house import ANA, DEPLOYS, KIM, TEAM
from tests.slack.test_start_form import filled

LEASE, WITHIN = 11, 61
SECRET = "hunter2-canary"


def waiting(desk: Desk, name: str = "storefront-dev", status: str = "planned") -> Run:
    return desk.house.runs.add_run(desk.house.runs.add_workspace(name), status)


async def approve(desk: Desk, run: Run, actor: Actor = ANA) -> dict[str, Any]:
    """A click on the card, which carries the plan that was shown."""
    return click(ids.APPROVE, await desk.card(run.id), actor, DEPLOYS, "")


async def confirm(desk: Desk, run: Run, actor: Actor = ANA) -> dict[str, Any]:
    """A click on the button of the private answer to a command that names the workspace."""
    await desk.send(command("approve storefront-dev", actor, DEPLOYS, desk.response_url))
    button = button_in(desk.answers[-1])
    assert run.id in str(desk.answers[-1])
    return click(button["action_id"], button["value"], actor, DEPLOYS, "")


def typed(text: str, actor: Actor = ANA) -> dict[str, Any]:
    return command(text, actor, DEPLOYS, "")


def form(view: dict[str, Any], actor: Actor = ANA) -> dict[str, Any]:
    user = {"id": actor.id, "username": actor.name, "team_id": actor.team_id}
    return {"type": "view_submission", "team": {"id": TEAM, "domain": "acme"}, "user": user, "trigger_id": "1.2.form", "view": view}


def values_in(desk: Desk, body: dict[str, Any]) -> dict[str, Any]:
    """As the middleware and Bolt hand a payload to a listener."""
    payload = body["actions"][0] if body.get("type") == "block_actions" else body.get("view") or body
    return {"payload": payload, "body": body, "actor": actor_of(body), "place": place_of(body), "services": desk.services}


def listener_of(body: dict[str, Any]) -> str:
    if "command" in body:
        return "command_typed"
    if body["type"] == "view_submission":
        return "start_submitted"
    return "approve_clicked" if body["actions"][0]["action_id"] == ids.APPROVE else "confirmation_clicked"


async def acknowledged(desk: Desk, body: dict[str, Any]) -> Request:
    """Stored and acknowledged by a process that ends before it has judged anything."""
    requests = Requests(desk.house.store, desk.house.clock, desk.house.pace, "gone")
    asked = request_of(listener_of(body), values_in(desk, body))
    assert asked is not None
    request = await requests.store(asked, body["trigger_id"], perf_counter())
    assert await requests.acknowledge(request)
    return request


async def resumed(desk: Desk, seconds: float = LEASE) -> None:
    """So much later a process that lives looks for what waits."""
    desk.house.clock.move(seconds)
    await resume(desk.guard, desk.services)
    await desk.guard.finish(5)


def judging_of(desk: Desk) -> Judging:
    assert desk.guard.judging is not None
    return desk.guard.judging


async def row(desk: Desk, request_id: str) -> Request:
    async with desk.house.store.read() as transaction:
        found = await transaction.requests.get(request_id)
    assert found is not None
    return found


async def rows(desk: Desk) -> list[dict[str, Any]]:
    async with desk.house.store.read() as transaction:
        connection = transaction.requests.connection  # type: ignore[attr-defined]
        return [dict(found) for found in (await connection.execute(sql("SELECT * FROM requests"))).mappings()]


def applied(desk: Desk) -> int:
    return len(desk.house.runs.calls_of("act"))


class Gates:
    """Stops every writing transaction, or the commit of each, until it is let through."""

    def __init__(self, desk: Desk) -> None:
        self.before, self.after = asyncio.Event(), asyncio.Event()
        self.before.set()
        self.after.set()
        self.write = desk.house.store.write
        desk.house.store.write = self.gated  # type: ignore[method-assign]

    @asynccontextmanager
    async def gated(self) -> AsyncIterator[Any]:
        await self.before.wait()
        async with self.write() as transaction:
            yield transaction
        await self.after.wait()


# Before it is acknowledged


async def test_the_row_is_committed_before_slack_sees_an_acknowledgement(desk: Desk) -> None:
    run = waiting(desk)
    body, gates = await approve(desk, run), Gates(desk)
    gates.before.clear()
    sent = asyncio.create_task(desk.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body)))
    await asyncio.sleep(0.05)
    assert not sent.done(), "nothing is acknowledged while nothing is stored"
    assert await rows(desk) == []
    gates.before.set()
    assert (await sent).status == 200
    await desk.guard.finish(5)
    [stored] = await rows(desk)
    assert (stored["person"], stored["action"], stored["run_id"], stored["channel"]) == ("U0ANA", "run.approve", run.id, "C0DEPLOYS")
    assert (stored["state"], applied(desk)) == ("judged", 1)


@pytest.mark.parametrize("gate", ["before", "after"])
async def test_what_cannot_be_stored_in_time_is_not_acknowledged_and_never_judged(desk: Desk, gate: str) -> None:
    """Be it that the transaction does not begin, or that its commit is not answered."""
    desk.services.requests._stored_within = 0.02 if gate == "before" else 0.5
    body, gates = await approve(desk, waiting(desk)), Gates(desk)
    getattr(gates, gate).clear()
    response = await desk.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    assert response.status == 500, "which the socket does not acknowledge"
    getattr(gates, gate).set()
    await desk.guard.finish(5)
    assert [one["state"] for one in await rows(desk)] == ([] if gate == "before" else ["withdrawn"])
    await resumed(desk)
    await resumed(desk, WITHIN)
    assert (applied(desk), desk.private.told) == (0, [])


async def test_a_late_row_whose_process_ends_before_it_is_withdrawn_is_answered_and_not_judged(desk: Desk) -> None:
    run = waiting(desk)
    asked = request_of("approve_clicked", values_in(desk, await approve(desk, run)))
    assert asked is not None
    gone = Requests(desk.house.store, desk.house.clock, desk.house.pace, "gone")
    await gone.store(asked, "1.2.late", perf_counter())
    await resumed(desk)
    assert applied(desk) == 0
    [(channel, person, told)] = desk.private.told
    assert (channel, person) == ("C0DEPLOYS", "U0ANA")
    assert "Nothing was done. Try again." in told


async def test_a_database_that_fails_leaves_the_click_unacknowledged(desk: Desk) -> None:
    body, write = await approve(desk, waiting(desk)), desk.house.store.write

    def busy() -> Any:
        raise StoreBusy

    desk.house.store.write = busy  # type: ignore[method-assign]
    response = await desk.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    desk.house.store.write = write  # type: ignore[method-assign]
    await desk.guard.finish(5)
    assert (response.status, applied(desk), await rows(desk)) == (500, 0, [])


async def test_questions_and_slips_need_no_row(desk: Desk) -> None:
    waiting(desk)
    for text in ("show storefront-dev", "runs", "help", "run", "promote", "notify", "no such thing", "freezes"):
        await desk.send(command(text, ANA, DEPLOYS, desk.response_url))
        assert await rows(desk) == [], text


async def test_opening_a_form_needs_no_row_and_submitting_it_does(desk: Desk) -> None:
    run = waiting(desk)
    await desk.house.poll()
    await desk.send(click(ids.DISCARD, encode(Address(run.id)), ANA, DEPLOYS, desk.response_url))
    assert await rows(desk) == []
    [view] = desk.private.views
    await desk.send(form({"id": "V1", **view, "state": {"values": {"reason": {"reason": {"value": "wrong branch"}}}}}))
    [stored] = await rows(desk)
    assert (stored["kind"], stored["action"], stored["channel"], stored["run_id"]) == ("form", ids.DISCARDING, "C0DEPLOYS", run.id)
    assert [call.given["action"] for call in desk.house.runs.calls_of("act")] == ["discard"]


async def test_a_payload_that_is_sent_again_finds_its_row(desk: Desk) -> None:
    run = waiting(desk)
    body = await approve(desk, run) | {"response_url": desk.response_url}
    for _ in range(2):
        await desk.send(body)
    assert len(await rows(desk)) == 1
    assert applied(desk) == 1
    assert "came in before" in desk.answers[-1]["text"]


# What is in it


@pytest.mark.parametrize("text", ["run storefront-dev --var password=" + SECRET, "run storefront-dev now --plan-only --var a=" + SECRET])
async def test_values_of_variables_are_never_stored_and_such_a_request_is_answered(desk: Desk, text: str) -> None:
    waiting(desk)
    request = await acknowledged(desk, typed(text))
    assert SECRET not in str(await rows(desk))
    assert (request.has_values, request.is_resumable) == (True, False)
    await resumed(desk)
    assert desk.house.runs.calls_of("create_run") == []
    [(_, person, told)] = desk.private.told
    assert person == "U0ANA"
    assert "Nothing was done." in told
    assert "Values of variables are not stored" in told


async def test_values_that_were_filled_into_the_form_are_not_stored_either(desk: Desk) -> None:
    waiting(desk)
    shown = start_form(Form(address=FormAddress(FORM, "C0DEPLOYS", "deploys"), more=frozenset({VARIABLES})))
    chosen = {ids.WORKSPACE_TO_START: "acme/storefront-dev", "channel": "C0DEPLOYS", VARIABLES: f"password={SECRET}"}
    request = await acknowledged(desk, form({"id": "V1", **filled(shown, **chosen)}))
    assert SECRET not in str(await rows(desk))
    assert (request.has_values, request.is_resumable, request.channel) == (True, False, "C0DEPLOYS")


async def test_a_form_is_judged_from_its_row_as_it_was_filled_in(desk: Desk) -> None:
    waiting(desk)
    shown = start_form(Form(address=FormAddress(FORM, "C0DEPLOYS", "deploys")))
    chosen = {ids.WORKSPACE_TO_START: "acme/storefront-dev", "channel": "C0DEPLOYS", "message": "the release"}
    await acknowledged(desk, form({"id": "V1", **filled(shown, **chosen)}))
    await resumed(desk)
    [call] = desk.house.runs.calls_of("create_run")
    assert "the release" in str(call.given)


async def test_what_a_listener_is_given_from_a_row_bears_no_trigger_and_no_response_address(desk: Desk) -> None:
    for body in (typed("lock storefront-dev a sale") | {"response_url": "https://hooks"}, await approve(desk, waiting(desk))):
        asked = request_of("x", values_in(desk, body))
        assert asked is not None
        values = values_of(asked, "/tf")
        assert "trigger_id" not in values["body"]
        assert "response_url" not in str(values)
        assert "hooks" not in str(asked.payload)
        assert (values["actor"], values["place"].channel) == (ANA, "C0DEPLOYS")


async def test_every_listener_that_acts_is_found_by_its_name(desk: Desk) -> None:
    for name, listener in desk.guard.acting.items():
        assert listener.__name__ == name
        assert parameters(listener)
    assert {"command_typed", "approve_clicked", "start_submitted", "upload_submitted", "promotion_submitted"} <= desk.guard.acting.keys()


QUIET = {
    "because_clicked", "button_clicked", "discard_clicked", "glass_clicked", "link_opened", "look_clicked", "message_to_run",
    "override_clicked", "promote_form_clicked", "review_clicked", "review_closed", "review_turned", "run_wanted", "shortcut_used",
    "show_clicked", "start_changed", "start_clicked", "start_wanted", "upload_clicked", "view_submitted",
}  # fmt: skip


class Recording(Guard):
    """Which listeners were registered, and which of them act."""

    def __init__(self) -> None:
        super().__init__("/tf")
        self.seen: dict[str, bool] = {}

    def registered(self, listener: Listener, *, acts: bool) -> tuple[str, ...]:
        self.seen[listener.__name__] = acts
        return super().registered(listener, acts=acts)


def test_each_listener_acts_or_is_known_to_change_nothing() -> None:
    """A new one that fails here: register it with `acts=True` if it changes something, and list it if it only shows or opens something."""
    app, guard = bolt(), Recording()
    commands.register(app, guard, "/tf")
    actions.register(app, guard)
    views.register(app, guard)
    shortcuts.register(app, guard)
    assert {name for name, acts in guard.seen.items() if not acts} == QUIET


def test_two_listeners_of_one_name_cannot_both_act() -> None:
    guard = Guard("/tf")

    def made() -> Any:
        async def twin() -> None:
            return None

        return twin

    guard.guarded(made(), acts=True)
    with pytest.raises(TypeError, match="twin"):
        guard.guarded(made(), acts=True)


# By another process


@pytest.mark.parametrize("name", ["approve", "confirm", "approve by command"])
async def test_a_decision_whose_process_was_killed_is_judged_by_the_next(desk: Desk, name: str) -> None:
    run = waiting(desk)
    request = await acknowledged(desk, await ACTING[name][0](desk, run))
    await resumed(desk, 1)
    assert applied(desk) == 0, "its process may still live"
    await resumed(desk)
    assert applied(desk) == 1
    assert (await row(desk, request.id)).state is RequestState.JUDGED
    [comment] = desk.house.runs.said_about(run.id)
    assert "applied by ana (U0ANA) in #deploys" in comment
    await resumed(desk, WITHIN)
    assert applied(desk) == 1


async def test_it_is_judged_under_the_rights_of_that_moment(desk: Desk) -> None:
    run = waiting(desk)
    request = await acknowledged(desk, await approve(desk, run))
    desk.house.people.add("U0ANA", "ana", Standing.GUEST)
    await resumed(desk)
    assert applied(desk) == 0
    [(_, person, told)] = desk.private.told
    assert person == "U0ANA"
    assert "Guests" in told
    assert (await row(desk, request.id)).state is RequestState.JUDGED


async def test_a_run_that_has_moved_on_meanwhile_is_refused(desk: Desk) -> None:
    run = waiting(desk)
    await acknowledged(desk, await approve(desk, run))
    await desk.click(ids.APPROVE, await desk.card(run.id), KIM)
    await resumed(desk)
    assert applied(desk) == 1
    [(_, _, told)] = desk.private.told
    assert "already" in told


async def test_where_a_form_would_have_to_be_opened_it_is_said_what_to_do(desk: Desk) -> None:
    run = waiting(desk, "storefront-prod")
    await acknowledged(desk, click(ids.OVERRIDE_GLASS, encode(Address(run.id)), ANA, DEPLOYS, "") | {"type": "block_actions"})
    await resumed(desk)
    [(_, _, told)] = desk.private.told
    assert told
    assert applied(desk) == 0


async def test_what_is_not_judged_within_a_minute_is_answered_in_private(desk: Desk) -> None:
    run = waiting(desk)
    request = await acknowledged(desk, await approve(desk, run))
    await resumed(desk, WITHIN)
    [(channel, person, told)] = desk.private.told
    assert (channel, person) == ("C0DEPLOYS", "U0ANA")
    assert told.startswith(f"Your click (approve, {run.id}) was received")
    assert "Nothing was done. Try again." in told
    assert (applied(desk), (await row(desk, request.id)).state) == (0, RequestState.ANSWERED)
    await resumed(desk, WITHIN)
    assert len(desk.private.told) == 1


async def test_an_answer_that_slack_does_not_take_is_given_later(desk: Desk) -> None:
    request = await acknowledged(desk, await approve(desk, waiting(desk)))
    desk.private.is_down = True
    await resumed(desk, WITHIN)
    assert (await row(desk, request.id)).state is RequestState.UNDONE
    desk.private.is_down = False
    await resumed(desk, 1)
    assert desk.private.told == [], "whoever has it tries again once the lease has ended"
    await resumed(desk)
    assert len(desk.private.told) == 1
    assert (await row(desk, request.id)).state is RequestState.ANSWERED


async def test_an_answer_that_slack_takes_for_an_hour_not_is_given_up(desk: Desk) -> None:
    request = await acknowledged(desk, await approve(desk, waiting(desk)))
    desk.private.is_down = True
    await resumed(desk, 3700)
    assert (await row(desk, request.id)).state is RequestState.ANSWERED


async def test_one_without_a_channel_is_answered_in_direct_messages(desk: Desk) -> None:
    user = {"id": "U0ANA", "username": "ana", "team_id": TEAM}
    home = {"type": "block_actions", "team": {"id": TEAM}, "user": user, "trigger_id": "1.2.home"}
    body = home | {"container": {"type": "view"}, "actions": [{"type": "button", "action_id": ids.HOME_NOTIFY, "value": "on"}]}
    await acknowledged(desk, body)
    await resumed(desk, WITHIN)
    [(channel, person, _)] = desk.private.told
    assert (channel, person) == ("U0ANA", "U0ANA")


async def test_a_listener_that_this_release_does_not_have_is_answered(desk: Desk) -> None:
    asked = request_of("of_tomorrow", values_in(desk, await approve(desk, waiting(desk))))
    assert asked is not None
    gone = Requests(desk.house.store, desk.house.clock, desk.house.pace, "gone")
    await gone.acknowledge(await gone.store(asked, "1.2.x", perf_counter()))
    await resumed(desk)
    [(_, _, told)] = desk.private.told
    assert "Nothing was done." in told


async def test_a_judge_that_is_overtaken_does_nothing_and_says_nothing(desk: Desk) -> None:
    """It stood still for so long that the person was told already that nothing was done."""
    run = waiting(desk)
    body = await approve(desk, run)
    asked = request_of("approve_clicked", values_in(desk, body))
    assert asked is not None
    requests = desk.services.requests
    request = await requests.store(asked, body["trigger_id"], perf_counter())
    assert await requests.acknowledge(request)
    await resumed(desk, WITHIN)
    assert len(desk.private.told) == 1
    judge = desk.guard.acting["approve_clicked"]
    said = await judging_of(desk).finish(judge, values_in(desk, body), request)
    assert (said, applied(desk)) == (None, 0)
    assert not await requests.acknowledge(request)


async def test_of_two_replicas_one_judges(desk: Desk) -> None:
    run = waiting(desk)
    await acknowledged(desk, await approve(desk, run))
    other = services_of(desk.house, desk.private, "them")
    guard = register(bolt(), other)
    desk.house.clock.move(LEASE)
    await asyncio.gather(resume(desk.guard, desk.services), resume(guard, other))
    await asyncio.gather(desk.guard.finish(5), guard.finish(5))
    assert (applied(desk), desk.private.told) == (1, [])


async def test_what_is_at_work_keeps_its_lease(desk: Desk) -> None:
    asked = request_of("approve_clicked", values_in(desk, await approve(desk, waiting(desk))))
    assert asked is not None
    request = await desk.services.requests.store(asked, "1.2.x", perf_counter())
    await desk.services.requests.acknowledge(request)
    other = Requests(desk.house.store, desk.house.clock, desk.house.pace, "them")
    for _ in range(4):
        desk.house.clock.move(6)
        assert await desk.services.requests.take() == []
        assert await other.take() == []
    desk.services.requests.release(request)
    desk.house.clock.move(LEASE)
    assert [taken.id for _, taken in await other.take()] == [request.id]
    assert await other.give_up(replace(request, id="none")) is None


# Killed after any commit


def typing(text: str) -> Callable[[Desk, Run], Awaitable[dict[str, Any]]]:
    async def made(_: Desk, run: Run) -> dict[str, Any]:
        return typed(text.replace("{run}", run.id))

    return made


ACTING: dict[str, tuple[Callable[[Desk, Run], Awaitable[dict[str, Any]]], str]] = {
    "approve": (approve, "act"),
    "confirm": (confirm, "act"),
    "approve by command": (typing("approve {run}"), "act"),
    "discard": (typing("discard {run} wrong branch"), "act"),
    "run": (typing("run storefront-dev the release"), "create_run"),
    "comment": (typing("comment {run} looks good"), "comment"),
    "lock": (typing("lock dns a sale"), "lock"),
    "freeze": (typing("freeze storefront-dev until 2h a sale"), "freezes"),
    "watch": (typing("watch storefront-dev"), "watches"),
    "notify": (typing("notify me on"), "preferences"),
}
MOST_COMMITS = 20
"""More than any of them makes."""


class Killed(BaseException):
    """The process is gone: nothing catches this."""


class Kill:
    """Ends the process right after its commit of this number."""

    def __init__(self, desk: Desk, at: int) -> None:
        self.desk, self.at, self.commits, self.write = desk, at, 0, desk.house.store.write
        desk.house.store.write = self.counted  # type: ignore[method-assign]

    @asynccontextmanager
    async def counted(self) -> AsyncIterator[Any]:
        async with self.write() as transaction:
            yield transaction
        self.commits += 1
        if self.commits == self.at:
            raise Killed

    def over(self) -> bool:
        """Whether it was killed; the next process writes undisturbed."""
        self.desk.house.store.write = self.write  # type: ignore[method-assign]
        return self.commits >= self.at


async def effects(desk: Desk, kind: str) -> int:
    if kind not in {"freezes", "watches", "preferences"}:
        return len(desk.house.runs.calls_of(kind))
    async with desk.house.store.read() as transaction:
        connection = transaction.requests.connection  # type: ignore[attr-defined]
        return int((await connection.execute(sql(f"SELECT count(*) FROM {kind}"))).scalar_one())  # noqa: S608 - a word of ours


@pytest.mark.parametrize("name", ACTING)
async def test_killed_after_any_commit_it_is_done_once_or_the_person_hears_of_it(tmp_path: Path, name: str) -> None:
    """After its first commit, its second and so on, until it made all of them undisturbed."""
    for at in range(1, MOST_COMMITS):
        async with open_desk(tmp_path / str(at)) as desk:
            if not await killed_after(desk, name, at):
                break
    else:
        pytest.fail("it never came to its end")
    assert at > 1, "it was never killed"


async def killed_after(desk: Desk, name: str, at: int) -> bool:
    """Kill what does this after so many commits, and let another process go on. Return whether it got so far."""
    make, kind = ACTING[name]
    run = waiting(desk)
    desk.house.runs.add_workspace("dns")
    await desk.house.poll()
    before, body = await effects(desk, kind), await make(desk, run)
    listener, values = listener_of(body), values_in(desk, body)
    asked = request_of(listener, values)
    assert asked is not None
    request = await desk.services.requests.store(asked, body["trigger_id"], perf_counter())
    kill = Kill(desk, at)
    try:
        judge = desk.guard.acting[listener]
        await asyncio.create_task(desk.guard.judged(judge, values, parameters(judge), request))
    except Killed:
        pass
    was_killed = kill.over()

    other = services_of(desk.house, desk.private, "them")
    guard = register(bolt(), other)
    for seconds in (LEASE, LEASE, WITHIN, LEASE):
        desk.house.clock.move(seconds)
        await resume(guard, other)
        await guard.finish(5)
        await desk.house.intents.tick(desk.house.clock.now())

    done = await effects(desk, kind) - before
    told = [text for _, _, text in desk.private.told]
    assert done <= 1, f"done twice, after commit {at}"
    assert done == 1 or any("Check the result" in text for text in told), (at, told)
    assert not any("Nothing was done" in text for text in told if done), (at, told)
    assert (await row(desk, request.id)).state in {RequestState.JUDGED, RequestState.ANSWERED}
    assert was_killed or told == []
    return was_killed


async def test_a_request_that_was_lost_is_not_audited_as_refused(desk: Desk) -> None:
    async def loses() -> None:
        raise RequestLost

    assert await desk.guard.outcome(loses, {"body": {}}, ()) is None


def busy_once(desk: Desk) -> None:
    """The next transaction that writes is refused, and those after it are not."""
    write = desk.house.store.write

    def refused() -> Any:
        desk.house.store.write = write  # type: ignore[method-assign]
        raise StoreBusy

    desk.house.store.write = refused  # type: ignore[method-assign]


@pytest.mark.parametrize("way", ["typed", "confirmed"])
async def test_what_had_an_effect_before_the_database_was_busy_is_not_said_to_be_undone(desk: Desk, way: str) -> None:
    workspace = desk.house.runs.add_workspace("storefront-dev")
    lock = desk.house.locks.lock

    async def locked(workspace_id: str, reason: str) -> Lock:
        found = await lock(workspace_id, reason)
        busy_once(desk)
        return found

    desk.house.locks.lock = locked  # type: ignore[method-assign]
    if way == "typed":
        told = await desk.type("lock storefront-dev a reason")
    else:
        asked = await ask(LockWorkspace("storefront-dev", "a reason"), desk.services, ANA, DEPLOYS)
        [told] = await desk.confirm(asked)
    assert (await desk.house.locks.detail(workspace.id)).lock.is_locked
    assert "Check the result before you try again." in told
    assert StoreBusy().sentence not in told


async def test_what_had_no_effect_before_the_database_was_busy_is_said_to_be_undone(desk: Desk) -> None:
    workspace = desk.house.runs.add_workspace("storefront-dev")
    detail = desk.house.locks.detail

    async def looked_at(workspace_id: str) -> WorkspaceDetail:
        busy_once(desk)
        return await detail(workspace_id)

    desk.house.locks.detail = looked_at  # type: ignore[method-assign]
    told = await desk.type("lock storefront-dev a reason")
    assert not (await detail(workspace.id)).lock.is_locked
    assert StoreBusy().sentence in told
