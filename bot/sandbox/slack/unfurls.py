"""Links that people posted and the app may unfurl: which there are, and what the app makes of them."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.blocks.surfaces import block_problems, with_defaults
from bot.sandbox.slack.contents import refuse_problems
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.messages import Message

LINK = re.compile(r"<(https?://[^|<>]+)(?:\|[^<>]*)?>")
ADDRESS = re.compile(r"[\d.]+|\[.*")
FIRST_ID = 1000


@dataclass
class Shared:
    """A message whose links were told to the app under an `unfurl_id`; of a draft in the composer `message` is one that is in no channel
    yet, and keeps what the app made of its links.
    """

    message: Message
    is_draft: bool = False


def own_links(text: str, app: App) -> list[Document]:
    """The links of a message that are of the app's domains, as link_shared tells them. Ports do not count, addresses are never told."""
    links: list[Document] = []
    for url in dict.fromkeys(match[1].replace("&amp;", "&") for match in LINK.finditer(text)):
        domain = urlsplit(url).hostname or ""
        if domain and not ADDRESS.fullmatch(domain) and app.unfurls(domain):
            links.append({"url": url, "domain": domain})
    return links


class Unfurls:
    """What was told to the app lately, by its id."""

    def __init__(self) -> None:
        self._shared: dict[str, Shared] = {}

    def note(self, message: Message, *, is_draft: bool = False) -> str:
        unfurl_id = f"{message.channel}.{secrets.token_hex(8)}"
        self._shared[unfurl_id] = Shared(message, is_draft)
        return unfurl_id

    def find(self, unfurl_id: str) -> Shared:
        """SlackError: cannot_find_message."""
        if unfurl_id not in self._shared:
            raise SlackError("cannot_find_message")
        return self._shared[unfurl_id]


def unfurled(message: Message, unfurls: Any, app: App) -> list[Document]:
    """Attachments for the links of a message, those it has already kept. SlackError: cannot_unfurl_url for a link that is not in it,
    invalid_unfurls_format, invalid_blocks.
    """
    if not isinstance(unfurls, dict) or not unfurls:
        raise SlackError("invalid_unfurls_format")
    inside = {link["url"] for link in own_links(message.text, app)}
    shown = {old["from_url"]: old for old in message.unfurls}
    for url, wanted in unfurls.items():
        if url not in inside:
            raise SlackError("cannot_unfurl_url")
        shown[url] = _attachment(url, wanted, len(message.attachments) + len(shown) + FIRST_ID, app)
    return list(shown.values())


def _attachment(url: str, wanted: Any, number: int, app: App) -> Document:
    if not isinstance(wanted, dict):
        raise SlackError("invalid_unfurls_format")
    attachment = dict(wanted)
    if "blocks" in attachment:
        refuse_problems(block_problems(attachment["blocks"], "message", f"/unfurls/{url}/blocks"))
        attachment["blocks"] = with_defaults(attachment["blocks"])
    about = {"id": number, "from_url": url, "app_unfurl_url": url, "is_app_unfurl": True, "app_id": app.id, "bot_id": app.bot_id}
    return attachment | about
