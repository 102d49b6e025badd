"""Elements in the hands of people: on messages and in modals, told to a bare connection that answers what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.apps import Shortcut
from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting
from tests.sandbox.slack.refusals import error_of

Document = dict[str, Any]
PLACE = {"channel": "C0DEPLOYS"}


def _words(text: str) -> Document:
    return {"type": "plain_text", "text": text}


def _option(value: str) -> Document:
    return {"text": _words(value), "value": value}


class Answering:
    """Acks everything with `answer`, and keeps the payloads."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.payloads: list[Document] = []

    async def run(self, link: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in link:
            document = frame.json()
            if "envelope_id" in document:
                self.payloads.append(document["payload"])
                payload = {} if self.answer is None else {"payload": self.answer}
                await link.send_json({"envelope_id": document["envelope_id"], **payload})


@pytest.fixture
async def app(slack: SlackServer) -> AsyncIterator[Answering]:
    opened = await AsyncWebClient(base_url=slack.api).apps_connections_open(app_token=slack.card()["app_token"])
    app = Answering()
    async with aiohttp.ClientSession() as session, session.ws_connect(str(opened["url"])) as link:
        running = asyncio.create_task(app.run(link))
        yield app
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _posted(client: AsyncWebClient, *elements: Document) -> str:
    blocks = [{"type": "actions", "block_id": "row", "elements": list(elements)}]
    return str((await client.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=blocks))["ts"])


async def test_a_button_for_some_is_not_there_for_others(joined: AsyncWebClient, ana: Acting, app: Answering) -> None:
    ts = await _posted(joined, {"type": "button", "action_id": "go", "text": _words("Go"), "visible_to_user_ids": ["U0ANA"]})

    assert (await ana.as_("U0KIM").post("click", **PLACE, ts=ts, action_id="go"))["error"] == "not_shown"
    assert (await ana.post("click", **PLACE, ts=ts, action_id="go"))["ok"] is True
    assert len(app.payloads) == 1


async def test_no_more_is_chosen_than_the_element_allows(joined: AsyncWebClient, ana: Acting, app: Answering) -> None:
    many = {"type": "multi_static_select", "action_id": "m", "options": [_option("a"), _option("b")], "max_selected_items": 1}
    ts = await _posted(joined, many)

    assert (await ana.post("click", **PLACE, ts=ts, action_id="m", selected_options=["a", "b"]))["error"] == "too_many_selected"
    assert (await ana.post("click", **PLACE, ts=ts, action_id="m", selected_options=["b"]))["ok"] is True
    assert app.payloads[0]["actions"][0]["selected_options"][0]["value"] == "b"


async def test_an_input_in_a_message_is_kept_and_told_with_the_next_click(joined: AsyncWebClient, ana: Acting, app: Answering) -> None:
    quiet = {"type": "input", "block_id": "q", "label": _words("Why"), "element": {"type": "plain_text_input", "action_id": "why"}}
    loud = {**quiet, "block_id": "l", "dispatch_action": True}
    ts = (await joined.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[quiet, loud]))["ts"]
    kept = await ana.post("click", **PLACE, ts=ts, action_id="why", block_id="q", value="because")
    told = await ana.post("click", **PLACE, ts=ts, action_id="why", block_id="l", value="now")

    assert (kept, told["ok"], len(app.payloads)) == ({"ok": True, "kept": True}, True, 1)
    assert app.payloads[0]["actions"][0]["value"] == "now"
    assert app.payloads[0]["state"]["values"]["q"]["why"]["value"] == "because"


async def test_type_ahead_on_a_message_offers_what_can_then_be_chosen(joined: AsyncWebClient, ana: Acting, app: Answering) -> None:
    ts = await _posted(joined, {"type": "external_select", "action_id": "room"})
    app.answer = {"option_groups": [{"label": _words("All"), "options": [_option("kitchen")]}]}
    offered = await ana.post("options", **PLACE, ts=ts, action_id="room", value="kit")
    app.answer = None
    chosen = await ana.post("click", **PLACE, ts=ts, action_id="room", selected_option="kitchen")

    assert offered["option_groups"][0]["options"][0]["value"] == "kitchen"
    assert chosen["ok"]
    assert (app.payloads[0]["container"]["message_ts"], app.payloads[0]["message"]["ts"]) == (ts, ts)
    assert app.payloads[1]["actions"][0]["selected_option"]["value"] == "kitchen"


