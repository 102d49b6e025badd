"""Modals and home tabs: the stack that each person has open, what they filled in, kept as Slack keeps it."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.blocks.surfaces import with_defaults
from bot.sandbox.slack.clicks import Kept, kept_still, state_values
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.team import Team
from bot.sandbox.slack.view_shapes import ViewKind, refuse_view

MOST_STACKED = 3


@dataclass
class View:
    """A view on somebody's screen. `channel` is where they were when it opened; `kept` what they filled in; `errors` and `trouble`
    what their client shows after a submission that was refused or got no proper answer.
    """

    document: Document
    user: str
    channel: str = ""
    kept: Kept = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def blocks(self) -> list[Any]:
        return list(self.document["blocks"])

    def told(self) -> Document:
        """The view object of payloads, with the state of every element."""
        return {**self.document, "state": {"values": state_values(self.blocks, [], self.kept, self.channel)}}

    def seen(self) -> Document:
        """As the person has it before them: `errors` by block, `trouble` in Slack's words."""
        return {**self.told(), "errors": dict(self.errors), "trouble": self.trouble}


@dataclass
class Screen:
    """What one person's client shows over its channels: the stack of modals, and their home tab."""

    modals: list[View] = field(default_factory=list)
    home: View | None = None

    def document(self) -> Document:
        return {
            "view": self.modals[-1].seen() if self.modals else None,
            "stack": [view.id for view in self.modals],
            "home": self.home.seen() if self.home else None,
        }


class Views:
    """The views of every person. `on_change` hears whose screen has changed. SlackError where Slack refuses."""

    def __init__(self, team: Team, on_change: Callable[[str], None]) -> None:
        self._team = team
        self._on_change = on_change
        self._screens: dict[str, Screen] = {}

    def screen(self, user: str) -> Screen:
        return self._screens.setdefault(user, Screen())

    def changed(self, user: str) -> None:
        self._on_change(user)

    def open(self, user: str, view: Any, channel: str = "") -> View:
        """Put a modal on an empty stack (views.open closes what was there)."""
        made = View(self._new(view, "modal"), user, channel)
        self.screen(user).modals[:] = [made]
        self.changed(user)
        return made

    def push(self, user: str, view: Any) -> View:
        """Put a modal on top of the open one. SlackError: invalid_trigger_id with none open, push_limit_reached with three of them."""
        modals = self.screen(user).modals
        if not modals:
            raise SlackError("invalid_trigger_id")
        if len(modals) >= MOST_STACKED:
            raise SlackError("push_limit_reached")
        made = View(self._new(view, "modal"), user, modals[0].channel)
        made.document |= {"root_view_id": modals[0].id, "previous_view_id": modals[-1].id}
        modals.append(made)
        self.changed(user)
        return made

    def find(self, *, view_id: str = "", external_id: str = "") -> View:
        """A modal that is open, or a home tab. SlackError: not_found."""
        for view in self._all():
            if (view_id and view.id == view_id) or (external_id and view.document["external_id"] == external_id):
                return view
        raise SlackError("not_found")

    def update(self, old: View, view: Any, expected_hash: str = "") -> View:
        """Replace what a view shows; inputs whose block_id and action_id stay keep what was filled in. SlackError: hash_conflict."""
        if expected_hash and expected_hash != old.document["hash"]:
            raise SlackError("hash_conflict")
        document = self._new(view, old.document["type"], replacing=old)
        old.document = document | {key: old.document[key] for key in ("id", "root_view_id", "previous_view_id")}
        old.kept = kept_still(old.kept, old.blocks)
        old.errors, old.trouble = {}, ""
        self.changed(old.user)
        return old

    def publish(self, user: str, view: Any, expected_hash: str) -> View:
        """Set a person's home tab. SlackError: hash_conflict."""
        screen = self.screen(user)
        if screen.home is not None:
            return self.update(screen.home, view, expected_hash)
        screen.home = View(self._new(view, "home"), user)
        self.changed(user)
        return screen.home

    def close(self, view: View, *, whole_stack: bool = False) -> None:
        """Take a modal off its stack with all above it, or the whole stack; nothing where it is gone already."""
        modals = self.screen(view.user).modals
        if view in modals:
            del modals[0 if whole_stack else modals.index(view) :]
            self.changed(view.user)

    def _new(self, view: Any, kind: ViewKind, replacing: View | None = None) -> Document:
        refuse_view(view, kind)
        external_id = view.get("external_id", "")
        if external_id and any(other is not replacing and other.document["external_id"] == external_id for other in self._all()):
            raise SlackError("duplicate_external_id")
        view_id = f"V{secrets.token_hex(5).upper()}"
        filled: Document = {
            "id": view_id,
            "team_id": self._team.id,
            "type": kind,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "state": {"values": {}},
            "hash": f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}",
            "title": None,
            "clear_on_close": False,
            "notify_on_close": False,
            "close": None,
            "submit": None,
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": self._team.app.id,
            "app_installed_team_id": self._team.id,
            "bot_id": self._team.app.bot_id,
        }
        kept: Document = copy.deepcopy(view)
        return filled | kept | {"blocks": with_defaults(view["blocks"])}

    def _all(self) -> Iterator[View]:
        for screen in self._screens.values():
            yield from screen.modals
            if screen.home is not None:
                yield screen.home
