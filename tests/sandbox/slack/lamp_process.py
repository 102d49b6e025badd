"""A Bolt app as a process of its own over Socket Mode: it writes down each payload, under its pid, before it acks. Run by tests."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

FOREVER = 3600.0


async def main(api: str, bot_token: str, app_token: str, log: str) -> None:
    app = AsyncApp(client=AsyncWebClient(token=bot_token, base_url=api), signing_secret="unused in Socket Mode")

    def write_down(what: str) -> None:
        """One write of one line, which two processes cannot mix."""
        with open(log, "ab", buffering=0) as file:  # noqa: PTH123 - unbuffered, so that a killed process has written it
            file.write(f"{os.getpid()} {what}\n".encode())

    @app.command("/tf")
    async def typed(ack: Any, body: dict[str, Any]) -> None:
        write_down(f"command {body['text']}")
        if body["text"] == "hold":
            await asyncio.sleep(FOREVER)
        await ack()

    @app.event("message")
    async def said(event: dict[str, Any]) -> None:
        write_down(f"message {event['text']}")

    handler = AsyncSocketModeHandler(app, app_token)
    await handler.start_async()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