@pytest.mark.parametrize(
    "answer",
    [None, {"options": [_option("x")] * 101}, {"options": [{"text": _words("x")}]}, {"options": "all"}, {"option_groups": [{}]}],
)
async def test_options_that_no_client_could_show(joined: AsyncWebClient, ana: Acting, app: Answering, answer: Any) -> None:
    ts = await _posted(joined, {"type": "external_select", "action_id": "room", "min_query_length": 0})
    app.answer = answer

    assert (await ana.post("options", **PLACE, ts=ts, action_id="room"))["error"] == "bad_options"


async def test_a_button_in_an_unfurl_names_it(client: AsyncWebClient, ana: Acting, app: Answering) -> None:
    url = "https://app.example.com/1"
    ts = (await ana.post("message", **PLACE, text=url))["ts"]
    row = {"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": _words("Go")}]}
    await client.chat_unfurl(channel="C0DEPLOYS", ts=ts, unfurls={url: {"blocks": [row]}})
    app.payloads.clear()
    await ana.post("click", **PLACE, ts=ts, action_id="go")

    told = app.payloads[0]
    assert (told["container"]["type"], told["container"]["is_app_unfurl"]) == ("message_attachment", True)
    assert told["app_unfurl"]["app_unfurl_url"] == url


async def test_feedback_tells_which_of_its_two_buttons(joined: AsyncWebClient, ana: Acting, app: Answering) -> None:
    buttons = {f"{kind}_button": {"text": _words(kind), "value": kind} for kind in ("positive", "negative")}
    element = {"type": "feedback_buttons", "action_id": "f", **buttons}
    ts = (await joined.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[{"type": "context_actions", "elements": [element]}]))["ts"]
    for value in ("positive", "negative"):
        await ana.post("click", **PLACE, ts=ts, action_id="f", value=value)

    assert [payload["actions"][0]["value"] for payload in app.payloads] == ["positive", "negative"]


async def test_shortcuts_that_are_not_there(joined: AsyncWebClient, ana: Acting) -> None:
    assert (await ana.post("shortcut", callback_id="none"))["error"] == "no_such_shortcut"
    ts = (await joined.chat_postMessage(channel="C0DEPLOYS", text="x"))["ts"]
    assert (await ana.post("shortcut", callback_id="none", **PLACE, ts=ts))["error"] == "no_such_shortcut"


def _modal(element: Document, **more: Any) -> Document:
    block = {"type": "input", "block_id": "b", "label": _words("Label"), "element": {"action_id": "a", **element}, **more}
    return {"type": "modal", "title": _words("A form"), "submit": _words("Go"), "blocks": [block]}


async def _open(slack: SlackServer, client: AsyncWebClient, view: Document, channel: str = "") -> None:
    await client.views_open(trigger_id=slack.state.triggers.issue("U0ANA", channel), view=view)


