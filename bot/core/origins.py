"""Which configuration a run was given that is not its workspace's own newest one, and where that was taken from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class OriginKind(StrEnum):
    """How the run came to its configuration."""

    UPLOAD = "upload"
    PROMOTION = "promotion"
    RETRY = "retry"
    VERSION = "version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`run_id` and `workspace` (its full name) are where the configuration was taken from, "" where it comes from no run.

    `person` is who that run is of, or whoever uploaded the files, in plain words; `message` that run's, or the names of the files.
    `applied_at` is when that run was applied.
    """

    kind: OriginKind
    configuration_version_id: str
    run_id: str = ""
    workspace: str = ""
    sha: str = ""
    commit_url: str = ""
    message: str = ""
    person: str = ""
    applied_at: datetime | None = None


def encode_origin(origin: Origin) -> str:
    """As JSON, for the payload of the intent that creates the run."""
    at = origin.applied_at
    return json.dumps({**asdict(origin), "applied_at": at.isoformat() if at is not None else None}, sort_keys=True)


def decode_origin(text: str) -> Origin | None:
    """None for what no release of ours wrote."""
    try:
        said: dict[str, Any] = json.loads(text)
        at = said.get("applied_at")
        return Origin(**{**said, "kind": OriginKind(said["kind"]), "applied_at": datetime.fromisoformat(at) if at is not None else None})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
