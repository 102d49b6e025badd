"""Where a form was opened, by its address: a channel to answer in, and a message for the audit to point to. Neither gives any right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.core.links import message_link
from bot.core.policy import Place
from bot.slack.ids import FormAddress, ViewAddress
from handlers.middleware import slack_address


def opened_in(body: Mapping[str, Any], address: ViewAddress | FormAddress) -> Place:
    """The channel, and the message that was clicked on for the form."""
    name = address.channel_name if isinstance(address, FormAddress) else ""
    link = message_link(slack_address(body), address.channel, address.ts)
    return Place(channel=address.channel, channel_name=name, permalink=link, ts=address.ts)


def reported_in(body: Mapping[str, Any], address: FormAddress, channel: str) -> Place:
    """The channel that was chosen in the form; the message is still the one from which it was opened."""
    opened = opened_in(body, address)
    return opened if channel == address.channel else replace(opened, channel=channel, channel_name="", ts="")


def form_address(kind: str, place: Place | None) -> FormAddress:
    """Of a form that is opened there; None on the Home tab, or from a shortcut that knows of no channel."""
    return FormAddress(kind, place.channel, place.channel_name, ts=place.ts) if place is not None else FormAddress(kind)
