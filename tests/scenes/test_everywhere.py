"""Where people are besides channels: the Home tab, links, mentions in threads, direct messages; over the real wires, on scripted runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.slack import ids
from tests.scenes.stage import PATIENCE, Message, NothingSeen, Stage, open_stage, texts, whole_text


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "20") as stage:
        await stage.start_bot()
        yield stage


async def test_people_are_served_wherever_they_are(world: Stage) -> None:
    await world.types("U0KIM", "/tf notify me on")
    await world.types("U0KIM", "/tf watch storefront-*")
    await world.types("U0KIM", "/tf run storefront-dev bump the image")
    call = await world.expects("Decision needed", action="run.approve")
    await a_home_shows_what_waits(world)
    await forms_open_from_home_and_from_the_shortcut_that_works_anywhere(world)
    await a_link_unfolds_where_its_workspace_is_watched(world, call)
    await a_shortcut_shows_the_run_of_a_message(world, call)
    await a_command_in_direct_messages_is_answered_there(world)
    await a_mention_in_a_thread_decides(world, call)
    await world.until_run("storefront-dev", "applied")
    await own_runs_are_told_of_in_direct_messages(world)
    assert await until_home(world, "U0ANA", "Nothing waits for a decision of yours")
    await a_home_follows_what_others_do(world)


async def home(stage: Stage, person: str) -> str:
    found = (await stage.person("GET", "view", **{"as": person}))["home"]
    return "\n".join(texts(found["blocks"])) if found else ""


async def until_home(stage: Stage, person: str, text: str) -> str:
    seen = ""
    for _ in range(int(PATIENCE / 0.1)):
        if text in (seen := await home(stage, person)):
            return seen
        await asyncio.sleep(0.1)
    raise NothingSeen(f"“{text}” was not on the Home tab, but:\n{seen}")


async def a_home_shows_what_waits(stage: Stage) -> None:
    for person in ("U0ANA", "U0RAJ", "U0GUS"):
        await stage.person("POST", "home", json_body={"as": person})
    assert "storefront-dev" in await until_home(stage, "U0ANA", "Waits for you")
    assert "storefront" not in await until_home(stage, "U0GUS", "guests see no runs")
    await stage.person("POST", "click", json_body={"as": "U0ANA", "surface": "home", "action_id": ids.HOME_SHOW})
    async with asyncio.timeout(PATIENCE):
        while "Decision needed" not in str((await stage.person("GET", "view", **{"as": "U0ANA"}))["view"]):
            await asyncio.sleep(0.1)
    await stage.person("POST", "close", json_body={"as": "U0ANA"})


async def forms_open_from_home_and_from_the_shortcut_that_works_anywhere(stage: Stage) -> None:
    forms = ((ids.START_OPEN, ids.START_SUBMIT), (ids.UPLOAD_OPEN, ids.UPLOAD_SUBMIT), (ids.PROMOTE_FORM, ids.PROMOTE_SUBMIT))
    for action_id, form in forms:
        await stage.person("POST", "click", json_body={"as": "U0ANA", "surface": "home", "action_id": action_id})
        await a_form_opens(stage, form)
    assert (await stage.person("POST", "shortcut", json_body={"as": "U0ANA", "callback_id": ids.START_FORM}))["ok"]
    await a_form_opens(stage, ids.START_SUBMIT)


async def a_form_opens(stage: Stage, callback_id: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while ((await stage.person("GET", "view", **{"as": "U0ANA"}))["view"] or {}).get("callback_id") != callback_id:
            await asyncio.sleep(0.1)
    await stage.person("POST", "close", json_body={"as": "U0ANA"})


async def a_home_follows_what_others_do(stage: Stage) -> None:
    """Raj has opened his before and does nothing; Kim starts a watch and a run, and Ana discards it."""
    await stage.types("U0KIM", "/tf watch billing*")
    assert await until_home(stage, "U0RAJ", "billing*")
    await stage.types("U0KIM", "/tf run storefront-dev another one")
    await until_home(stage, "U0ANA", "Waits for you · 1")
    await stage.types("U0ANA", "/tf discard storefront-dev")
    await stage.confirms("U0ANA")
    assert await until_home(stage, "U0ANA", "Nothing waits for a decision of yours")


def link_of(message: Message) -> str:
    elements = [element for block in message["blocks"] for element in block.get("elements", ())]
    return str(next(element["url"] for element in elements if element.get("action_id") == ids.OPEN))


async def a_link_unfolds_where_its_workspace_is_watched(stage: Stage, call: Message) -> None:
    link = link_of(call)
    assert link.startswith("http://localhost:")
    for channel in ("C0INFRA", "C0DEPLOYS"):
        await says(stage, f"what about {link} ?", channel)
    shown = await stage.until(lambda one: "what about" in one["text"] and bool(one.get("attachments")))
    assert "Decision needed" in str(shown["attachments"])
    assert not any(one.get("attachments") for one in await stage.sees("U0ANA", "C0INFRA"))


async def says(stage: Stage, text: str, channel: str = "C0DEPLOYS", person: str = "U0ANA", **more: Any) -> dict[str, Any]:
    return await stage.person("POST", "message", json_body={"as": person, "channel": channel, "text": text, **more})


async def a_shortcut_shows_the_run_of_a_message(stage: Stage, call: Message) -> None:
    body = {"as": "U0RAJ", "callback_id": "run.message", "channel": call["channel"], "ts": call["ts"]}
    answer = await stage.person("POST", "shortcut", json_body=body)
    assert answer["ok"], answer
    assert await stage.until(lambda one: bool(one["ephemeral"]) and "Decision needed" in whole_text(one), person="U0RAJ")


async def direct(stage: Stage, person: str) -> str:
    channels = (await stage.person("GET", "world"))["channels"]
    return str(next(one["id"] for one in channels if one["is_im"] and person in one["members"]))


async def a_command_in_direct_messages_is_answered_there(stage: Stage) -> None:
    channel = await direct(stage, "U0ANA")
    await says(stage, "show storefront-dev", channel)
    answer = await stage.expects("Decision needed", channel=channel)
    assert not answer["ephemeral"]


async def a_mention_in_a_thread_decides(stage: Stage, call: Message) -> None:
    await says(stage, "@runbell show storefront-dev", thread_ts=call["ts"], person="U0RAJ")
    await said_in_thread(stage, call, "U0RAJ", "Decision needed")
    await says(stage, "@runbell why", thread_ts=call["ts"], person="U0RAJ")
    await said_in_thread(stage, call, "U0RAJ", "storefront-dev")
    await says(stage, "@runbell approve this", thread_ts=call["ts"])
    shown = await said_in_thread(stage, call, "U0ANA", "Approve this run?")
    assert await stage.calls("/actions/apply") == []
    await stage.clicks("U0ANA", shown, ids.CONFIRM_COMMAND)
    await said_in_thread(stage, call, "U0ANA", "Approved")
    assert len(await stage.calls("/actions/apply")) == 1


async def said_in_thread(stage: Stage, call: Message, person: str, text: str) -> Message:
    query = {"as": person, "channel": call["channel"], "thread_ts": call["ts"]}
    async with asyncio.timeout(PATIENCE):
        while True:
            seen = (await stage.person("GET", "messages", **query))["messages"]
            found: list[Message] = [one for one in seen if one["ephemeral"] and text in whole_text(one)]
            if found:
                return found[-1]
            await asyncio.sleep(0.1)


async def own_runs_are_told_of_in_direct_messages(stage: Stage) -> None:
    """That it waited, and that it has ended: two messages, of which the first has changed in place."""
    channel = await direct(stage, "U0KIM")
    async with asyncio.timeout(PATIENCE):
        while ["Applied" in whole_text(one) for one in await stage.sees("U0KIM", channel) if one["is_app"]] != [True, True]:
            await asyncio.sleep(0.1)
