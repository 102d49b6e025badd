"""The manifest of the Slack app, as it lies in the wheel or in the source tree, under whichever command it shall have."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

COMMAND = re.compile(r"^(\s*- command: )/\S+", re.MULTILINE)


def manifest_text(command: str = "/tf") -> str:
    """The YAML, comments and all, with this slash command; its scopes stand with their reasons."""
    packaged = files("bot") / "manifest.yml"
    source = Path(__file__).parent.parent / "manifest.yml"
    text = packaged.read_text(encoding="utf-8") if packaged.is_file() else source.read_text(encoding="utf-8")
    return COMMAND.sub(lambda found: found[1] + command, text).replace("commands # /tf", f"commands # {command}")


def manifest(command: str = "/tf") -> dict[str, Any]:
    """The same as data."""
    parsed: dict[str, Any] = yaml.safe_load(manifest_text(command))
    return parsed


def wanted_scopes() -> frozenset[str]:
    return frozenset(manifest()["oauth_config"]["scopes"]["bot"])
