"""The Home tab, links that are posted, and the message shortcut: through Bolt, as Slack sends them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.errors import ChatRefused, ChatUnreachable, TerraformUnreachable
from bot.core.policy import Actor
from bot.core.runs import Action, Run
from bot.sandbox.slack.view_shapes import refuse_view
from bot.slack import ids
from handlers.homes import follow
from tests.handlers.desk import Desk, click, event
from tests.scenes.stage import texts
from tests.services.house import ANA, DEPLOYS, GUS, KIM, TEAM

LINK = "https://terraform.test/app/acme/workspaces/storefront-dev"


async def waiting(desk: Desk, name: str = "storefront-dev") -> Run:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace(name), "planning")
    run = desk.house.runs.finish_plan(run.id)
    await desk.house.reader.read(run.id)
    return run


def opened(actor: Actor = ANA, **more: Any) -> dict[str, Any]:
    inner = {"type": "app_home_opened", "user": actor.id, "channel": "D0ANA", "tab": "home", "event_ts": "1.1"}
    return event(inner | more)


def on_home(action: str, value: str, actor: Actor = ANA) -> dict[str, Any]:
    """A click on the Home tab has neither a channel nor a response address."""
    body = click(action, value, actor, DEPLOYS, "")
    body.pop("channel")
    body.pop("response_url")
    return body | {
        "container": {"type": "view", "view_id": "V0"},
        "view": {"id": "V0", "type": "home", "private_metadata": "", "hash": "h0"},
    }


def shown(desk: Desk, number: int = -1) -> str:
    return "\n".join(texts(desk.private.surfaces.published[number][1]["blocks"]))


# Home


async def test_whoever_opens_the_home_tab_sees_what_waits_for_them(desk: Desk) -> None:
    run = await waiting(desk)
    await desk.send(opened(view={"hash": "h7"}))
    ((person, view, known),) = desk.private.surfaces.published
    assert (person, view["type"], known) == ("U0ANA", "home", "h7")
    refuse_view(view, "home")
    assert "`storefront-dev`" in shown(desk)
    assert ids.encode(ids.Address(run.id)) in str(view)


async def test_a_guest_sees_who_can_and_nothing_else(desk: Desk) -> None:
    await waiting(desk)
    await desk.send(opened(GUS))
    assert "guests see no runs" in shown(desk)
    assert "storefront" not in shown(desk)


async def test_the_other_tab_draws_nothing(desk: Desk) -> None:
    await desk.send(opened(tab="messages"))
    assert desk.private.surfaces.published == []


async def test_a_deed_of_ones_own_draws_an_open_home_anew_and_no_other(desk: Desk) -> None:
    run = await waiting(desk)
    await desk.click(ids.DISCARD, "nothing of ours", ANA)
    assert desk.private.surfaces.published == []
    await desk.send(opened())
    await desk.send(opened(KIM))
    await desk.click(ids.APPROVE, await desk.card(run.id), ANA)
    assert [person for person, _, _ in desk.private.surfaces.published] == ["U0ANA", "U0KIM", "U0ANA"]
    assert "Nothing waits for a decision of yours" in shown(desk)
    desk.house.clock.move(601)
    await desk.type("help")
    assert len(desk.private.surfaces.published) == 3


async def test_an_open_home_follows_what_others_do_and_is_drawn_only_where_something_has_changed(desk: Desk) -> None:
    run = await waiting(desk)
    for actor in (GUS, ANA):
        await desk.send(opened(actor))
    services = desk.services
    await follow(services)
    assert len(desk.private.surfaces.published) == 2

    await desk.house.poll()
    await follow(services)
    assert len(desk.private.surfaces.published) == 2

    desk.private.surfaces.trouble = ChatUnreachable()
    await desk.house.act(Action.APPLY, run.id, actor=KIM)
    await follow(services)
    assert "Waits for you · 1" in shown(desk)
    desk.private.surfaces.trouble = None
    await follow(services)
    assert [person for person, _, _ in desk.private.surfaces.published] == ["U0GUS", "U0ANA", "U0ANA"]
    assert "Nothing waits for a decision of yours" in shown(desk)

    desk.house.clock.move(601)
    await waiting(desk, "storefront-prod")
    await follow(services)
    assert len(desk.private.surfaces.published) == 3


async def test_one_home_that_cannot_be_read_holds_up_no_other(desk: Desk) -> None:
    for actor in (KIM, ANA):
        await desk.send(opened(actor))
    await waiting(desk)
    desk.house.people.unreachable.add(KIM.id)
    await follow(desk.services)
    assert [person for person, _, _ in desk.private.surfaces.published] == ["U0KIM", "U0ANA", "U0ANA"]


async def test_what_slack_refuses_of_a_home_is_nobodys_trouble(desk: Desk) -> None:
    desk.private.surfaces.trouble = ChatRefused("hash_conflict")
    assert (await desk.send(opened())).status == 200
    assert await desk.type("help")


async def test_a_run_is_shown_from_the_home_tab_in_a_modal(desk: Desk) -> None:
    run = await waiting(desk)
    await desk.send(on_home(ids.HOME_SHOW, ids.encode(ids.Address(run.id))))
    first, then = desk.private.views
    assert "Reading the run" in str(first)
    refuse_view(then, "modal")
    assert "Decision needed" in str(then)
    assert desk.private.told == []


async def test_what_cannot_be_shown_says_why_in_the_modal(desk: Desk) -> None:
    run = await waiting(desk)
    desk.house.runs.fail("read_run", TerraformUnreachable("terraform.test"))
    await desk.send(on_home(ids.HOME_SHOW, ids.encode(ids.Address(run.id))))
    assert "terraform.test" in str(desk.private.views[-1])
    await desk.send(on_home(ids.HOME_SHOW, "what is this"))
    assert "no longer active" in desk.private.told[-1][2]


async def test_a_modal_that_was_closed_meanwhile_is_let_go(desk: Desk) -> None:
    run = await waiting(desk)
    desk.private.stale = ChatRefused("not_found")
    await desk.send(on_home(ids.HOME_SHOW, ids.encode(ids.Address(run.id))))
    assert len(desk.private.views) == 1
    assert desk.private.told == []


async def test_a_home_that_cannot_be_read_is_not_drawn_and_the_deed_is_done(desk: Desk) -> None:
    await desk.send(opened())
    desk.house.people.fail(ChatUnreachable())
    await desk.type("help")
    assert len(desk.private.surfaces.published) == 1


async def test_direct_messages_about_own_runs_are_turned_on_and_off_there(desk: Desk) -> None:
    await desk.send(opened(KIM))
    assert "I do not write to you" in shown(desk)
    await desk.send(on_home(ids.HOME_NOTIFY, "on", KIM))
    assert "I write to you when one waits" in shown(desk)
    await desk.send(on_home(ids.HOME_NOTIFY, "off", KIM))
    assert "I do not write to you" in shown(desk)


# Links


def posted(desk: Desk, *urls: str, **more: Any) -> dict[str, Any]:
    ts = f"{desk.house.clock.now().timestamp():.0f}.000001"
    links = [{"domain": "terraform.test", "url": url} for url in urls]
    inner = {"type": "link_shared", "user": "U0ANA", "channel": "C0DEPLOYS", "message_ts": ts, "links": links}
    return event(inner | {"source": "conversations_history", "unfurl_id": "x", "is_bot_user_member": True} | more)


async def test_a_link_shows_how_the_run_stands_where_its_workspace_is_watched(desk: Desk) -> None:
    run = await waiting(desk)
    await desk.type("watch storefront-dev")
    urls = (f"{LINK}/runs/{run.id}", LINK, "https://terraform.test/app/acme/workspaces/dns")
    await desk.send(posted(desk, *urls))
    ((channel, _, unfurls),) = desk.private.surfaces.unfurled
    assert (channel, set(unfurls)) == ("C0DEPLOYS", set(urls[:2]))
    said = "\n".join(texts(unfurls[urls[0]]))
    assert "Decision needed" in said
    assert "`storefront-dev`" in said
    await desk.send(posted(desk, *urls))
    assert len(desk.private.surfaces.unfurled) == 1


async def test_a_link_shows_nothing_elsewhere_or_before_it_is_posted(desk: Desk) -> None:
    run = await waiting(desk)
    url = f"{LINK}/runs/{run.id}"
    await desk.send(posted(desk, url))
    await desk.type("watch storefront-dev")
    await desk.send(posted(desk, url, channel="C0INFRA"))
    await desk.send(posted(desk, url, source="composer", channel="COMPOSER"))
    await desk.send(posted(desk, links=None))
    await desk.send(posted(desk, url, message_ts="soon"))
    assert desk.private.surfaces.unfurled == []


async def test_a_link_that_slack_does_not_let_unfold_is_left_alone(desk: Desk) -> None:
    run = await waiting(desk)
    await desk.type("watch storefront-dev")
    desk.private.surfaces.trouble = ChatRefused("cannot_unfurl_url")
    assert (await desk.send(posted(desk, f"{LINK}/runs/{run.id}"))).status == 200
    assert desk.private.told == []


# The message shortcut


def used(desk: Desk, message: Any) -> dict[str, Any]:
    return {
        "type": "message_action",
        "callback_id": "run.message",
        "api_app_id": "A0RUNBELL",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": ANA.id, "name": ANA.name, "team_id": TEAM},
        "channel": {"id": "C0DEPLOYS", "name": "deploys"},
        "message": message,
        "message_ts": "1.1",
        "response_url": desk.response_url,
        "trigger_id": "1.2.shortcut",
    }


@pytest.mark.parametrize("text", ["look at <{link}/runs/{run}|this>", "what of {run}?", "<{link}>"])
async def test_the_run_that_a_message_is_about_is_shown(desk: Desk, text: str) -> None:
    run = await waiting(desk)
    await desk.send(used(desk, {"type": "message", "text": text.format(link=LINK, run=run.id), "ts": "1.1"}))
    (answer,) = desk.answers
    assert "Decision needed" in answer["text"]
    assert answer["response_type"] == "ephemeral"


@pytest.mark.parametrize("message", [{"text": "good morning"}, {"text": None}, {}])
async def test_a_message_about_no_run_says_so(desk: Desk, message: dict[str, Any]) -> None:
    await desk.send(used(desk, message))
    assert "I see no run in this message" in desk.answers[0]["text"]
