"""Documents of the Runs API as several servers write them, and makers of small ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "documents"


def sample(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


def run_resource(run_id: str = "run-1", *, relationships: dict[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    """A run; attributes are given with underscores."""
    named = {key.replace("_", "-"): value for key, value in {"status": "planned", **attributes}.items()}
    relations = {"workspace": {"data": {"id": "ws-1", "type": "workspaces"}}, **(relationships or {})}
    return {"id": run_id, "type": "runs", "attributes": named, "relationships": relations}


def run_document(run_id: str = "run-1", **attributes: Any) -> dict[str, Any]:
    return {"data": run_resource(run_id, **attributes)}


def as_bytes(document: Any) -> bytes:
    return json.dumps(document).encode()
