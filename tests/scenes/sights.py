"""What people see besides channels: the modal on top, threads, and the files in them."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

from tests.scenes.stage import PATIENCE, Message, NothingSeen, Stage, whole_text


async def modal(stage: Stage, wanted: Callable[[str], bool], person: str = "U0ANA") -> dict[str, Any]:
    """The modal on top, as soon as it shows what is wanted."""
    shown = ""
    for _ in range(int(PATIENCE / 0.05)):
        view = (await stage.person("GET", "view", **{"as": person}))["view"]
        shown = json.dumps(view, ensure_ascii=False)
        if view is not None and wanted(shown):
            return dict(view)
        await asyncio.sleep(0.05)
    raise NothingSeen(f"the modal never showed what was wanted, but: {shown}")


async def clicks_inside(stage: Stage, action: str, person: str = "U0ANA") -> None:
    await stage.person("POST", "click", json_body={"as": person, "surface": "modal", "action_id": action})


async def thread(stage: Stage, card: Message, person: str = "U0ANA") -> list[Message]:
    query = {"as": person, "channel": card["channel"], "thread_ts": card["ts"]}
    found: list[Message] = (await stage.person("GET", "messages", **query))["messages"]
    return found


async def file_of(stage: Stage, message: Message) -> str:
    [file] = message["files"]
    found = await stage.person("GET", "file", **{"as": "U0ANA", "file": file["id"]})
    return base64.b64decode(found["content_base64"]).decode()


async def posted(stage: Stage, what: str, workspace: str, card: Message, person: str = "U0ANA") -> str:
    """What is in the file that `plan` or `log` puts below the card, once it is there."""
    before = {one["ts"] for one in await thread(stage, card)}
    await stage.types(person, f"/tf {what} {workspace}", card["channel"])
    async with asyncio.timeout(PATIENCE):
        while True:
            found = [one for one in await thread(stage, card) if one.get("files") and one["ts"] not in before]
            if found:
                return await file_of(stage, found[-1])
            await asyncio.sleep(0.05)


async def said_below(stage: Stage, card: Message) -> str:
    return "\n".join(map(whole_text, await thread(stage, card)))
