"""`runbell webhooks` against the sandbox's server and a bot that listens: made, shown, removed, and word that brings a call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app import App, build, running
from bot.core.notifications import Delivery, Notification, Scope
from bot.sandbox.world import World
from bot.services.polling import Poller
from bot.settings import Settings, SettingsWrong
from bot.webhooks import install, remove, show, state
from tests.worlds import as_person, connected, scripted_world, settings_of, told

TOKEN = "a-long-and-secret-token"


@asynccontextmanager
async def listening_bot(folder: Path) -> AsyncIterator[tuple[World, App, Settings]]:
    """A world, a bot that takes word of runs, and settings for the command line with its address in them."""
    async with scripted_world(speed=20) as world:
        settings = settings_of(world, folder, TFE_NOTIFICATION_TOKEN=TOKEN)
        with capture_logs() as logs:
            async with build(settings) as app, running(app):
                (port,) = [entry["port"] for entry in logs if entry["event"] == "listening"]
                address = f"http://127.0.0.1:{port}"
                yield world, app, operators(world, folder, RUNBELL_PUBLIC_URL=address)


def operators(world: World, folder: Path, **changes: str) -> Settings:
    """An operator's token has admin rights."""
    wanted = {"TFE_NOTIFICATION_TOKEN": TOKEN, "TFE_TOKEN": world.card()["terraform"]["user_token"]}
    return settings_of(world, folder, **(wanted | changes))


async def test_they_are_made_once_shown_and_removed(tmp_path: Path) -> None:
    lines: list[str] = []
    async with listening_bot(tmp_path) as (_, _, settings):
        everything = (settings, Scope.PROJECT, ("*",), lines.append)
        assert not await show(*everything)
        assert await install(*everything, renew=False, dry_run=True)
        assert not await show(*everything)
        assert await install(*everything, renew=False, dry_run=False)
        assert await install(*everything, renew=False, dry_run=False)
        assert await show(*everything)
        assert await remove(*everything, dry_run=True)
        assert await remove(*everything, dry_run=False)
        assert not await show(*everything)
    said = [line.partition(": ")[2] for line in lines]
    assert said[:5] == ["none", "would be created", "none", "created", "kept"]
    assert " on, the last word was taken" in said[5]
    assert said[6:] == ["1 would be removed", "1 removed", "none"]


async def test_word_of_a_run_brings_its_call_where_nobody_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening_bot(tmp_path) as (world, app, settings):
        await connected(app)
        assert await install(settings, Scope.WORKSPACE, ("storefront-dev",), print, renew=False, dry_run=False)
        monkeypatch.setattr(Poller, "tick", blind)
        await as_person(world, "command", {"as": "U0ANA", "channel": "C0DEPLOYS", "text": "/tf run storefront-dev by word"})
        await told(world, "run.approve")
        text = (await app.exposition()).decode()
    assert 'runbell_notifications_total{outcome="woke"}' in text


async def blind(_: Poller, __: datetime) -> None:
    """A poller that never looks."""


async def test_an_address_that_does_not_answer_is_told_with_what_to_do(tmp_path: Path) -> None:
    lines: list[str] = []
    async with scripted_world() as world:
        settings = operators(world, tmp_path, RUNBELL_PUBLIC_URL="http://127.0.0.1:9")
        assert not await install(settings, Scope.PROJECT, ("*",), lines.append, renew=False, dry_run=False)
    [line] = lines
    assert "TODO" in line
    assert "is “runbell serve” running with TFE_NOTIFICATION_TOKEN set, and does http://127.0.0.1:9/tfe/notifications reach it" in line
    assert TOKEN not in line


async def test_without_admin_rights_it_is_told_what_it_takes(tmp_path: Path) -> None:
    lines: list[str] = []
    async with scripted_world() as world:
        settings = operators(world, tmp_path, RUNBELL_PUBLIC_URL="http://127.0.0.1:9", TFE_TOKEN=world.card()["terraform"]["token"])
        assert not await install(settings, Scope.WORKSPACE, ("dns", "billing"), lines.append, renew=False, dry_run=False)
    assert len(lines) == 2
    assert all("admin rights" in line for line in lines)


async def test_a_glob_that_matches_nothing_is_told(tmp_path: Path) -> None:
    lines: list[str] = []
    async with scripted_world() as world:
        settings = operators(world, tmp_path, RUNBELL_PUBLIC_URL="http://127.0.0.1:9")
        assert not await show(settings, Scope.WORKSPACE, ("nothing-*",), lines.append)
    assert lines == ["Nothing of that name is seen with TFE_TOKEN. A glob is [organization/]name."]


async def test_what_only_this_needs_is_named_where_it_is_not_set(tmp_path: Path) -> None:
    async with scripted_world() as world:
        with pytest.raises(SettingsWrong) as caught:
            await show(settings_of(world, tmp_path), Scope.PROJECT, ("*",), print)
    assert [problem.split()[0] for problem in caught.value.problems] == ["TFE_NOTIFICATION_TOKEN", "RUNBELL_PUBLIC_URL"]


def test_a_configuration_is_told_in_a_few_words() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    known = Notification(id="nc-1", name="runbell", url="", enabled=True)
    assert state(known) == "nc-1 on, nothing sent yet"
    assert state(Notification(id="nc-1", name="", url="", enabled=False)) == "nc-1 switched off"
    lost = Notification(id="nc-1", name="", url="", enabled=True, deliveries=(Delivery(code="502", sent_at=at), Delivery()))
    assert state(lost) == "nc-1 on, the last word was NOT taken"
