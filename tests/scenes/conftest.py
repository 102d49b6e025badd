from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.requirements import demand_terraform
from tests.scenes.stage import Stage, open_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Real terraform, the bot running ten times as fast."""
    demand_terraform()
    async with open_stage(tmp_path) as stage:
        await stage.start_bot()
        yield stage
