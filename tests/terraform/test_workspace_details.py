"""Whether a workspace has ever been given a configuration: told, denied, or not said at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.terraform.documents import decode_workspace_detail


@pytest.mark.parametrize(
    "relations, lacks",
    [
        ({"current-configuration-version": {"data": None}}, True),
        ({"current-configuration-version": {"data": {"type": "configuration-versions", "id": "cv-1"}}}, False),
        ({"current-configuration-version": {"links": {"related": "/api/v2/x"}}}, False),
        ({}, False),
    ],
)
def test_only_a_plain_no_is_taken_for_one(relations: dict[str, Any], lacks: bool) -> None:  # noqa: FBT001 - a table
    resource = {"id": "ws-1", "type": "workspaces", "attributes": {"name": "dns"}, "relationships": relations}
    assert decode_workspace_detail(json.dumps({"data": resource}).encode(), "acme").lacks_configuration is lacks
