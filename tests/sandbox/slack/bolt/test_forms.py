"""Modals from their opening to their end, by an app of Bolt's own in both ways of delivery."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.slack import deliveries
from tests.sandbox.slack import bolt_apps
from tests.sandbox.slack.acting import Acting, eventually
from tests.sandbox.slack.bolt.conftest import Heard

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
async def form(ana: Acting, view_of: Any) -> dict[str, Any]:
    """The lamp's form, open before Ana in #deploys."""
    assert (await ana.command("/form"))["ok"]
    view: dict[str, Any] = (await view_of("A lamp"))["view"]
    return view


async def test_a_form_is_filled_in_with_type_ahead_and_submitted(ana: Acting, form: dict[str, Any], heard: Heard, view_of: Any) -> None:
    offered = await ana.post("options", surface="modal", action_id="room", value="Kit")
    answer = await ana.post("submit", values={"name": {"name": "Desk"}, "room": {"room": "kitchenette"}})
    await view_of(None)

    assert [option["value"] for option in offered["options"]] == ["kitchen", "kitchenette"]
    assert answer["response_action"] == "close"
    told = heard.payloads("view_submission")[0]
    state = told["view"]["state"]["values"]
    assert (told["view"]["id"], told["view"]["private_metadata"], told["view"]["callback_id"]) == (form["id"], "kept", "lamp")
    assert state["name"]["name"] == {"type": "plain_text_input", "value": "Desk"}
    assert state["room"]["room"]["selected_option"]["value"] == "kitchenette"
    assert state["photo"]["photo"] == {"type": "file_input", "files": []}
    assert "channel" not in told


async def test_type_ahead_tells_the_app_where_it_is(ana: Acting, form: dict[str, Any], heard: Heard) -> None:
    short = await ana.post("options", surface="modal", action_id="room", value="k")
    await ana.post("options", surface="modal", action_id="room", block_id="room", value="ha")

    told = heard.payloads("block_suggestion")[0]
    assert short["error"] == "query_too_short"
    assert (told["value"], told["action_id"], told["block_id"], told["view"]["id"]) == ("ha", "room", "room", form["id"])
    assert told["container"] == {"type": "view", "view_id": form["id"]}
    assert "trigger_id" not in told
    assert (await ana.post("options", surface="modal", action_id="name", value="abc"))["error"] == "no_such_element"


@pytest.mark.usefixtures("app", "form")
async def test_a_file_in_a_form_is_read_and_answered_to_its_response_url(ana: Acting) -> None:
    photo = (await ana.post("upload", name="lamp.txt", content="a picture"))["file"]["id"]
    await ana.post("fill", values={"name": {"name": "Desk"}, "photo": {"photo": [photo]}})
    await ana.post("submit")

    async def answered() -> bool:
        return "Desk None ['a picture']" in await ana.texts()

    assert await eventually(answered)


@pytest.mark.usefixtures("app", "form")
async def test_errors_stay_on_the_form_until_they_are_mended(ana: Acting) -> None:
    answer = await ana.post("submit", values={"name": {"name": "taken"}})
    shown = (await ana.get("view", **{"as": "U0ANA"}))["view"]
    await ana.post("fill", values={"name": {"name": "free"}})
    mended = (await ana.get("view", **{"as": "U0ANA"}))["view"]

    assert (answer["response_action"], answer["errors"]) == ("errors", {"name": "There is one."})
    assert (shown["errors"], mended["errors"]) == ({"name": "There is one."}, {})
    assert mended["state"]["values"]["name"]["name"]["value"] == "free"


@pytest.mark.usefixtures("app", "form")
async def test_an_answer_that_slack_does_not_take_is_trouble(ana: Acting) -> None:
    answer = await ana.post("submit", values={"name": {"name": "odd"}})

    assert (answer["ok"], answer["error"]) == (False, "bad_answer")
    assert "trouble connecting" in (await ana.get("view", **{"as": "U0ANA"}))["view"]["trouble"]


async def test_an_update_keeps_what_was_filled_in(ana: Acting, form: dict[str, Any], view_of: Any) -> None:
    answer = await ana.post("submit", values={"name": {"name": "again"}})
    view = (await view_of("Once more"))["view"]

    assert answer["response_action"] == "update"
    assert (view["id"], view["state"]["values"]["name"]["name"]["value"]) == (form["id"], "again")
    assert view["hash"] != form["hash"]


async def test_a_second_view_goes_on_top_and_clears_them_all(ana: Acting, form: dict[str, Any], view_of: Any) -> None:
    await ana.post("submit", values={"name": {"name": "deep"}})
    screen = await view_of("More")
    answer = await ana.post("submit")

    assert screen["stack"] == [form["id"], screen["view"]["id"]]
    assert (screen["view"]["root_view_id"], screen["view"]["previous_view_id"]) == (form["id"], form["id"])
    assert answer["response_action"] == "clear"
    assert (await ana.get("view", **{"as": "U0ANA"}))["stack"] == []


async def test_a_button_in_a_form_carries_the_view_and_a_trigger(ana: Acting, form: dict[str, Any], heard: Heard, view_of: Any) -> None:
    await ana.post("fill", values={"name": {"name": "half"}})
    clicked = await ana.post("click", surface="modal", action_id="lamp.more")
    await view_of("More")
    await ana.post("close")
    back = (await ana.get("view", **{"as": "U0ANA"}))["view"]

    told = heard.payloads("block_actions")[0]
    assert clicked["ok"]
    assert back["id"] == form["id"]
    assert told["container"] == {"type": "view", "view_id": form["id"]}
    assert told["view"]["state"]["values"]["name"]["name"]["value"] == "half"
    assert not {"channel", "message", "response_url"} & set(told)


