"""The threat model: every test that docs/security.md names is there, and what no other test showed is shown here, over real HTTP."""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.app import slack_door
from bot.app.bolts import bolt_app
from bot.core.contents import plan_contents
from bot.core.errors import PlanChanged, StateMovedOn, TerraformRateLimited
from bot.core.policy import Actor, Place
from bot.core.runs import Action, Run
from bot.settings import Settings
from bot.slack import ids
from bot.slack.ids import Address, encode
from bot.slack.installations import Installation
from bot.web import listening, public_app
from handlers import register
from tests.handlers.desk import Desk, click, command, open_desk, services_of
from tests.services.house import DEPLOYS, GUS, KIM, OTHER, RAJ, TEAM, House, open_house

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TEXT)
SECRET = "a-signing-secret-of-32-letters!!"
SETTINGS = {
    "SLACK_BOT_TOKEN": "xoxb-test",
    "SLACK_SIGNING_SECRET": SECRET,
    "SLACK_API_URL": "http://127.0.0.1:9/api/",
    "TFE_ADDRESS": "http://127.0.0.1:9",
    "TFE_TOKEN": "test",
    "TF_CLOUD_ORGANIZATION": "acme",
}
US = Installation(team_id=TEAM, team="acme", app_user="U0RUNBELL", bot_id="B0RUNBELL", scopes=None)

THREATS = (
    "A forged or replayed request",
    "A stranger or a guest clicks",
    "Somebody asks for what they may not read",
    "Somebody repeats without end",
    "Somebody edits a user group",
    "Another user of the machine reads the database",
    "Code that runs in the container",
    "A package that is not the one that was tested",
    "Words that nobody meant as a command, and links that show too much",
    "Approving something that nobody looked at",
    "Approving one's own run by a second identity",
    "Approving one's own configuration by having another start the run",
    "A name in other capitals",
    "The plan or the policy results change after the vote",
    "Two replicas race",
    "A freeze or new rules come between the decision and the request",
    "A process dies between the acknowledgement and the decision",
    "An override that is an apply",
    "A lock is broken under a run",
    "A card is forwarded to another channel",
    "Injected mentions, links and look-alike text",
    "Words that pass for a decision, on the server or in a log",
    "A hostile archive",
    "Secrets in plans and logs",
    "Addresses that the server gives",
    "A tampered database",
    "An approver whose right was revoked",
    "A stolen bot token",
    "A hostile page against the sandbox",
)


# What the page says


@pytest.mark.parametrize("path,name", NAMED)
def test_each_test_that_the_threat_model_names_is_there(path: str, name: str) -> None:
    found = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^(?:async )?def {name}\(", found, re.MULTILINE), f"{path} has no {name}"


def test_each_threat_has_a_defence_and_a_test_that_fails_without_it() -> None:
    sections = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL))
    assert tuple(sections) == THREATS
    assert [threat for threat, told in sections.items() if not re.search(r"`tests/[\w/]+\.py::test_\w+`", told)] == []


# Signed requests over HTTP


