from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.postgres import bare_postgres_url, postgres_cluster
from tests.requirements import demand_terraform
from tests.scenes.spills import Tapped, open_tapped
from tests.scenes.stage import Stage, open_stage

__all__ = ["bare_postgres_url", "postgres_cluster"]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Real terraform, the bot running ten times as fast."""
    demand_terraform()
    async with open_stage(tmp_path) as stage:
        await stage.start_bot()
        yield stage


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One stage for scenes that leave nothing behind."""
    demand_terraform()
    async with open_stage(tmp_path_factory.mktemp("shared")) as stage:
        await stage.start_bot()
        yield stage


@pytest.fixture(scope="module")
async def tapped(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tapped]:
    """One stage for scenes in which nothing may get out: all that the bot says to Slack is heard."""
    async with open_tapped(tmp_path_factory.mktemp("tapped")) as tapped:
        yield tapped
