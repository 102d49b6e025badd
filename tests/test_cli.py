"""The command line: help worth reading, errors on stderr, and exit statuses that a script can tell apart."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from bot.cli import cli
from bot.sandbox.world import World
from bot.store.database import open_database
from tests.worlds import environment_of, scripted_world

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _usual_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments), prog_name="runbell")


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_each_subcommand_says_what_it_is_for(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert len(result.output.split("Options:")[0].split()) > 15
    assert cli.commands[name].get_short_help_str(200).endswith(".")


def test_help_leads_to_the_first_steps() -> None:
    assert re.search(r"runbell demo\n.*runbell manifest, then runbell check, then runbell serve", run("--help").output)


def test_an_unknown_subcommand_is_a_slip_of_the_one_who_typed() -> None:
    assert run("srve").exit_code == 2


@pytest.mark.parametrize("name", ["serve"])
def test_missing_settings_are_all_told_on_stderr(name: str) -> None:
    result = run(name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert all(variable in result.stderr for variable in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "TFE_TOKEN", "TF_CLOUD_ORGANIZATION"))
    assert "Traceback" not in result.stderr


def test_check_without_settings_ends_with_status_one() -> None:
    result = run("check")
    assert result.exit_code == 1
    assert "TODO" in result.stdout


def set_for_nowhere(monkeypatch: pytest.MonkeyPatch, folder: Path, **changes: str) -> None:
    wanted = {
        "SLACK_BOT_TOKEN": "xoxb-1-canary",
        "SLACK_APP_TOKEN": "xapp-1-canary",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "TFE_ADDRESS": "http://127.0.0.1:9",
        "TFE_TOKEN": "canary.atlasv1.canary",
        "TF_CLOUD_ORGANIZATION": "acme",
        "DATABASE_URL": f"sqlite:///{folder / 'runbell.db'}",
        "RUNBELL_TEST_SPEED": "20",
    }
    for name, value in (wanted | changes).items():
        monkeypatch.setenv(name, value)


def test_what_goes_wrong_while_starting_is_a_sentence_and_status_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_for_nowhere(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    result = run("serve")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "runbell: Slack cannot be reached."
    assert "canary" not in result.stderr
    assert "SLACK_BOT_TOKEN" not in os.environ


def test_wrong_rules_are_told_and_end_with_status_two(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "runbell.toml").write_text('[[rights]]\nmay = ["raed"]\nmembers = true\n')
    set_for_nowhere(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    result = run("serve")
    assert result.exit_code == 2
    assert "runbell.toml, line 2: “raed” is no right. Did you mean “read”?" in result.stderr


def test_migrate_makes_the_tables_and_needs_no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'runbell.db'}")
    assert run("migrate").output == "The tables are those of this release.\n"
    assert (tmp_path / "runbell.db").stat().st_size > 0
    assert run("migrate").exit_code == 0


def test_prune_says_what_there_is_and_what_is_gone_and_needs_no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'runbell.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    asyncio.run(handle_a_payload(url))
    assert run("prune", "--older-than", "40", "--dry-run").output.startswith("Would remove what ended over 40 days ago: 0 runs, ")
    assert run("prune", "--dry-run").output.endswith(" 0 payloads.\n")
    monkeypatch.setenv("RUNBELL_KEEP_DAYS", "30")
    assert run("prune", "--dry-run").output.endswith(" 1 payloads.\n")
    assert run("prune").output == "Removed what ended over 30 days ago: 0 runs, 0 messages, 0 plans, 0 decisions, 0 intents, 1 payloads.\n"
    assert run("prune").output.endswith(" 0 payloads.\n")


async def handle_a_payload(url: str) -> None:
    async with open_database(url) as database, database.write() as transaction:
        await transaction.seen.first_time("payload", database.clock.now() - timedelta(days=35))


@pytest.mark.parametrize("days", ["0", "x", "1.5", "36501"])
def test_days_to_keep_that_are_none_are_told(monkeypatch: pytest.MonkeyPatch, days: str) -> None:
    monkeypatch.setenv("RUNBELL_KEEP_DAYS", days)
    result = run("prune")
    assert result.exit_code == 2
    assert "RUNBELL_KEEP_DAYS" in result.stderr


@pytest.mark.parametrize("url,status", [("mysql://u:canary@h/d", 2), ("sqlite:////proc/nowhere/x.db", 1)])
def test_a_database_that_cannot_be_migrated_is_told(monkeypatch: pytest.MonkeyPatch, url: str, status: int) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    result = run("migrate")
    assert (result.exit_code, result.stdout) == (status, "")
    assert "canary" not in result.stderr


def test_the_manifest_comes_with_the_command_that_is_wished_for() -> None:
    assert "- command: /tf\n" in run("manifest").output
    assert "- command: /terraform\n" in run("manifest", "--command", "/terraform").output
    assert run("manifest", "--command", "terraform").exit_code == 2


def test_the_manifest_comes_for_links_to_the_server_that_is_wished_for() -> None:
    assert "unfurl_domains: [app.terraform.io]" in run("manifest").output
    assert "unfurl_domains: [tfe.example.com]" in run("manifest", "--address", "https://tfe.example.com").output
    refused = run("manifest", "--address", "https://10.0.0.7")
    assert (refused.exit_code, "--address" in refused.stderr) == (2, True)


@asynccontextmanager
async def child(*arguments: str, folder: Path, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m bot …` in a folder of its own; killed at the end if it is still there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "TFE_", "RUNBELL_"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)} | environment,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def lines_until(process: asyncio.subprocess.Process, wanted: str) -> str:
    assert process.stdout is not None
    seen = ""
    async with asyncio.timeout(40):
        while wanted not in seen:
            line = await process.stdout.readline()
            assert line, seen
            seen += line.decode()
    return seen


async def ended(process: asyncio.subprocess.Process, number: int | None = None) -> tuple[int, str, str]:
    """Exit status, stdout and stderr, after a signal where one is given."""
    if number is not None:
        process.send_signal(number)
    async with asyncio.timeout(20):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_the_sandbox_tells_what_to_set_and_stops_when_told(tmp_path: Path) -> None:
    async with child("sandbox", "--port", "0", "--engine", "scripted", folder=tmp_path) as process:
        told = await lines_until(process, "Ctrl-C")
        assert re.search(r"export SLACK_BOT_TOKEN=xoxb-\S+\n.*export SLACK_APP_TOKEN=xapp-", told)
        assert (await ended(process, signal.SIGTERM))[0] == 0
    assert left_in(tmp_path) == []


async def test_the_sandbox_as_json_is_one_line_that_says_all(tmp_path: Path) -> None:
    async with child("sandbox", "--json", "--port", "0", "--engine", "scripted", folder=tmp_path) as process:
        assert set(json.loads(await lines_until(process, "\n"))) == {"page", "engine", "secret", "terraform", "slack"}
        assert (await ended(process, signal.SIGINT))[0] == 0


async def test_the_demo_opens_for_business_and_ctrl_c_ends_all_of_it(tmp_path: Path) -> None:
    hostile = {"SLACK_BOT_TOKEN": "xoxb-somebody-elses", "TFE_ADDRESS": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    async with child("demo", "--port", "0", "--engine", "scripted", folder=tmp_path, **hostile) as process:
        told = await lines_until(process, "Ctrl-C")
        assert re.search(r"ready in \d+\.\d s · runs by scripted\n\nOpen {2}http://127\.0\.0\.1:\d+/#secret=\S+", told)
        assert any(name.startswith("runbell-demo-") for name in left_in(tmp_path))
        status, out, err = await ended(process, signal.SIGINT)
        assert (status, out, err) == (0, "\nStopping.\n", "")
    assert left_in(tmp_path) == []


async def test_a_bot_that_dies_ends_the_demo_with_its_last_words(tmp_path: Path) -> None:
    async with child("demo", "--port", "0", "--engine", "scripted", folder=tmp_path) as process:
        await lines_until(process, "Ctrl-C")
        os.kill(await child_of(process.pid), signal.SIGKILL)
        status, _, err = await ended(process)
    assert status == 1
    assert "The bot has ended by itself, with status -9. The last it wrote:" in err
    assert "serving" in err


async def child_of(pid: int) -> int:
    listing = await asyncio.create_subprocess_exec("ps", "-o", "pid=", "--ppid", str(pid), stdout=asyncio.subprocess.PIPE)
    out, _ = await listing.communicate()
    return int(out.split()[0])


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with scripted_world() as opened:
        yield opened


async def test_serve_stops_within_seconds_and_tells_no_secret(world: World, tmp_path: Path) -> None:
    environment = environment_of(world, tmp_path, RUNBELL_LOG_LEVEL="debug")
    async with child("serve", folder=tmp_path, **environment) as process:
        assert process.stderr is not None
        async with asyncio.timeout(40):
            while b'"serving"' not in (seen := await process.stderr.readline()):
                assert seen
        status, out, err = await ended(process, signal.SIGTERM)
    assert (status, out) == (0, "")
    assert not any(environment[name] in err for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "TFE_TOKEN"))


@pytest.mark.parametrize("words", [("install", "--dry-run"), ("list", "--for", "workspaces", "dns"), ("remove", "acme/*")])
def test_webhooks_of_a_server_that_is_down_end_with_status_one(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = "a-long-and-secret-canary"
    set_for_nowhere(monkeypatch, tmp_path, TFE_NOTIFICATION_TOKEN=secret, RUNBELL_PUBLIC_URL="http://127.0.0.1:9")
    result = run("webhooks", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1].startswith("runbell: 127.0.0.1 cannot be reached.")
    assert "canary" not in result.stderr


def test_webhooks_name_what_only_they_need(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_for_nowhere(monkeypatch, tmp_path)
    result = run("webhooks", "install")
    assert result.exit_code == 2
    assert [line.split()[0] for line in result.stderr.splitlines()] == ["TFE_NOTIFICATION_TOKEN", "RUNBELL_PUBLIC_URL"]


@pytest.mark.parametrize("name", ["install", "list", "remove"])
def test_each_command_about_webhooks_says_what_it_is_for(name: str) -> None:
    result = run("webhooks", name, "--help")
    assert result.exit_code == 0
    assert len(result.output.split("Options:")[0].split()) > 15