@dataclass
class Door:
    """The bot behind the adapter that it has in earnest."""

    desk: Desk
    address: str
    client: aiohttp.ClientSession

    @property
    def house(self) -> House:
        return self.desk.house

    async def post(self, body: str, *, secret: str = SECRET, at: float | None = None, headers: dict[str, str] | None = None) -> int:
        """Post a body, signed as Slack signs; the status once the listeners are done."""
        now = str(int(time.time() if at is None else at))
        signature = "v0=" + hmac.new(secret.encode(), f"v0:{now}:{body}".encode(), sha256).hexdigest()
        sent = {
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": signature,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with self.client.post(self.address, data=body, headers={**sent, **(headers or {})}) as answer:
            status = answer.status
        await self.desk.guard.finish(5)
        return status


@asynccontextmanager
async def open_door(folder: Path) -> AsyncIterator[Door]:
    settings = Settings.model_validate(SETTINGS | {"DATABASE_URL": f"sqlite:///{folder / 'unused.db'}"})
    async with open_desk(folder) as desk, aiohttp.ClientSession() as client:
        app = bolt_app(settings, client, US)
        desk.guard = register(app, services_of(desk.house, desk.private))
        async with listening(public_app(slack_door(app, SECRET)), "127.0.0.1", 0, "PORT") as port:
            yield Door(desk, f"http://127.0.0.1:{port}/slack/events", client)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with open_door(tmp_path) as opened:
        yield opened


def waiting(house: House) -> Run:
    return house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned")


async def judged(house: House) -> Run:
    """One that waits, with a card whose buttons carry the digest of its plan."""
    run = waiting(house)
    await house.voting.tally(await house.reader.read(run.id))
    return run


def clicked(door: Door, run: Run, actor: Actor = KIM, place: Place = DEPLOYS, more: dict[str, Any] | None = None) -> str:
    body = click(ids.APPROVE, encode(Address(run.id, door.house.shown(run.id))), actor, place, door.desk.response_url)
    return urlencode({"payload": json.dumps(body | (more or {}))})


def typed(door: Door, text: str, actor: Actor = KIM) -> str:
    return urlencode(command(text, actor, DEPLOYS, door.desk.response_url))


async def test_a_click_that_slack_signed_is_heard(door: Door) -> None:
    """Without this, the refusals below would show nothing."""
    run = await judged(door.house)
    assert await door.post(clicked(door, run)) == 200
    assert len(door.house.runs.calls_of("act")) == 1


@pytest.mark.parametrize(
    "forgery",
    [
        {"secret": "another secret"},
        {"secret": ""},
        {"at": -600},
        {"at": 600},
        {"headers": {"X-Slack-Signature": ""}},
        {"headers": {"X-Slack-Signature": "v0=" + "0" * 64}},
        {"headers": {"X-Slack-Request-Timestamp": ""}},
        {"headers": {"X-Slack-Request-Timestamp": "1"}},
        {"headers": {"X-Slack-Request-Timestamp": "9" * 5000}},
        {"headers": {"X-Slack-Request-Timestamp": "now"}},
    ],
    ids=["secret", "no secret", "old", "of tomorrow", "unsigned", "made up", "no time", "another time", "endless time", "a word"],
)
async def test_a_request_that_slack_did_not_sign_just_now_does_nothing(door: Door, forgery: dict[str, Any]) -> None:
    run = waiting(door.house)
    given = forgery | ({"at": time.time() + forgery["at"]} if "at" in forgery else {})
    assert await door.post(clicked(door, run), **given) == 401
    assert await door.post(typed(door, "run storefront-dev"), **given) == 401
    assert door.house.runs.calls == []


async def test_a_body_that_was_changed_on_its_way_does_nothing(door: Door) -> None:
    run = waiting(door.house)
    body, now = clicked(door, run, RAJ), str(int(time.time()))
    signature = "v0=" + hmac.new(SECRET.encode(), f"v0:{now}:{body}".encode(), sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature}
    assert await door.post(body.replace(RAJ.id, KIM.id), headers=headers) == 401
    assert door.house.runs.calls == []


async def test_a_request_that_is_sent_again_is_done_once(door: Door) -> None:
    door.house.runs.add_workspace("storefront-dev")
    body, now = typed(door, "run storefront-dev once"), time.time()
    assert [await door.post(body, at=now) for _ in range(3)] == [200, 200, 200]
    assert len(door.house.runs.calls_of("create_run")) == 1
    assert [answer for answer in door.desk.answers if "came in before" in answer["text"]] == door.desk.answers[1:]


async def test_a_click_that_is_sent_again_after_the_gate_opened_anew_decides_nothing(door: Door) -> None:
    run = await judged(door.house)
    body, now = clicked(door, run), time.time()
    door.house.runs.fail("act", StateMovedOn(run.id))
    await door.post(body, at=now)
    await door.post(body, at=now)
    assert len(door.house.runs.calls_of("act")) == 1


@pytest.mark.parametrize(
    "actor",
    [GUS, replace(KIM, team_id="T0OTHER"), Actor(id="U0NOBODY", team_id="T0ACME", name="kim")],
    ids=["guest", "of another Slack workspace", "unknown, by a known name"],
)
async def test_a_signed_click_of_somebody_who_does_not_count_decides_nothing(door: Door, actor: Actor) -> None:
    run, door.house.people.home = waiting(door.house), TEAM
    assert await door.post(clicked(door, run, actor)) == 200
    assert door.house.runs.calls_of("act") == []
    assert len(door.desk.answers) == 1


async def test_who_acts_is_who_slack_says_and_not_who_a_payload_claims_elsewhere(door: Door) -> None:
    run = waiting(door.house)
    claims = {"user_id": KIM.id, "actor": {"id": KIM.id}, "message": {"user": KIM.id}, "view": None}
    assert await door.post(clicked(door, run, RAJ, more=claims)) == 200
    assert door.house.runs.calls_of("act") == []


# Cards elsewhere


async def test_a_card_in_another_channel_is_judged_by_who_clicks_and_where(door: Door) -> None:
    run = await judged(door.house)
    await door.post(clicked(door, run, RAJ, OTHER))
    assert door.house.runs.calls_of("act") == []
    await door.post(clicked(door, run, KIM, OTHER))
    (comment,) = door.house.runs.said_about(run.id)
    assert "applied by kim (U0KIM) in #infra" in comment
    async with door.house.store.read() as transaction:
        rows = await transaction.audit.newest(run_id=run.id)
    assert {row.channel for row in rows if row.kind == "decision"} == {OTHER.channel}


async def test_a_card_that_lies_decides_only_what_its_clicker_may_and_about_the_run_of_its_button(door: Door) -> None:
    """Whoever posts with our token can write what they like around a button, and no more."""
    mine, another = waiting(door.house), door.house.runs.add_run(door.house.runs.add_workspace("billing-prod"), "planned")
    lie = {"message": {"text": f"Approve {mine.id} of storefront-dev", "blocks": []}}
    await door.post(clicked(door, another, KIM, more=lie))
    assert door.house.runs.calls_of("act") == []
    assert "billing-prod" in str(door.desk.answers[-1])


# What changes meanwhile


async def test_a_decision_that_waited_is_not_carried_out_for_another_plan(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        run = waiting(house)
        house.runs.fail("act", TerraformRateLimited("terraform.test", 20))
        await house.act(Action.APPLY, run.id, actor=KIM)
        house.runs.finish_plan(run.id, additions=1, destructions=40)
        house.clock.move(30)
        await house.intents.tick(house.clock.now())
        assert len(house.runs.calls_of("act")) == 1
        refused = await house.intent_of(run.id)
        assert (refused.state, refused.outcome) == ("refused", PlanChanged(run.id).sentence)


# Secrets


def test_of_a_plan_no_value_is_kept() -> None:
    secret = {"password": "canary", "tags": {"name": "canary"}}
    change = {"actions": ["update"], "before": secret, "after": secret, "before_sensitive": {}, "after_sensitive": {"password": True}}
    resource = {"address": "aws_db_instance.main", "type": "aws_db_instance", "mode": "managed", "change": change}
    document = {
        "format_version": "1.2",
        "variables": {"token": {"value": "canary"}},
        "resource_changes": [resource],
        "output_changes": {"url": {"actions": ["create"], "before": None, "after": "canary"}},
    }
    contents = plan_contents(document)
    assert contents is not None
    assert "aws_db_instance.main" in repr(contents)
    assert "canary" not in repr(contents)
