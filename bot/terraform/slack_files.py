"""Files of Slack's, as the port Files: fetched with the bot's token from Slack's own hosts, and from nowhere else.

Whoever may not have a file is not refused by Slack but sent on to a page to sign in, with status 200 (widely seen; Slack does not say).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

import httpx

from bot.core.errors import AddressRefused, FileUnreadable, NotVisible, TerraformFailed, TerraformUnreachable, TooLarge, UnexpectedAnswer
from bot.terraform.bodies import File
from bot.terraform.connections import Way
from bot.terraform.discovery import origin
from bot.terraform.guards import Resolve, plain_host, resolve
from bot.terraform.outbound import Outbound

HOSTS = ("files.slack.com",)
SLACK = ".slack.com"
TRIES = 3
PAUSE = 0.2
PAGE = "text/html"
BEGINNINGS = (b"<!doctype html", b"<html")
NOT_OURS = (
    "Slack shows me a page to sign in instead. Either my app lacks files:read, which an operator adds, or I may not see the file: "
    "invite me to the conversation that it is in"
)


class SlackFiles(Outbound):
    """`address` is that of Slack's Web API, whose host is trusted with the token as well; `hosts` are where Slack keeps files."""

    def __init__(self, address: str, token: str, way: Way, hosts: Iterable[str] = HOSTS, *, resolver: Resolve = resolve) -> None:
        scheme, host, port = origin(address)
        super().__init__(f"{scheme}://{host}{f':{port}' if port else ''}", way, hosts, resolver=resolver, bearer=token, bearer_at_home=True)

    async def fetch(self, url: str, path: Path, most: int, what: str, until: float) -> int:
        """FileUnreadable where Slack does not give the file; a TerraformTrouble, which names the host, where it cannot be reached."""
        try:
            size = await self._fetched(url, path, most, what, until)
            await asyncio.to_thread(demand_no_page, path, what)
        except AddressRefused as refused:
            is_login = plain_host(refused.host).endswith(SLACK)
            raise FileUnreadable(what, NOT_OURS if is_login else f"it is kept by {refused.host}, which is not Slack") from refused
        except NotVisible as error:
            raise FileUnreadable(what, "Slack has it no more, or I may not see it") from error
        except TooLarge as error:
            raise FileUnreadable(what, f"it is larger than the {most // 1_000_000} MB that I take") from error
        except UnexpectedAnswer as error:
            raise FileUnreadable(what, "what Slack sent was no file") from error
        return size

    async def _fetched(self, url: str, path: Path, most: int, what: str, until: float) -> int:
        """Asked again where Slack stumbles."""
        tries = TRIES
        while True:
            tries -= 1
            try:
                async with File(path, what, most) as sink:
                    await self.download(url, sink, what, until)
            except (TerraformUnreachable, TerraformFailed):
                if not tries or time.monotonic() + PAUSE > until:
                    raise
            else:
                return sink.size
            await asyncio.sleep(PAUSE)

    def accept(self, response: httpx.Response, what: str) -> None:
        if response.headers.get("content-type", "").lower().startswith(PAGE):
            raise FileUnreadable(what, NOT_OURS)


def demand_no_page(path: Path, what: str) -> None:
    """Whatever it says that it is."""
    with path.open("rb") as file:
        if file.read(100).lstrip().lower().startswith(BEGINNINGS):
            raise FileUnreadable(what, NOT_OURS)
