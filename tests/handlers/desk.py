"""Bolt with our listeners on use cases of the services' house, and a response address over real HTTP that keeps what was answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import ChatTrouble, NoTrigger
from bot.core.policy import Actor, Place, Policy
from bot.services.greetings import Greetings
from bot.services.repeats import Repeats
from bot.services.requests import Requests
from bot.slack import ids
from bot.slack.privately import Shown
from bot.web import listening
from handlers import Guard, Services, register
from tests.services.house import ANA, DEPLOYS, POLICY, TEAM, House, open_house

APP_USER = "U0RUNBELL"
TRIGGERS = count()


@dataclass
class Desk:
    house: House
    app: AsyncApp
    guard: Guard
    private: FakePrivately
    services: Services
    response_url: str = ""
    statuses: list[int] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, body: dict[str, Any]) -> BoltResponse:
        """As Socket Mode does; then the listeners are let finish. Bolt begins those of events only after it has answered."""
        response: BoltResponse = await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        await settle()
        await self.guard.finish(30)
        return response

    async def card(self, run_id: str) -> str:
        """The value of the buttons that decide on the run's card, which is judged before it is painted."""
        asked = await self.house.approvals.asked(run_id)
        tally = asked.tally if asked is not None else None
        if tally is None or not tally.digest:
            tally = await self.house.voting.tally(await self.house.reader.read(run_id))
        return ids.encode(ids.Address(run_id, tally.digest))

    async def card_judged(self, run_id: str) -> None:
        """The run is judged once more, as the poller does it when something has changed."""
        await self.house.voting.tally(await self.house.reader.read(run_id))

    async def confirm(self, said: dict[str, Any], actor: Actor = ANA, place: Place = DEPLOYS, **container: Any) -> list[str]:
        """Click the one button under a command that was shown, in the private answer that it is in; the texts of the answers."""
        button = button_in(said)
        body = click(button["action_id"], button["value"], actor, place, self.response_url)
        body["container"] |= {"is_ephemeral": True} | container
        before = len(self.answers)
        assert (await self.send(body)).status == 200
        return [str(answer["text"]) for answer in self.answers[before:]]

    async def type(self, text: str, actor: Actor = ANA, place: Place = DEPLOYS) -> str:
        """Type after /tf; the text of the one private answer."""
        before = len(self.answers)
        response = await self.send(command(text, actor, place, self.response_url))
        assert response.status == 200
        (answer,) = self.answers[before:]
        assert (answer["response_type"], answer["replace_original"]) == ("ephemeral", False)
        return str(answer["text"])

    async def click(self, action_id: str, value: str, actor: Actor = ANA, place: Place = DEPLOYS) -> list[str]:
        """Click a button; the texts of the private answers, of which there are none where all went well."""
        before = len(self.answers)
        response = await self.send(click(action_id, value, actor, place, self.response_url))
        assert response.status == 200
        return [str(answer["text"]) for answer in self.answers[before:]]


def button_in(said: dict[str, Any]) -> dict[str, Any]:
    """The button that confirms a command: the only one there."""
    [button] = [element for block in said["blocks"] if block["type"] == "actions" for element in block["elements"]]
    assert button["action_id"] in {ids.CONFIRM_COMMAND, ids.CONFIRM_FORM}
    return dict(button)


def command(text: str, actor: Actor, place: Place, response_url: str) -> dict[str, Any]:
    return {
        "command": "/tf",
        "text": text,
        "user_id": actor.id,
        "user_name": actor.name,
        "team_id": actor.team_id,
        "channel_id": place.channel,
        "channel_name": place.channel_name,
        "response_url": response_url,
        "trigger_id": f"1.2.{next(TRIGGERS)}",
        "api_app_id": "A0RUNBELL",
    }


def click(action_id: str, value: str, actor: Actor, place: Place, response_url: str) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "api_app_id": "A0RUNBELL",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": actor.id, "username": actor.name, "team_id": actor.team_id},
        "container": {"type": "message", "message_ts": "1.1", "channel_id": place.channel, "is_ephemeral": False},
        "channel": {"id": place.channel, "name": place.channel_name},
        "response_url": response_url,
        "trigger_id": f"1.2.{next(TRIGGERS)}",
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": "2.2"}],
    }


def submission(view: dict[str, Any], values: dict[str, str], actor: Actor) -> dict[str, Any]:
    """A modal as Slack sends it back; every field is there, those left alone as null."""
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    state = {name: {name: {"type": "plain_text_input", "value": values.get(name)}} for name in fields}
    return {
        "type": "view_submission",
        "api_app_id": "A0RUNBELL",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": actor.id, "name": actor.name, "username": actor.name, "team_id": actor.team_id},
        "trigger_id": "1.2.c",
        "view": {"id": "V1", "type": "modal", "team_id": TEAM, **view, "state": {"values": state}},
        "response_urls": [],
    }


def event(inner: dict[str, Any], event_id: str = "Ev1") -> dict[str, Any]:
    return {"type": "event_callback", "team_id": TEAM, "api_app_id": "A0RUNBELL", "event_id": event_id, "event_time": 1, "event": inner}


async def authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-test", bot_id="B0RUNBELL", bot_user_id=APP_USER)


def bolt() -> AsyncApp:
    return AsyncApp(name="test", signing_secret="secret", client=AsyncWebClient(base_url="http://127.0.0.1:9/api/"), authorize=authorize)


