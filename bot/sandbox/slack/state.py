"""Everything that one running Slack server holds, in one place for its routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.slack.deliveries import Deliveries
from bot.sandbox.slack.limits import Limits
from bot.sandbox.slack.messages import MessageLog
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.rooms import Rooms
from bot.sandbox.slack.socket import Links
from bot.sandbox.slack.stream import Streams
from bot.sandbox.slack.team import Team
from bot.sandbox.slack.tokens import Tokens
from bot.sandbox.slack.traffic import Traffic
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.views import Views


@dataclass
class State:
    """The parts of a Slack server. `url` is its own address without a slash; `terraform` and `engine` are told to the page."""

    url: str
    clock: Clock
    faults: Faults
    team: Team
    tokens: Tokens
    log: MessageLog
    rooms: Rooms
    streams: Streams
    traffic: Traffic
    triggers: Triggers
    response_urls: ResponseUrls
    links: Links
    deliveries: Deliveries
    limits: Limits
    views: Views
    terraform: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""

    def absolute(self, path: str) -> str:
        return f"{self.url}{path}"
