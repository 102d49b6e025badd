"""Modals and home tabs: the stack that each person has open, checked and kept as Slack does it."""

from __future__ import annotations

import copy
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.blocks.objects import plain_text
from bot.sandbox.slack.blocks.shapes import Check, Problems, anything, boolean, items, shape, string, word
from bot.sandbox.slack.blocks.surfaces import block_problems, with_defaults
from bot.sandbox.slack.contents import refuse_blocks
from bot.sandbox.slack.errors import Document, SlackError, refused_arguments
from bot.sandbox.slack.team import Team

MOST_STACKED = 3
MOST_BYTES = 250_000
COMMON: dict[str, Check] = {"private_metadata": string(3000, 0), "callback_id": string(255, 0), "external_id": string(255, 0)}
MODAL = shape(
    {"type": word("modal"), "title": plain_text(24), "blocks": items(anything, 0, 100)},
    {
        **COMMON,
        "submit": plain_text(24),
        "close": plain_text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
HOME = shape({"type": word("home"), "blocks": items(anything, 0, 100)}, COMMON)


@dataclass
class Screen:
    """What one person's client shows over its channels: the stack of modals, and their home tab."""

    modals: list[Document] = field(default_factory=list)
    home: Document | None = None


class Views:
    """The views of every person. Methods give the view object of the Web API; SlackError where Slack refuses."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self._screens: dict[str, Screen] = {}

    def screen(self, user: str) -> Screen:
        return self._screens.setdefault(user, Screen())

    def open(self, user: str, view: Any) -> Document:
        """Put a modal on an empty stack (views.open closes what was there)."""
        document = self._new(view, "modal")
        self.screen(user).modals[:] = [document]
        return document

    def push(self, user: str, view: Any) -> Document:
        """Put a modal on top of the open one. SlackError: push_limit_reached with three of them."""
        modals = self.screen(user).modals
        if len(modals) >= MOST_STACKED:
            raise SlackError("push_limit_reached")
        document = self._new(view, "modal")
        if modals:
            document |= {"root_view_id": modals[0]["id"], "previous_view_id": modals[-1]["id"]}
        modals.append(document)
        return document

    def update(self, view: Any, *, view_id: str, external_id: str, expected_hash: str) -> Document:
        """Replace a view that is open. SlackError: not_found, hash_conflict."""
        for screen in self._screens.values():
            for index, old in enumerate(screen.modals):
                if (view_id and old["id"] == view_id) or (external_id and old["external_id"] == external_id):
                    _refuse_stale(old, expected_hash)
                    document = self._new(view, "modal", replacing=old)
                    kept = {key: old[key] for key in ("id", "root_view_id", "previous_view_id")}
                    screen.modals[index] = document | kept
                    return screen.modals[index]
        raise SlackError("not_found")

    def publish(self, user: str, view: Any, expected_hash: str) -> Document:
        """Set a person's home tab. SlackError: hash_conflict."""
        screen = self.screen(user)
        if screen.home is not None:
            _refuse_stale(screen.home, expected_hash)
        kept_id = screen.home["id"] if screen.home is not None else None
        screen.home = self._new(view, "home", replacing=screen.home)
        if kept_id is not None:
            screen.home |= {"id": kept_id, "root_view_id": kept_id}
        return screen.home

    def _new(self, view: Any, kind: str, replacing: Document | None = None) -> Document:
        _refuse_view(view, kind)
        external_id = view.get("external_id", "")
        if external_id and any(other is not replacing and other["external_id"] == external_id for other in self._all()):
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

    def _all(self) -> list[Document]:
        homes = [screen.home for screen in self._screens.values() if screen.home is not None]
        return [*homes, *(modal for screen in self._screens.values() for modal in screen.modals)]


def _refuse_view(view: Any, kind: str) -> None:
    problems: Problems = []
    (MODAL if kind == "modal" else HOME)(view, "/view", problems)
    if problems:
        raise refused_arguments("invalid_arguments", *map(str, problems))
    refuse_blocks(block_problems(view["blocks"], "modal" if kind == "modal" else "home", "/view/blocks"), "invalid_arguments")
    if kind == "modal" and "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        raise refused_arguments("invalid_arguments", "missing required field: submit [json-pointer:/view]")
    if len(json.dumps(view)) > MOST_BYTES:
        raise SlackError("view_too_large")


def _refuse_stale(view: Document, expected_hash: str) -> None:
    if expected_hash and expected_hash != view["hash"]:
        raise SlackError("hash_conflict")
