"""Lists that page by buttons, from Slack's payload to what takes the place of what was looked at; and what a button may ask for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.core.policy import Place
from bot.slack import ids
from handlers.actions.others import INACTIVE
from tests.handlers.desk import Desk, click
from tests.services.house import ANA, DEPLOYS, GUS, KIM

MANY = 23


def with_runs(desk: Desk) -> None:
    for number in range(MANY):
        workspace = desk.house.runs.add_workspace(f"shop-{number:02}")
        desk.house.clock.move(1)
        desk.house.runs.add_run(workspace, "planned" if number < 12 else "errored")


def elements(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["action_id"]: one for block in answer["blocks"] if block["type"] == "actions" for one in block["elements"]}


def rows(answer: dict[str, Any]) -> list[str]:
    """The words of each row of the table, without its headings."""
    (table,) = [block for block in answer["blocks"] if block["type"] == "table"]
    parts = [[part for cell in row for part in cell["elements"][0]["elements"]] for row in table["rows"][1:]]
    return [" ".join(str(part.get("text", "")) for part in row) for row in parts]


async def turn(desk: Desk, action_id: str, *, ephemeral: bool = True, place: Place = DEPLOYS) -> dict[str, Any]:
    """Click a button of the newest answer."""
    body = click(action_id, elements(desk.answers[-1])[action_id]["value"], ANA, place, desk.response_url)
    body["container"]["is_ephemeral"] = ephemeral
    await desk.send(body)
    return desk.answers[-1]


async def test_a_list_is_paged_to_its_end_and_back_in_its_place(desk: Desk) -> None:
    with_runs(desk)
    await desk.type("runs shop-*")
    first = rows(desk.answers[-1])
    assert [re.findall(r"shop-\d\d", row) for row in first] == [[f"shop-{number:02}"] for number in range(22, 12, -1)]
    assert ids.LOOK_BACK not in elements(desk.answers[-1])

    second = await turn(desk, ids.LOOK_ON)
    assert second["replace_original"] is True
    assert not set(rows(second)) & set(first)
    last = await turn(desk, ids.LOOK_ON)
    assert len(rows(last)) == MANY - 20
    assert ids.LOOK_ON not in elements(last)

    assert rows(await turn(desk, ids.LOOK_BACK)) == rows(second)
    assert rows(await turn(desk, ids.LOOK_BACK)) == first


async def test_what_others_see_is_not_replaced_and_direct_messages_are(desk: Desk) -> None:
    with_runs(desk)
    await desk.type("pending")
    assert (await turn(desk, ids.LOOK_ON, ephemeral=False))["replace_original"] is False
    await desk.type("pending")
    assert (await turn(desk, ids.LOOK_ON, ephemeral=False, place=Place(channel="D0ANA")))["replace_original"] is True


async def test_what_is_chosen_in_a_menu_is_shown_besides(desk: Desk) -> None:
    with_runs(desk)
    await desk.type("pending")
    body = click(ids.LOOK_AT, "", ANA, DEPLOYS, desk.response_url)
    option = elements(desk.answers[-1])[ids.LOOK_AT]["options"][0]
    body["actions"][0] |= {"type": "static_select", "selected_option": option}
    del body["actions"][0]["value"]
    await desk.send(body)
    assert desk.answers[-1]["replace_original"] is False
    assert "Decision needed: shop-00" in desk.answers[-1]["text"]


async def test_who_may_look_is_judged_at_the_click(desk: Desk) -> None:
    with_runs(desk)
    (told,) = await desk.click(ids.LOOK_ON, ids.encode_look(ids.LookAddress("runs shop-*")), GUS)
    assert "Guests of this Slack workspace may do nothing" in told


@pytest.mark.parametrize(
    "text", ["approve shop-00", "run shop-00 now", "watch *", "freeze * now", "xyzzy", 'runs --status ""', "help nothing"]
)
async def test_a_button_does_nothing_but_look(desk: Desk, text: str) -> None:
    with_runs(desk)
    before = len(desk.house.runs.calls)
    (told,) = await desk.click(ids.LOOK_AT, ids.encode_look(ids.LookAddress(text)), KIM)
    assert told == INACTIVE or "There is no command" in told
    assert not desk.house.runs.calls[before:]


@pytest.mark.parametrize("value", ["", "r1:run-1", "l1:?:pending", "l2:>:pending", "l1:>x y:pending"])
async def test_a_button_of_another_release_says_so(desk: Desk, value: str) -> None:
    assert await desk.click(ids.LOOK_PENDING, value) == [INACTIVE]


async def test_each_button_of_the_next_steps_and_of_help_leads_on(desk: Desk) -> None:
    with_runs(desk)
    for text in ("", "help"):
        await desk.type(text)
        for action_id, button in elements(desk.answers[-1]).items():
            if action_id.startswith("look.") and "value" in button:
                (told,) = await desk.click(action_id, button["value"])
                assert told != INACTIVE


def outstanding(answer: dict[str, Any]) -> list[str]:
    return [one["text"]["text"] for one in elements(answer).values() if one.get("style") == "primary"]


async def test_nothing_typed_offers_first_what_one_most_likely_wants_now(desk: Desk) -> None:
    """A run that waits for them here, else a run of their own that goes on, else to start one."""
    desk.house.runs.add_workspace("shop-dev")
    assert await desk.type("", KIM) == "Nothing in this channel waits for you. What would you like?"
    assert outstanding(desk.answers[-1]) == ["Start a run…"]

    run_id = str((await desk.house.start("shop-dev", "bump it", actor=KIM)).run_id)
    await desk.house.paint()
    assert "*Yours that go on*\n• 🔄 Planning" in await desk.type("", KIM)
    assert outstanding(desk.answers[-1]) == ["Show shop-dev"]
    (told,) = await desk.click(ids.LOOK_OWN, elements(desk.answers[-1])[ids.LOOK_OWN]["value"], KIM)
    assert "shop-dev" in told

    desk.house.runs.finish_plan(run_id)
    await desk.house.turn()
    said = await desk.type("", KIM)
    assert said.startswith("🔔 *These wait for you here*")
    assert "Yours that go on" not in said
    assert outstanding(desk.answers[-1]) == ["Review shop-dev"]
    assert elements(desk.answers[-1])[ids.OPEN]["url"].startswith("https://acme.slack.com/archives/C0DEPLOYS/p")


async def test_the_queue_says_what_is_in_front_and_who_holds_the_lock(desk: Desk) -> None:
    workspace = desk.house.runs.add_workspace("shop-dev")
    front = desk.house.runs.add_run(workspace, "planned")
    desk.house.clock.move(1)
    desk.house.runs.add_run(workspace, "pending")
    await desk.house.poll()
    told = await desk.type("queue shop-dev")
    assert f"In front is `{front.id}`: 🔔 Decision needed" in told
    assert "Nothing else begins before somebody decides it." in told
