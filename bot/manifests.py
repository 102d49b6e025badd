"""The manifest of the Slack app, as it lies in the wheel or in the source tree, for whichever command and server it shall have."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from bot.core.links import host_for_slack

COMMAND = re.compile(r"^(\s*- command: )/\S+", re.MULTILINE)
DOMAINS = re.compile(r"^(\s*unfurl_domains: )\[\S+\]", re.MULTILINE)
ADDRESS = "https://app.terraform.io"


class NoDomain(ValueError):
    """An address that Slack would see no links to."""


def manifest_text(command: str = "/tf", address: str = ADDRESS) -> str:
    """The YAML, comments and all, with this slash command, for links to the server at this address; its scopes stand with their reasons.

    NoDomain for an address without a name: Slack takes none.
    """
    domain = host_for_slack(address)
    if domain is None:
        raise NoDomain(f"“{address}” has no name that Slack knows links by. Give one such as https://tfe.example.com.")
    packaged = files("bot") / "manifest.yml"
    source = Path(__file__).parent.parent / "manifest.yml"
    text = packaged.read_text(encoding="utf-8") if packaged.is_file() else source.read_text(encoding="utf-8")
    text = DOMAINS.sub(lambda found: f"{found[1]}[{domain}]", text)
    return COMMAND.sub(lambda found: found[1] + command, text).replace("commands # /tf", f"commands # {command}")


def manifest(command: str = "/tf", address: str = ADDRESS) -> dict[str, Any]:
    """The same as data."""
    parsed: dict[str, Any] = yaml.safe_load(manifest_text(command, address))
    return parsed


def wanted_scopes() -> frozenset[str]:
    return frozenset(manifest()["oauth_config"]["scopes"]["bot"])