@pytest.mark.parametrize("everything", [False, True])
async def test_closing_is_told_where_the_view_asks_for_it(ana: Acting, form: dict[str, Any], heard: Heard, *, everything: bool) -> None:
    await ana.post("fill", values={"name": {"name": "half"}})
    await ana.post("close", all=everything)

    async def told() -> Any:
        return heard.payloads("view_closed")

    closed = (await eventually(told))[0]
    assert (closed["view"]["id"], closed["is_cleared"], closed["view"]["state"]) == (form["id"], everything, {"values": {}})


@pytest.mark.usefixtures("app", "form")
async def test_what_a_client_refuses_by_itself_reaches_nobody(ana: Acting, heard: Heard) -> None:
    empty = await ana.post("submit")
    long = await ana.post("submit", values={"name": {"name": "x" * 21}})

    assert (empty["error"], long["error"]) == ("invalid_input", "invalid_input")
    assert empty["errors"] == {"name": "Please complete this required field."}
    assert list(long["errors"]) == ["name"]
    assert heard.payloads("view_submission") == []


async def test_shortcuts_open_a_form_or_answer_to_a_message(ana: Acting, heard: Heard, view_of: Any) -> None:
    ts = (await ana.post("message", channel="C0DEPLOYS", text="dark here"))["ts"]
    opened = await ana.post("shortcut", callback_id="lamp_new")
    await view_of("A new lamp")
    used = await ana.as_("U0KIM").post("shortcut", callback_id="lamp_on_message", channel="C0DEPLOYS", ts=ts)

    async def answered() -> bool:
        return "Lit: dark here" in await ana.as_("U0KIM").texts()

    assert await eventually(answered)
    assert opened["ok"]
    assert used["ok"]
    assert not {"channel", "response_url"} & set(heard.payloads("shortcut")[0])
    told = heard.payloads("message_action")[0]
    assert (told["message_ts"], told["message"]["text"], told["channel"]["id"]) == (ts, "dark here", "C0DEPLOYS")
    assert "Lit: dark here" not in await ana.texts()


async def test_the_home_tab_is_published_and_clicked(ana: Acting, heard: Heard) -> None:
    await ana.post("home")

    async def published() -> Any:
        return (await ana.get("view", **{"as": "U0ANA"}))["home"]

    first = await eventually(published)
    await ana.post("click", surface="home", action_id="lamp.refresh")

    async def refreshed() -> bool:
        home = await published()
        return "Seen 1" in str(home["blocks"]) and home["id"] == first["id"] and home["hash"] != first["hash"]

    assert await eventually(refreshed)
    assert heard.payloads("block_actions")[0]["view"]["type"] == "home"
    await ana.post("home")

    async def told_with_view() -> bool:
        return any(event.get("view") for event in heard.events("app_home_opened"))

    assert await eventually(told_with_view)


async def test_links_are_told_and_unfurled(ana: Acting, heard: Heard) -> None:
    ts = (await ana.post("message", channel="C0INFRA", text="see https://lamps.example/1?a=1&b=2 and https://other.example/2"))["ts"]

    async def unfurled() -> Any:
        return (await ana.messages("C0INFRA"))[0]["attachments"]

    attachment = (await eventually(unfurled))[0]
    told = heard.events("link_shared")[0]
    assert attachment["from_url"] == "https://lamps.example/1?a=1&b=2"
    assert told["links"] == [{"url": "https://lamps.example/1?a=1&b=2", "domain": "lamps.example"}]
    assert (told["message_ts"], told["source"], told["is_bot_user_member"]) == (ts, "conversations_history", False)


async def test_the_app_shares_a_file(ana: Acting) -> None:
    assert (await ana.command("/photo"))["ok"]

    async def shared() -> Any:
        return [message for message in await ana.messages() if message.get("files")]

    message = (await eventually(shared))[0]
    assert (message["text"], message["files"][0]["name"]) == ("A photo", "lamp.txt")


async def test_an_ack_after_three_seconds_is_a_timeout_to_the_person(ana: Acting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three seconds pass more quickly here, so that nobody waits for them."""
    assert deliveries.ACK_SECONDS == 3.0
    assert bolt_apps.LATE_SECONDS > deliveries.ACK_SECONDS
    for module, name in ((deliveries, "ACK_SECONDS"), (bolt_apps, "LATE_SECONDS")):
        monkeypatch.setattr(module, name, getattr(module, name) / 10)
    answer = await ana.command("/late")

    assert answer == {"ok": False, "error": "operation_timeout"}
    assert (await ana.texts())[1:] == ['/late failed with the error "operation_timeout"']


async def test_a_link_that_is_still_being_typed_is_unfurled_for_its_writer(ana: Acting, heard: Heard) -> None:
    unfurl_id = (await ana.post("compose", text="https://lamps.example/9"))["unfurl_id"]

    async def preview() -> Any:
        return (await ana.get("compose", unfurl_id=unfurl_id, **{"as": "U0ANA"}))["attachments"]

    attachment = (await eventually(preview))[0]
    told = heard.events("link_shared")[0]
    assert attachment["from_url"] == "https://lamps.example/9"
    assert (told["source"], told["channel"], told["user"]) == ("composer", "COMPOSER", "U0ANA")
    assert (await ana.get("compose", unfurl_id=unfurl_id, **{"as": "U0KIM"}))["error"] == "cannot_find_message"
    assert (await ana.post("compose", text="no link"))["error"] == "no_links"
