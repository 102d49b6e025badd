"""A Runs API server on the scripted engine, with a clock that runs ahead, and a caller with a team's token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.records import Script
from bot.sandbox.terraform.samples import Sample
from bot.sandbox.terraform.server import RunsApi, open_runs_api
from tests.sandbox.terraform.calling import SECRET, Caller, calling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

QUICK = Script(additions=3, changes=2, destructions=1, plan_seconds=0.2, apply_seconds=0.2)
SLOW = Script(additions=1, plan_seconds=4000.0, apply_seconds=4000.0)
SAMPLES = (
    Sample("app-dev", "storefront", "", QUICK, tags=("app", "dev")),
    Sample("app-prod", "storefront", "", QUICK, tags=("app", "prod"), shares_with="app-dev"),
    Sample("slow", "dns", "", SLOW),
    Sample("idle", "dns", "", Script(additions=0, plan_seconds=0.2)),
    Sample("plan-fails", "dns", "", Script(plan_error="no such region", plan_seconds=0.2)),
    Sample("apply-fails", "dns", "", Script(apply_error="quota exceeded", plan_seconds=0.2, apply_seconds=0.2)),
    Sample("auto", "dns", "", QUICK, auto_apply=True),
)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[RunsApi]:
    async with open_runs_api(Clock(speed=20), Faults(), SECRET, tmp_path, engine="scripted", samples=SAMPLES) as api:
        yield api


@pytest.fixture
async def caller(api: RunsApi) -> AsyncIterator[Caller]:
    async with calling(api) as caller:
        yield caller
