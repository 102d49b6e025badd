"""How a run is kept as JSON: one key a field of core/runs.py:Run, times as ISO 8601 in UTC, sets as sorted lists.

A key that is missing has the field's default, one that nobody knows is passed over: rows outlive releases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from bot.core.runs import Action, Commit, Hurdle, HurdleKind, Run

PLAIN = (
    "id",
    "workspace_id",
    "status_word",
    "message",
    "source",
    "trigger_reason",
    "created_by",
    "plan_id",
    "configuration_version_id",
    "auto_apply",
    "is_destroy",
    "plan_only",
    "refresh_only",
    "save_plan",
    "has_changes",
    "apply_doubted",
)


COMMIT = tuple(field.name for field in fields(Commit))


def encode_run(run: Run) -> dict[str, Any]:
    kept: dict[str, Any] = {name: getattr(run, name) for name in PLAIN}
    kept["created_at"] = encode_time(run.created_at) if run.created_at else None
    kept["allowed"] = sorted(run.allowed)
    kept["permitted"] = sorted(run.permitted)
    kept["timestamps"] = {word: encode_time(at) for word, at in run.timestamps.items()}
    kept["force_cancel_at"] = encode_time(run.force_cancel_at) if run.force_cancel_at else None
    kept["hurdle"] = asdict(run.hurdle) if run.hurdle else None
    kept["commit"] = asdict(run.commit) if run.commit else None
    return kept


def decode_run(kept: Mapping[str, Any]) -> Run:
    created_at, commit, force_cancel_at = kept.get("created_at"), kept.get("commit"), kept.get("force_cancel_at")
    return Run(
        **{name: kept[name] for name in PLAIN if name in kept},
        created_at=datetime.fromisoformat(created_at) if created_at else None,
        allowed=decode_actions(kept.get("allowed", ())),
        permitted=decode_actions(kept.get("permitted", ())),
        commit=Commit(**{name: commit[name] for name in COMMIT if name in commit}) if commit else None,
        force_cancel_at=datetime.fromisoformat(force_cancel_at) if force_cancel_at else None,
        hurdle=decode_hurdle(kept.get("hurdle")),
        timestamps=MappingProxyType({word: datetime.fromisoformat(at) for word, at in kept.get("timestamps", {}).items()}),
    )


def encode_time(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("a naive time cannot be stored")
    return at.astimezone(UTC).isoformat()


def decode_hurdle(kept: Mapping[str, Any] | None) -> Hurdle | None:
    """One of another release is read anew."""
    if not kept or kept.get("kind") not in set(HurdleKind):
        return None
    return Hurdle(
        id=str(kept.get("id", "")),
        kind=HurdleKind(kept["kind"]),
        is_overridable=kept.get("is_overridable") is True,
        may_override=kept.get("may_override") is True,
    )


def decode_actions(words: list[str] | tuple[str, ...]) -> frozenset[Action]:
    """An action of another release means nothing to this one."""
    return frozenset(Action(word) for word in words if word in set(Action))