class FakePrivately:
    """What one person saw: modals that were opened, and words that were said without a response address. `trouble` has modals refused.

    `threads` goes along with `told`; `written` is what was said in direct messages for good, and `edited` what took its place there.
    `said` is all that was told or written, whole. In a channel of `closed` nothing can be written.
    """

    def __init__(self) -> None:
        self.views: list[dict[str, Any]] = []
        self.told: list[tuple[str, str, str]] = []
        self.surfaces = FakeSurfaces()
        self.stale: ChatTrouble | None = None
        self.threads: list[str] = []
        self.written: list[tuple[str, str, str]] = []
        self.edited: list[tuple[str, str, dict[str, Any]]] = []
        self.said: list[dict[str, Any]] = []
        self.is_editable = True
        self.changed: list[str] = []
        self.trouble: ChatTrouble | None = None
        self.is_down = False
        self.closed: set[str] = set()

    async def open(self, trigger_id: str, view: dict[str, Any]) -> Shown:
        if not trigger_id:
            raise NoTrigger
        if self.trouble is not None:
            raise self.trouble
        self.views.append(view)
        return Shown(f"V{len(self.views)}", f"h{len(self.views)}")

    async def push(self, trigger_id: str, view: dict[str, Any]) -> Shown:
        return await self.open(trigger_id, view)

    async def update(self, known: Shown, view: dict[str, Any]) -> Shown:
        if self.stale is not None:
            raise self.stale
        return await self.open(known.view_id, view)

    async def tell(self, channel: str, person: str, said: dict[str, Any], *, thread_ts: str = "") -> bool:
        if self.is_down:
            return False
        self.told.append((channel, person, str(said["text"])))
        self.threads.append(thread_ts)
        self.said.append(said)
        return True

    async def write(self, channel: str, said: dict[str, Any], *, thread_ts: str = "") -> bool:
        if self.is_down or channel in self.closed:
            return False
        self.written.append((channel, thread_ts, str(said["text"])))
        self.said.append(said)
        return True

    async def edit(self, channel: str, ts: str, said: dict[str, Any]) -> bool:
        self.edited.append((channel, ts, said))
        return self.is_editable

    def person_changed(self, person_id: str) -> None:
        self.changed.append(person_id)

    def group_changed(self, group_id: str) -> None:
        self.changed.append(group_id)


class FakeSurfaces:
    """Home tabs by person, what links unfolded to, and runs by the thread that is about them; `trouble` has Slack refuse."""

    def __init__(self) -> None:
        self.published: list[tuple[str, dict[str, Any], str]] = []
        self.unfurled: list[tuple[str, str, dict[str, Any]]] = []
        self.threads: dict[str, str] = {}
        self.trouble: ChatTrouble | None = None

    async def publish(self, person: str, view: dict[str, Any], known: str = "") -> None:
        if self.trouble is not None:
            raise self.trouble
        self.published.append((person, view, known))

    async def run_of_thread(self, channel: str, thread_ts: str, app_user: str) -> str:
        if self.trouble is not None:
            raise self.trouble
        return self.threads.get(thread_ts, "") if app_user == APP_USER and channel else ""

    async def unfurl(self, channel: str, ts: str, unfurls: Mapping[str, dict[str, Any]]) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.unfurled.append((channel, ts, dict(unfurls)))


def services_of(house: House, private: FakePrivately, owner: str = "us") -> Services:
    return Services(
        command="/tf",
        app_user=APP_USER,
        address="https://terraform.test",
        launches=house.launches,
        promotions=house.promotions,
        retries=house.retries,
        approvals=house.approvals,
        previews=house.previews,
        confirmations=house.confirmations,
        lookups=house.lookups,
        listings=house.listings,
        waiting=house.waiting,
        watching=house.watching,
        freezing=house.freezing,
        reminders=house.reminders,
        locking=house.locking,
        comments=house.comments,
        greetings=Greetings(house.store, house.clock, lambda: house.wakes.append("paint"), "/tf"),
        closures=house.closures,
        privately=private,
        known=private,
        audits=house.audits,
        repeats=Repeats(house.store, house.clock),
        requests=Requests(house.store, house.clock, house.pace, owner, stored_within=30),
        reviews=house.reviews,
        handouts=house.handouts,
        suggestions=house.suggestions,
        uploads=house.uploads,
        declare_dead=house.painter.declare_dead,
        notices=house.notices,
        homes=house.homes,
        unfurls=house.unfurls,
        surfaces=private.surfaces,
    )


@asynccontextmanager
async def open_desk(folder: Path, policy: Policy = POLICY) -> AsyncIterator[Desk]:
    async with open_house(folder, policy=policy) as house:
        app, private = bolt(), FakePrivately()
        services = services_of(house, private)
        desk = Desk(house, app, register(app, services), private, services)
        async with listening(answering(desk), "127.0.0.1", 0, "PORT") as port:
            desk.response_url = f"http://127.0.0.1:{port}/respond"
            yield desk


def answering(desk: Desk) -> web.Application:
    """Slack's side of a response address; `statuses` are what it says instead of 200, in turn."""

    async def respond(request: web.Request) -> web.Response:
        status = desk.statuses.pop(0) if desk.statuses else 200
        if status == 200:
            desk.answers.append(await request.json())
        return web.Response(text="ok", status=status)

    app = web.Application()
    app.router.add_post("/respond", respond)
    return app


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)
