"""A wish for a run on its way to the server: what is written down of it, and what is sent. Values of variables are not written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.core.commands.runs import StartRun
from bot.core.decisions import Deed, Intent
from bot.core.errors import RequestRefused
from bot.core.origins import decode_origin
from bot.services.ports import NewRun

FLAGS = ("destroy", "plan_only", "auto_apply", "refresh_only", "save_plan", "debugging")
USUAL = frozenset({"destroy", "plan_only", "auto_apply"})
"""Flags that are written down even where they are not set."""

GONE = "I was started anew before it was sent, and the values of its variables are kept nowhere. Nothing was started; please ask again."
MASK = "•••"
SHORTEST_MASKED = 4
"""Letters; what is shorter hides nothing, and masking it would make a sentence unreadable."""


def written(wish: StartRun) -> dict[str, str]:
    """For the payload of the intent."""
    flags = {name: "yes" if getattr(wish, name) else "no" for name in FLAGS if getattr(wish, name) or name in USUAL}
    lists = {"targets": wish.targets, "replacements": wish.replacements, "variables": tuple(key for key, _ in wish.variables)}
    return flags | {name: json.dumps(words, ensure_ascii=False) for name, words in lists.items() if words}


def words_in(payload: Mapping[str, str], name: str) -> tuple[str, ...]:
    """A list that `written` wrote; of variables, the names."""
    return tuple(json.loads(payload.get(name, "[]")))


def wish_of(intent: Intent, variables: tuple[tuple[str, str], ...] = ()) -> NewRun:
    """What is sent; `variables` come from this process's memory."""
    payload = intent.payload
    origin = decode_origin(payload.get("origin", ""))
    return NewRun(
        workspace_id=intent.workspace_id,
        configuration_version_id=origin.configuration_version_id if origin is not None else None,
        message=payload.get("sent_message", ""),
        is_destroy=payload.get("destroy") == "yes",
        plan_only=payload.get("plan_only") == "yes",
        refresh_only=payload.get("refresh_only") == "yes",
        save_plan=payload.get("save_plan") == "yes",
        debugging=payload.get("debugging") == "yes",
        targets=words_in(payload, "targets"),
        replacements=words_in(payload, "replacements"),
        variables=variables,
    )


def lacks_values(intent: Intent, variables: tuple[tuple[str, str], ...]) -> bool:
    """Whether the run was to have variables of which we no longer know what they were set to."""
    return intent.deed is Deed.CREATE and words_in(intent.payload, "variables") != tuple(key for key, _ in variables)


def is_orphaned(intent: Intent, now: datetime, patience: timedelta) -> bool:
    """Whether no process can be left that knows the values: whoever knew them would have sent it long since."""
    due = max(intent.created_at, intent.not_before or intent.created_at)
    return now - due > patience


def masked(error: RequestRefused, variables: tuple[tuple[str, str], ...]) -> RequestRefused:
    """The server's refusal without what variables were set to, should it repeat that."""
    for _, value in variables:
        for secret in {value, value.strip('"'), plain(value)}:
            if len(secret) >= SHORTEST_MASKED:
                error.said, error.sentence = error.said.replace(secret, MASK), error.sentence.replace(secret, MASK)
    error.args = (error.sentence,)
    return error


def plain(value: str) -> str:
    """Quoted text as it was typed."""
    return value.strip('"').replace('\\"', '"').replace("\\\\", "\\")
