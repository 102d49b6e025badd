"""The page on the Runs API's sandbox names everything that can be turned."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from aiohttp import web

from bot.sandbox.faults import TERRAFORM_KINDS
from bot.sandbox.terraform import controls, pushes, workspace_controls
from bot.sandbox.terraform.flavours import FLAVOURS
from bot.sandbox.terraform.records import Script
from bot.sandbox.terraform.samples import SAMPLES
from bot.sandbox.terraform.stages import OUTCOMES, Stages

TEXT = (Path(__file__).parents[3] / "docs" / "sandbox-terraform.md").read_text(encoding="utf-8")
NAMES = [
    *(kind for kind in TERRAFORM_KINDS if kind != "status"),
    *FLAVOURS,
    *(field.name for field in fields(Stages)),
    *(field.name for field in fields(Script)),
    *(outcome for outcomes in OUTCOMES.values() for outcome in outcomes),
    *(sample.name for sample in SAMPLES if not sample.name.startswith("storefront")),
]


@pytest.mark.parametrize("name", sorted(set(NAMES)))
def test_the_page_names_it(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_the_page_names_every_control() -> None:
    app = web.Application()
    controls.add_routes(app)
    workspace_controls.add_routes(app)
    pushes.add_routes(app)
    paths = {re.sub(r"/\{name\}|/\{fault\}", "", str(resource.canonical)) for resource in app.router.resources()}
    assert len(paths) >= 8
    assert {path for path in paths if path not in TEXT} == set()