@pytest.mark.parametrize(
    "element, wrong, right",
    [
        ({"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}, ["x", "1.5", "0", "10"], "9"),
        ({"type": "number_input", "is_decimal_allowed": True}, ["1,5"], "-1.5"),
        ({"type": "email_text_input"}, ["nobody"], "ana@acme.example"),
        ({"type": "url_text_input"}, ["acme"], "https://acme.example"),
        ({"type": "plain_text_input", "min_length": 2, "max_length": 3}, ["a", "abcd"], "abc"),
        ({"type": "datepicker"}, [None], "2026-11-24"),
        ({"type": "checkboxes", "options": [_option("a")]}, [[]], ["a"]),
    ],
)
async def test_what_an_input_lets_through(
    slack: SlackServer, client: AsyncWebClient, ana: Acting, app: Answering, element: Document, wrong: list[Any], right: Any
) -> None:
    await _open(slack, client, _modal(element))
    refused = [await ana.post("submit", values={"b": {"a": value}}) for value in wrong]
    taken = await ana.post("submit", values={"b": {"a": right}})

    assert [list(answer["errors"]) for answer in refused] == [["b"]] * len(wrong)
    assert taken["response_action"] == "close"
    assert len(app.payloads) == 1


async def test_a_rich_text_input_gives_a_block(slack: SlackServer, client: AsyncWebClient, ana: Acting, app: Answering) -> None:
    await _open(slack, client, _modal({"type": "rich_text_input"}))
    await ana.post("submit", values={"b": {"a": "<!channel>"}})

    value = app.payloads[0]["view"]["state"]["values"]["b"]["a"]["rich_text_value"]
    assert value["elements"][0]["elements"] == [{"type": "text", "text": "<!channel>"}]


async def test_the_current_conversation_is_chosen_and_answered_to(
    slack: SlackServer, client: AsyncWebClient, ana: Acting, app: Answering
) -> None:
    element = {"type": "conversations_select", "default_to_current_conversation": True, "response_url_enabled": True}
    await _open(slack, client, _modal(element), "C0INFRA")
    await ana.post("submit")
    told = app.payloads[0]
    async with aiohttp.ClientSession() as session, session.post(told["response_urls"][0]["response_url"], json={"text": "here"}) as got:
        assert got.status == 200

    assert told["view"]["state"]["values"]["b"]["a"]["selected_conversation"] == "C0INFRA"
    assert (told["response_urls"][0]["channel_id"], told["response_urls"][0]["block_id"]) == ("C0INFRA", "b")
    assert await ana.texts("C0INFRA") == ["here"]


@pytest.mark.parametrize(
    "answer, error",
    [
        ({"text": "done"}, "bad_answer"),
        ({"response_action": "explode"}, "bad_answer"),
        ({"response_action": "errors", "errors": {}}, "bad_answer"),
        ({"response_action": "update", "view": {"type": "home", "blocks": []}}, "invalid_arguments"),
        ({"response_action": "push"}, "invalid_arguments"),
    ],
)
async def test_answers_to_a_form_that_slack_does_not_take(
    slack: SlackServer, client: AsyncWebClient, ana: Acting, app: Answering, answer: Any, error: str
) -> None:
    await _open(slack, client, _modal({"type": "plain_text_input"}, optional=True))
    app.answer = answer

    assert (await ana.post("submit"))["error"] == error
    assert (await ana.get("view", **{"as": "U0ANA"}))["view"]["trouble"]


async def test_a_fourth_view_is_not_pushed_by_an_answer(slack: SlackServer, client: AsyncWebClient, ana: Acting, app: Answering) -> None:
    view = _modal({"type": "plain_text_input"}, optional=True)
    await _open(slack, client, view)
    app.answer = {"response_action": "push", "view": view}
    answers = [await ana.post("submit") for _ in range(3)]

    assert [answer.get("response_action") for answer in answers] == ["push", "push", None]
    assert answers[2]["error"] == "push_limit_reached"


async def test_a_form_whose_app_is_gone_stays_in_trouble(slack: SlackServer, client: AsyncWebClient, ana: Acting) -> None:
    await _open(slack, client, _modal({"type": "plain_text_input"}, optional=True))

    assert (await ana.post("submit"))["error"] == "dispatch_failed"
    assert (await ana.get("view", **{"as": "U0ANA"}))["view"]["trouble"]


@pytest.mark.parametrize(
    "path, body, error",
    [
        ("submit", {}, "no_such_view"),
        ("close", {}, "no_such_view"),
        ("fill", {"values": {}}, "no_such_view"),
        ("click", {"surface": "home", "action_id": "a"}, "no_such_view"),
        ("click", {"surface": "screen", "action_id": "a"}, "invalid_arguments"),
        ("options", {"surface": "modal", "action_id": "a"}, "no_such_view"),
        ("home", {"tab": "about"}, "no_such_tab"),
    ],
)
async def test_what_is_not_before_a_person_cannot_be_used(ana: Acting, path: str, body: Document, error: str) -> None:
    assert (await ana.post(path, **body))["error"] == error


async def test_values_that_no_form_has(slack: SlackServer, client: AsyncWebClient, ana: Acting) -> None:
    await _open(slack, client, _modal({"type": "static_select", "options": [_option("a")]}))

    assert (await ana.post("fill", values={"b": {"x": "a"}}))["error"] == "no_such_element"
    assert (await ana.post("fill", values={"x": {"a": "a"}}))["error"] == "no_such_element"
    assert (await ana.post("fill", values={"b": {"a": "z"}}))["error"] == "no_such_option"
    assert (await ana.post("fill", values={"b": "a"}))["error"] == "invalid_arguments"


async def test_a_view_is_pushed_only_on_another_and_has_one_focus(slack: SlackServer, client: AsyncWebClient) -> None:
    focused = {"type": "plain_text_input", "focus_on_load": True}
    view = _modal(focused)
    view["blocks"].append({**view["blocks"][0], "block_id": "c"})

    assert await error_of(client.views_push(trigger_id=slack.state.triggers.issue("U0ANA"), view=_modal(focused))) == "invalid_trigger_id"
    assert await error_of(client.views_open(trigger_id=slack.state.triggers.issue("U0ANA"), view=view)) == "invalid_arguments"


async def test_the_stream_tells_of_a_modal(slack: SlackServer, client: AsyncWebClient, ana: Acting) -> None:
    async with ana.stream() as next_event, ana.as_("U0KIM").stream() as next_of_kim:
        await next_event()
        await next_of_kim()
        await _open(slack, client, _modal({"type": "plain_text_input"}))
        await client.chat_postMessage(channel="U0KIM", text="for Kim")
        event, of_kim = await next_event(), await next_of_kim()

    assert (event["type"], event["view"]["title"]["text"], len(event["stack"])) == ("view", "A form", 1)
    assert of_kim["type"] == "message"


async def test_an_ephemeral_has_type_ahead_but_no_shortcuts(
    joined: AsyncWebClient, ana: Acting, app: Answering, slack: SlackServer
) -> None:
    row = {"type": "actions", "elements": [{"type": "external_select", "action_id": "room", "min_query_length": 0}]}
    ts = (await joined.chat_postEphemeral(channel="C0DEPLOYS", user="U0ANA", text="x", blocks=[row]))["message_ts"]
    slack.state.team.app = replace(slack.state.team.app, shortcuts=(Shortcut("message", "light"),))
    app.answer = {"options": [_option("hall")]}

    assert (await ana.post("options", **PLACE, ts=ts, action_id="room"))["options"][0]["value"] == "hall"
    assert "message" not in app.payloads[0]
    assert app.payloads[0]["container"]["is_ephemeral"] is True
    assert (await ana.post("shortcut", **PLACE, ts=ts, callback_id="light"))["error"] == "message_not_found"
    assert (await ana.as_("U0KIM").post("delete", **PLACE, ts=ts))["error"] == "message_not_found"
    assert (await ana.post("delete", **PLACE, ts=ts))["ok"] is True


async def test_type_ahead_without_its_app_fails(joined: AsyncWebClient, ana: Acting) -> None:
    ts = await _posted(joined, {"type": "external_select", "action_id": "room", "min_query_length": 0})

    assert (await ana.post("options", **PLACE, ts=ts, action_id="room"))["error"] == "dispatch_failed"


async def test_a_workflow_button_tells_nobody(joined: AsyncWebClient, ana: Acting, app: Answering) -> None:
    ts = await _posted(joined, {"type": "workflow_button", "action_id": "w", "text": _words("Go"), "workflow": {}})

    assert (await ana.post("click", **PLACE, ts=ts, action_id="w"))["error"] == "no_such_element"
    assert app.payloads == []


async def test_the_home_tab_is_updated_by_its_view_id_too(client: AsyncWebClient, ana: Acting) -> None:
    home: Document = {"type": "home", "blocks": [{"type": "divider"}]}
    view = (await client.views_publish(user_id="U0ANA", view=home))["view"]
    await client.views_update(view_id=view["id"], view={"type": "home", "blocks": []})

    assert (await ana.get("view", **{"as": "U0ANA"}))["home"]["blocks"] == []
