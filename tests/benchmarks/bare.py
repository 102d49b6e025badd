"""The app to compare with: Bolt as its documentation begins it, one command that is acked and no more. Run as a process of its own."""

from __future__ import annotations

import os
import sys

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


def main(port: int) -> None:
    token = os.environ["SLACK_BOT_TOKEN"]
    client = AsyncWebClient(token=token, base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(token=token, signing_secret=os.environ["SLACK_SIGNING_SECRET"], client=client)

    @app.command("/tf")
    async def acked(ack: AsyncAck) -> None:
        await ack()

    app.start(port=port)


if __name__ == "__main__":
    main(int(sys.argv[1]))
