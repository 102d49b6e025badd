"""Configuration versions: made without queueing anything, uploaded from disk, awaited."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.configurations import ConfigurationVersion, NewConfiguration
from bot.core.errors import NotVisible, RequestRefused, StateMovedOn, TerraformAnswerLost, UnexpectedAnswer
from bot.core.pace import Pace
from bot.terraform.client import TerraformClient
from tests.terraform.conftest import TOKEN
from tests.terraform.servers import Reply, ScriptedServer

CREATE = "POST /api/v2/workspaces/ws-1/configuration-versions"
READ = "GET /api/v2/configuration-versions/cv-1"
CONTENT = b"\x1f\x8b" + b"x" * 300_000
PUT = "PUT /v1/object/canary"


@pytest.fixture
async def swift(server: ScriptedServer) -> AsyncIterator[TerraformClient]:
    async with TerraformClient(server.url, TOKEN, pace=Pace(look_deadline=2.0, retry_first=0.08)) as opened:
        yield opened


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    made = tmp_path / "configuration.tar.gz"
    made.write_bytes(CONTENT)
    return made


def version(status: str, **attributes: Any) -> Reply:
    named = {key.replace("_", "-"): value for key, value in attributes.items()}
    return Reply(200, {"data": {"id": "cv-1", "type": "configuration-versions", "attributes": {"status": status, **named}}})


async def created(client: TerraformClient, server: ScriptedServer) -> ConfigurationVersion:
    server.on(CREATE, version("pending", upload_url="/v1/object/canary"))
    return await client.configurations.create(NewConfiguration(workspace_id="ws-1", speculative=True))


async def test_a_version_is_made_that_queues_no_run(swift: TerraformClient, server: ScriptedServer) -> None:
    found = await created(swift, server)
    assert json.loads(server.last().body)["data"] == {
        "type": "configuration-versions",
        "attributes": {"auto-queue-runs": False, "speculative": True, "provisional": False},
    }
    assert (found.id, found.status_word, found.upload_url) == ("cv-1", "pending", "/v1/object/canary")
    assert "canary" not in repr(found)


async def test_an_archive_is_uploaded_and_awaited(swift: TerraformClient, server: ScriptedServer, archive: Path) -> None:
    version_made = await created(swift, server)
    server.on(PUT, Reply(200))
    server.on(READ, version("pending"), version("fetching"), version("uploaded", source="tfe-api"))
    assert (await swift.configurations.upload(version_made, archive)).is_usable
    put = next(heard for heard in server.heard if heard.call == PUT)
    assert put.body == CONTENT
    assert "authorization" not in put.headers


async def test_an_archive_that_the_server_cannot_read_is_refused_in_its_words(
    swift: TerraformClient, server: ScriptedServer, archive: Path
) -> None:
    version_made = await created(swift, server)
    server.on(PUT, Reply(200))
    server.on(READ, version("errored", error="bad", error_message="not a gzip archive"))
    with pytest.raises(RequestRefused, match="not a gzip archive"):
        await swift.configurations.upload(version_made, archive)


async def test_an_upload_whose_answer_was_lost_is_looked_at_before_it_is_repeated(
    swift: TerraformClient, server: ScriptedServer, archive: Path
) -> None:
    version_made = await created(swift, server)
    server.on(PUT, Reply(reset=True))
    server.on(READ, version("uploaded"))
    assert (await swift.configurations.upload(version_made, archive)).status_word == "uploaded"
    assert server.calls().count(PUT) == 1
    server.on(PUT, Reply(reset=True), Reply(200))
    server.on(READ, version("pending"), version("uploaded"))
    assert (await swift.configurations.upload(version_made, archive)).status_word == "uploaded"
    assert server.calls().count(PUT) == 3


@pytest.mark.parametrize("status", [404, 403, 409, 422])
async def test_an_address_that_takes_no_second_archive_has_the_first(
    swift: TerraformClient, server: ScriptedServer, archive: Path, status: int
) -> None:
    version_made = await created(swift, server)
    server.on(PUT, Reply(reset=True), Reply(status))
    server.on(READ, version("pending"), version("pending"), version("uploaded"))
    assert (await swift.configurations.upload(version_made, archive)).status_word == "uploaded"
    assert server.calls().count(PUT) == 2
    server.on(PUT, Reply(status))
    with pytest.raises((NotVisible, StateMovedOn, RequestRefused)):
        await swift.configurations.upload(version_made, archive)


async def test_an_upload_that_is_always_lost_is_given_up(swift: TerraformClient, server: ScriptedServer, archive: Path) -> None:
    version_made = await created(swift, server)
    server.on(PUT, Reply(reset=True))
    server.on(READ, version("pending"))
    with pytest.raises(TerraformAnswerLost):
        await swift.configurations.upload(version_made, archive)
    assert server.calls().count(PUT) == 3


async def test_a_version_that_is_not_taken_in_comes_back_as_it_is(server: ScriptedServer, archive: Path) -> None:
    async with TerraformClient(server.url, TOKEN, pace=Pace(look_deadline=0.3, retry_first=0.8)) as client:
        version_made = await created(client, server)
        server.on(PUT, Reply(200))
        server.on(READ, version("pending"))
        assert (await client.configurations.upload(version_made, archive)).status_word == "pending"


async def test_a_version_without_an_address_is_not_uploaded(swift: TerraformClient, archive: Path) -> None:
    with pytest.raises(UnexpectedAnswer):
        await swift.configurations.upload(ConfigurationVersion(id="cv-1", status_word="pending"), archive)


async def test_the_commit_of_a_version_is_read(swift: TerraformClient, server: ScriptedServer) -> None:
    ingress = {"id": "ia-1", "type": "ingress-attributes", "attributes": {"commit-sha": "abc", "sender-username": "kim"}}
    relations = {"ingress-attributes": {"data": {"id": "ia-1", "type": "ingress-attributes"}}}
    data = {"id": "cv-1", "attributes": {"status": "archived", "source": "github"}, "relationships": relations}
    server.on(READ, Reply(200, {"data": data, "included": [ingress]}))
    server.on(f"{READ}/ingress-attributes", Reply(200, {"data": ingress}), Reply(404))
    found = await swift.configurations.read("cv-1")
    assert found.ingress is not None
    assert (found.ingress.commit_sha, found.ingress.sender, found.is_usable) == ("abc", "kim", True)
    assert await swift.configurations.ingress("cv-1") == found.ingress
    assert await swift.configurations.ingress("cv-1") is None


async def test_a_version_that_nobody_used_is_archived(swift: TerraformClient, server: ScriptedServer) -> None:
    server.on("POST /api/v2/configuration-versions/cv-1/actions/archive", Reply(202), Reply(409))
    await swift.configurations.archive("cv-1")
    with pytest.raises(StateMovedOn):
        await swift.configurations.archive("cv-1")
