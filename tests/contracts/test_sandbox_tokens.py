"""The kinds of tokens, as the client meets them at the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.errors import OrganizationToken, TokenRejected
from bot.core.readings import NewRun
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.server import open_runs_api
from bot.terraform.client import TerraformClient
from tests.contracts.benches import ORGANIZATION


async def test_an_organizations_token_reads_and_is_named_when_it_may_not_write(tmp_path: Path) -> None:
    async with (
        open_runs_api(Clock(), Faults(), "secret", tmp_path, engine="scripted") as server,
        TerraformClient(server.address, server.organization_token.secret) as client,
    ):
        assert (await client.account()).kind == "organizations"
        workspace = await client.read_workspace(ORGANIZATION, "dns")
        with pytest.raises(OrganizationToken):
            await client.create_run(NewRun(workspace_id=workspace.id, message="m"))


async def test_an_unknown_token_is_rejected(tmp_path: Path) -> None:
    async with (
        open_runs_api(Clock(), Faults(), "secret", tmp_path, engine="scripted") as server,
        TerraformClient(server.address, "wrong.atlasv1.token") as client,
    ):
        with pytest.raises(TokenRejected, match="TFE_TOKEN"):
            await client.account()
